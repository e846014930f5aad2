"""A process that does no step any more is ended, and the server is told that it hung."""

import multiprocessing
import queue
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from jobs.attempts import Attempt
from jobs.child import DataPlaces, Order
from jobs.journal import Journal, outcome
from jobs.progress import AT_FIRST, PATIENCE
from jobs.protocol import Assignment, EndData, EventType, Outcome
from tests.running import free_port, wait_until


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def attempt(tmp_path: Path, clock: Clock) -> Iterator[Attempt]:
    """An attempt of a long run, under way; its server is away."""
    multiprocessing.set_forkserver_preload(["jobs.warm"])
    params = {"dataset": "breast-cancer", "epochs": 10_000}
    assignment = Assignment(run="r1", attempt=1, token="t", lesson="first-network", params=params)
    data = DataPlaces(None, tmp_path / "cache", downloads=False)
    order = Order(f"http://127.0.0.1:{free_port()}", assignment, tmp_path / "r1-1", tmp_path / "programs", data, None)
    order.directory.mkdir()
    made = Attempt(order, 0, clock, queue.SimpleQueue[Attempt]().put)
    made.start(multiprocessing.get_context("forkserver"))
    yield made
    made.kill()


def test_a_child_that_is_silent_is_ended_and_the_run_may_go_on(attempt: Attempt, clock: Clock) -> None:
    assert attempt.process is not None
    assert attempt.line is not None
    assert attempt.deadline() == clock.now + AT_FIRST, "nobody knows yet how long it will be silent"
    line, until = attempt.line, clock.now + PATIENCE

    def stepped() -> bool:
        if line.poll():
            attempt.heard()
        return attempt.deadline() == until

    wait_until(stepped, 60, "a first step")
    child = psutil.Process(attempt.process.pid)
    child.suspend()
    clock.now += PATIENCE - 1
    attempt.escalate()
    assert attempt.process.is_alive()
    clock.now += 1
    attempt.escalate()
    attempt.process.join(10)
    attempt.died()
    wait_until(lambda: outcome(attempt.order.directory) == Outcome.DIED, 30, "its end in the journal")
    attempt.kill()
    last = Journal(attempt.order.directory).pending(limit=100_000)[-1]
    assert last.type is EventType.END
    end = EndData.model_validate(last.data)
    assert (end.outcome, end.reason) == (Outcome.DIED, "hung")
