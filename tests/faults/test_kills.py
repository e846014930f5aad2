"""Kill it anywhere: whatever dies, and however often, a run comes to the same model, and nothing is lost or told twice.

The short form is part of ``make test``; ``make faults`` runs the long one (``FAULT_KILLS``). Instants are drawn from a
seed that is printed, and can be given again by ``FAULT_SEED``.
"""

import os
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.faults import evidence, killing
from tests.faults.evidence import Evidence
from tests.faults.watcher import Watcher
from tests.running import Running, wait_until

SEED = int(os.environ.get("FAULT_SEED", "0")) or random.SystemRandom().randrange(1, 2**31)
KILLS = int(os.environ.get("FAULT_KILLS", "12"))
"""How many of them come at random instants."""

PARAMS: dict[str, Any] = {"dataset": "breast-cancer", "epochs": 2400, "hidden_layers": [24, 16], "batch_size": 16}
"""Some ten seconds, with a generation every two."""

PLACES = (
    "generation.before_write:2",
    "file.before_rename:5",
    "generation.after_rename:2",
    "generation.after_note:2",
    "journal.after_append:150",
    "reporter.after_upload:2",
    "reporter.before_send:8",
    "reporter.after_send:8",
)
"""Where a child is killed, when it comes there for the so manieth time."""


class Fitboard:
    """A server and a worker, and the file in which its children read where they shall die."""

    def __init__(self, folder: Path) -> None:
        self.places = folder / "places"
        self.running = Running(folder / "fitboard", FITBOARD_KILL_AT=f"@{self.places}")
        self.running.start_server()
        self.running.start_worker()

    def past(self, run: str, epochs: int) -> None:
        """Wait until a process of the run has trained so many epochs more than there were."""
        before = self.running.read(run)["epoch"] or 0
        wait_until(
            lambda: (self.running.read(run)["epoch"] or 0) > before + epochs, 60, f"{epochs} more epochs", interval=0.02
        )

    def kill(self, victims: list[str]) -> None:
        """SIGKILL some of ``child``, ``worker`` and ``server``, in this order, and start them again."""
        running = self.running
        if "child" in victims:
            killing.kill_a_child(running)
        for process in [getattr(running, name) for name in victims if name != "child"]:
            running.kill(process)
        if "server" in victims:
            running.start_server()
        if "worker" in victims:
            running.start_worker()

    def end(self, run: str, watcher: Watcher, undisturbed: Evidence) -> list[dict[str, Any]]:
        """Wait for the run's end and hold it against the undisturbed one."""
        done = self.running.finished(run, 240)
        assert done["status"] == "completed", (done, f"FAULT_SEED={SEED}")
        seen = watcher.finished()
        evidence.assert_nothing_was_lost(self.running, run, seen)
        found = evidence.of(self.running, run)
        assert found == undisturbed, f"FAULT_SEED={SEED}"
        return seen


@pytest.fixture(scope="module")
def fitboard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fitboard]:
    """One for all tests of this file; what they kill is started again."""
    print(f"FAULT_SEED={SEED}")
    one = Fitboard(tmp_path_factory.mktemp("faults"))
    yield one
    one.running.stop()


@pytest.fixture(scope="module")
def undisturbed(fitboard: Fitboard) -> Evidence:
    """What a run comes to that nobody disturbs. Done twice: if those two differ, nothing here says anything."""
    found = []
    for _ in range(2):
        run = fitboard.running.run(**PARAMS)["id"]
        assert fitboard.running.finished(run)["status"] == "completed"
        found.append(evidence.of(fitboard.running, run))
    if found[0] != found[1]:
        pytest.fail("Two undisturbed runs differ on this machine: these tests are void.")
    return found[0]


def test_children_killed_at_named_places(fitboard: Fitboard, undisturbed: Evidence) -> None:
    places = random.Random(SEED).sample(PLACES, len(PLACES))
    fitboard.places.write_text(places[0])
    run = fitboard.running.run(**PARAMS)["id"]
    watcher = Watcher(fitboard.running, run)
    for attempt, _ in enumerate(places, start=1):
        killing.wait_for_attempt(fitboard.running, run, attempt)
        fitboard.places.write_text(places[attempt] if attempt < len(places) else "")  # for the attempt after this
    fitboard.end(run, watcher, undisturbed)
    assert fitboard.running.read(run)["attempt"] == len(places) + 1


def test_a_child_killed_at_random_instants(fitboard: Fitboard, undisturbed: Evidence) -> None:
    chance, left = random.Random(SEED), KILLS
    while left > 0:
        run = fitboard.running.run(**PARAMS)["id"]
        watcher = Watcher(fitboard.running, run)
        killing.kill_at_random(fitboard.running, run, chance, kills := min(left, 13))
        left -= kills
        fitboard.end(run, watcher, undisturbed)


DEATHS = {
    "the server": ["server"],
    "the worker": ["worker"],
    "all of them, twice": ["child worker server"] * 2,
}


@pytest.mark.parametrize("deaths", DEATHS.values(), ids=DEATHS.keys())
def test_a_server_or_a_worker_killed(fitboard: Fitboard, undisturbed: Evidence, deaths: list[str]) -> None:
    run = fitboard.running.run(**PARAMS)["id"]
    watcher = Watcher(fitboard.running, run)
    for victims in deaths:
        fitboard.past(run, epochs=150)
        fitboard.kill(victims.split())
    fitboard.end(run, watcher, undisturbed)
