"""A warm worker: how soon the first epoch of a new run can be read, and how soon a cancel is obeyed."""

import time
from pathlib import Path

from benchmarks.report import Measured, median
from tests.running import Running, wait_until

RUNS = 5


def measure(folder: Path) -> list[Measured]:
    """Start a server and a worker, and queue runs one after the other while nothing else is to do."""
    running = Running(folder / "worker")
    try:
        running.start_server()
        running.start_worker()
        return _measure(running)
    finally:
        running.stop()


def _measure(running: Running) -> list[Measured]:
    first, canceled = [], []
    for _ in range(RUNS):
        begun = time.perf_counter()
        run = running.run(epochs=10_000)["id"]
        wait_until(lambda run=run: running.read(run)["epoch"] is not None, 60, "the first epoch", interval=0.01)  # type: ignore[misc]
        first.append(time.perf_counter() - begun)
        begun = time.perf_counter()
        running.http.post(f"/api/v1/runs/{run}/cancel").raise_for_status()
        wait_until(lambda run=run: running.read(run)["status"] == "canceled", 60, "the cancel", interval=0.01)  # type: ignore[misc]
        canceled.append(time.perf_counter() - begun)
    return [
        Measured("`POST /runs` → first epoch through the API", 3.0, median(first), "s", f"median of {RUNS} runs"),
        Measured("cancel of a running run → `canceled`", 2.0, max(canceled), "s", f"slowest of {RUNS}"),
    ]
