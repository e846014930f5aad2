"""What the worker's loop does for one attempt takes no time: it has others to stop within two seconds."""

import threading
import time
from pathlib import Path

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


def test_the_end_of_a_long_training_is_told_beside_the_loop(tmp_path: Path) -> None:
    receiver = Receiver()
    try:
        directory = tmp_path / "r1-1"
        reading = long_journal(directory)
        receiver.entries = [None] * ENTRIES  # type: ignore[list-item]
        places = DataPlaces(None, tmp_path, downloads=False)
        order = Order(receiver.url, receiver.assignment(), directory, tmp_path / "programs", places, None)
        done = threading.Event()
        attempt = Attempt(order, None, time.monotonic, lambda _: done.set())
        began = time.monotonic()
        attempt.adopt()
        assert time.monotonic() - began < reading / 4
        wait_until(done.is_set, 60, "the end to be told")
        assert EndData.model_validate(receiver.entries[-1].data).reason == "worker-died"
    finally:
        receiver.close()
