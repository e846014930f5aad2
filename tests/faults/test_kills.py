"""Kill it anywhere: whatever dies, and however often, a run comes to the same model, and nothing is lost or told twice.

How many kills there are, and how it is seen that they have hit, is in ``killing.py``.
"""

import random
import time
from collections.abc import Iterator

import pytest

from tests.faults import evidence, killing
from tests.faults.evidence import Evidence
from tests.faults.fitboard import Fitboard
from tests.faults.killing import AT_MOST, AWAY, KILLS, PARAMS, SEED, Tally
from tests.faults.watcher import Watcher
from tests.running import WORKER_LIMIT, wait_until

PLACES = (
    "generation.before_write:2",
    "file.before_rename:5",
    "generation.after_rename:2",
    "generation.after_note:2",
    "journal.after_append:60",
    "reporter.after_upload:2",
    "reporter.before_send:12",
    "reporter.after_send:12",
)
"""Where a child is killed, when it comes there for the so manieth time: after its first epoch, so that it gets on."""

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
    return killing.undisturbed(fitboard)


def test_children_killed_at_named_places(fitboard: Fitboard, undisturbed: Evidence) -> None:
    left, tally = random.Random(SEED).sample(PLACES, len(PLACES)), Tally(len(PLACES))
    while left:
        hits = 0
        fitboard.places.write_text(left[0])
        run = fitboard.running.run(**PARAMS)["id"]
        watcher = Watcher(fitboard.running, run)
        while attempt_reports(fitboard, run, hits + 1):
            fitboard.places.write_text(
                left[1] if len(left) > 1 and may_die(fitboard, run) else ""
            )  # the one after this
            if not left or not killing.goes_on(fitboard, run, hits + 1):
                break
            left.pop(0)
            hits += 1
        assert killing.end(fitboard, run, watcher, undisturbed) == hits + 1
        tally.add(hits)
    tally.check("at named places")


def may_die(fitboard: Fitboard, run: str) -> bool:
    """Whether the attempt after this one may die too: near its end a run gets on no more, and is given up for that."""
    return fitboard.deaths(run) == 0 or (fitboard.running.read(run)["epoch"] or 0) < PARAMS["epochs"] / 2


def attempt_reports(fitboard: Fitboard, run: str, attempt: int) -> bool:
    """Wait until the attempt has told something, and so has read where it shall die; not if the run is over."""

    def look() -> bool:
        read = fitboard.running.read(run)
        return bool(read["attempt"] == attempt and read["stage"] is not None) or fitboard.over(run)

    wait_until(look, WORKER_LIMIT, f"a word of attempt {attempt} at run {run}", interval=0.02)
    return not fitboard.over(run)


@pytest.mark.parametrize("blow", BLOWS)
def test_what_is_killed_at_random_instants(fitboard: Fitboard, undisturbed: Evidence, blow: str) -> None:
    chance, left, strokes = random.Random(f"{SEED} {blow}"), -(-KILLS // len(BLOWS)), list(BLOWS[blow])
    tally = Tally(left + sum(len(victims.split()) for victims in strokes))
    while left > 0 or strokes:
        fitboard.wait_for_workers()
        run = fitboard.running.run(**PARAMS)["id"]
        watcher = Watcher(fitboard.running, run)
        hits = made = 0
        while strokes:
            victims = strokes[0].split()
            killing.wait_for_an_epoch(fitboard, run)
            if not killing.strike(fitboard, run, victims):
                break
            strokes.pop(0)
            hits += len(victims)
            made += victims != ["server"]
        of_the_child = killing.kill_at_random(fitboard, run, chance, min(left, AT_MOST))
        left -= of_the_child
        assert killing.end(fitboard, run, watcher, undisturbed) > made + of_the_child, "each kill made another attempt"
        tally.add(hits + of_the_child)
    tally.check(f"{blow}, and children at random instants")
    assert fitboard.running.left_behind() == []


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
    assert fitboard.running.finished(run, 900)["status"] == "completed"
    evidence.assert_nothing_was_lost(fitboard.running, run, watcher.finished())
    assert fitboard.running.read(run)["attempt"] == 1, "nobody started it again"
    assert fitboard.running.http.get(f"/api/v1/runs/{run}/history").json()["epoch"] == list(range(epochs))
