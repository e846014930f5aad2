"""What the worker's loop does for one attempt takes no time, and an attempt that gets no process is handed back."""

import threading
import time
from multiprocessing import get_context
from pathlib import Path

import pytest

from jobs import forks
from jobs.attempts import Attempt
from jobs.child import DataPlaces, Order
from jobs.journal import Journal
from jobs.protocol import EndData, EventType
from tests.jobs.receiver import Receiver
from tests.running import wait_until

ENTRIES = 30_000
EPOCH = {"metrics": {"loss": 0.5, "val_loss": 0.6}, "non_finite": {}, "seconds": 0.01, "eta_seconds": 3.0, "best": None}


def long_journal(directory: Path) -> float:
    """An attempt of so many epochs has died, and the server has heard of all; how long its journal takes to read."""
    journal = Journal(directory)
    for epoch in range(ENTRIES):
        journal.append(EventType.EPOCH, {"epoch": epoch, **EPOCH})
    journal.acknowledge(ENTRIES)
    journal.close()
    began = time.monotonic()
    Journal(directory).close()
    return time.monotonic() - began


def order_of(receiver: Receiver, folder: Path) -> Order:
    """What an attempt of run ``r1`` is ordered to do."""
    places = DataPlaces(None, folder, downloads=False)
    return Order(receiver.url, receiver.assignment(), folder / "r1-1", folder / "programs", places, None)


def test_the_end_of_a_long_training_is_told_beside_the_loop(tmp_path: Path) -> None:
    receiver = Receiver()
    try:
        directory = tmp_path / "r1-1"
        reading = long_journal(directory)
        receiver.entries = [None] * ENTRIES  # type: ignore[list-item]
        done = threading.Event()
        attempt = Attempt(order_of(receiver, tmp_path), None, time.monotonic, lambda _: done.set())
        began = time.monotonic()
        attempt.adopt()
        assert time.monotonic() - began < reading / 4
        wait_until(done.is_set, 60, "the end to be told")
        assert EndData.model_validate(receiver.entries[-1].data).reason == "worker-died"
    finally:
        receiver.close()


def test_where_the_fork_server_has_died_the_run_goes_back_to_the_queue(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(_process: object) -> None:
        raise forks.ForkServerDied

    monkeypatch.setattr(forks, "start", gone)
    receiver = Receiver()
    try:
        (tmp_path / "r1-1").mkdir()
        done = threading.Event()
        attempt = Attempt(order_of(receiver, tmp_path), 0, time.monotonic, lambda _: done.set())
        with pytest.raises(forks.ForkServerDied):
            attempt.start(get_context("forkserver"))
        assert (attempt.process, attempt.line, attempt.slot) == (None, None, None)
        wait_until(done.is_set, 60, "the end to be told")
        end = EndData.model_validate(receiver.entries[-1].data)
        assert (end.outcome, end.reason) == ("released", "worker-died")
    finally:
        receiver.close()
