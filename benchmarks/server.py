"""The server process alone: how soon it answers, and how much memory it holds when nothing happens."""

import time
from pathlib import Path

import psutil

from benchmarks.report import Measured, median
from tests.running import Running, wait_until

STARTS = 5


def measure(folder: Path) -> list[Measured]:
    """Start the server several times on one data folder."""
    seconds, megabytes = [], []
    for number in range(STARTS + 1):
        running = Running(folder / "server")
        try:
            begun = time.perf_counter()
            running.start_server()
            took = time.perf_counter() - begun
            if number:  # the first start also makes the database
                seconds.append(took)
            assert running.server is not None
            process = psutil.Process(running.server.pid)
            running.http.get("/")
            wait_until(lambda process=process: process.cpu_percent(0.5) < 1.0, 30, "an idle server")  # type: ignore[misc]
            megabytes.append(process.memory_info().rss / 1e6)
        finally:
            running.stop()
    return [
        Measured("server start → `/health` answers", 1.5, median(seconds), "s", f"median of {STARTS} starts"),
        Measured(
            "server, resident memory when idle", 100, max(megabytes), "MB", "after `GET /`, largest of all starts"
        ),
    ]
