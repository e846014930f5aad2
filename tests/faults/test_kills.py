"""Kill it anywhere: whatever dies, and however often, a run comes to the same model, and nothing is lost or told twice.

The short form is part of ``make test``; ``make faults`` runs the long one (``FAULT_KILLS``). Instants are drawn from a
seed that is printed, and can be given again by ``FAULT_SEED``.
"""

import os
import random
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.faults import evidence, killing
from tests.faults.evidence import Evidence
from tests.faults.fitboard import Fitboard
from tests.faults.watcher import Watcher
from tests.running import wait_until

SEED = int(os.environ.get("FAULT_SEED", "0")) or random.SystemRandom().randrange(1, 2**31)
KILLS = int(os.environ.get("FAULT_KILLS", "20"))
"""How many of them hit a child at a random instant."""

AWAY = float(os.environ.get("FAULT_AWAY", "0"))
"""Seconds for which the server is away at least; in the short form only as long as a hundred epochs take."""

AT_MOST = 12
"""How many of those hit the same run: it must not be over before."""

PARAMS: dict[str, Any] = {"dataset": "breast-cancer", "epochs": 1000, "hidden_layers": [8], "batch_size": 65}
"""Some four seconds. There is no smaller last batch, for which another program would have to be compiled each time."""

PLACES = (
    "generation.before_write:2",
    "file.before_rename:5",
    "generation.after_rename:2",
    "generation.after_note:2",
    "journal.after_append:60",
    "reporter.after_upload:2",
    "reporter.before_send:8",
    "reporter.after_send:8",
)
"""Where a child is killed, when it comes there for the so manieth time."""

BLOWS: dict[str, list[str]] = {
    "the server": ["server", "server"],
    "the worker": ["worker"],
    "the fork server": ["forks"],
    "all that has to do with it, twice": ["child worker server"] * 2,
    "everything": ["child worker other server"],
}
"""What is killed at one stroke, one after the other."""


@pytest.fixture(scope="module")
def fitboard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fitboard]:
    """One for all tests of this file; what they kill is started again."""
    print(f"FAULT_SEED={SEED}")
    one = Fitboard(tmp_path_factory.mktemp("faults"))
    yield one
    one.stop()


@pytest.fixture(scope="module")
def undisturbed(fitboard: Fitboard) -> Evidence:
    """What a run comes to that nobody disturbs. Done twice: if those two differ, nothing here says anything."""
    fitboard.wait_for_workers()
    runs = [fitboard.running.run(**PARAMS)["id"] for _ in range(2)]
    assert [fitboard.running.finished(run)["status"] for run in runs] == ["completed"] * 2
    once, again = (evidence.of(fitboard.running, run) for run in runs)
    if once != again:
        pytest.fail("Two undisturbed runs differ on this machine: these tests are void.")
    return once


def end(fitboard: Fitboard, run: str, watcher: Watcher, undisturbed: Evidence) -> None:
    """Wait for the run's end and hold it against the undisturbed one."""
    done = fitboard.running.finished(run, 240)
    assert done["status"] == "completed", (done, f"FAULT_SEED={SEED}")
    evidence.assert_nothing_was_lost(fitboard.running, run, watcher.finished())
    assert evidence.of(fitboard.running, run) == undisturbed, f"FAULT_SEED={SEED}"


def test_children_killed_at_named_places(fitboard: Fitboard, undisturbed: Evidence) -> None:
    places = random.Random(SEED).sample(PLACES, len(PLACES))
    fitboard.places.write_text(places[0])
    run = fitboard.running.run(**PARAMS)["id"]
    watcher = Watcher(fitboard.running, run)
    for attempt, _ in enumerate(places, start=1):
        wait_until(lambda attempt=attempt: attempt_reports(fitboard, run, attempt), 60, interval=0.02)  # type: ignore[misc]
        fitboard.places.write_text(places[attempt] if attempt < len(places) else "")  # for the attempt after this
    end(fitboard, run, watcher, undisturbed)
    assert fitboard.running.read(run)["attempt"] == len(places) + 1


def attempt_reports(fitboard: Fitboard, run: str, attempt: int) -> bool:
    """Whether the attempt has told something, and so has read where it shall die."""
    read = fitboard.running.read(run)
    assert read["status"] not in {"completed", "failed", "canceled"}, read
    return bool(read["attempt"] == attempt and read["stage"] is not None)


@pytest.mark.parametrize("blow", BLOWS)
def test_what_is_killed_at_random_instants(fitboard: Fitboard, undisturbed: Evidence, blow: str) -> None:
    chance, left = random.Random(f"{SEED} {blow}"), -(-KILLS // len(BLOWS))
    strokes = BLOWS[blow]
    while left > 0 or strokes:
        fitboard.wait_for_workers()
        run = fitboard.running.run(**PARAMS)["id"]
        watcher = Watcher(fitboard.running, run)
        killing.kill_at_random(fitboard, run, chance, min(left, AT_MOST))
        left -= AT_MOST
        for victims in strokes:
            killing.wait_for_an_epoch(fitboard, run)
            fitboard.kill(victims.split(), run)
        strokes = []
        end(fitboard, run, watcher, undisturbed)


def test_a_server_that_is_away_while_training_goes_on_misses_nothing(fitboard: Fitboard) -> None:
    fitboard.wait_for_workers()
    epochs = 1000 if AWAY == 0 else 10_000
    run = fitboard.running.run(**{**PARAMS, "epochs": epochs})["id"]
    watcher = Watcher(fitboard.running, run)
    killing.wait_for_an_epoch(fitboard, run)
    assert fitboard.running.server is not None
    fitboard.running.kill(fitboard.running.server)
    before, until = fitboard.reported(run), time.monotonic() + AWAY
    wait_until(lambda: fitboard.reported(run) > before + 100, 60, "a hundred epochs without a server", interval=0.02)
    wait_until(lambda: time.monotonic() >= until, AWAY + 1, "the server's absence")
    fitboard.running.start_server()
    assert fitboard.running.finished(run, 240)["status"] == "completed"
    evidence.assert_nothing_was_lost(fitboard.running, run, watcher.finished())
    assert fitboard.running.read(run)["attempt"] == 1, "nobody started it again"
    assert fitboard.running.http.get(f"/api/v1/runs/{run}/history").json()["epoch"] == list(range(epochs))
