"""Runs as people start them: a POST to a server with a warm worker, until the run's end."""

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.running import Running, wait_until


@contextlib.contextmanager
def warm_fitboard(folder: Path, **settings: str) -> Iterator[Running]:
    """A server and a worker that has imported everything, for the duration of the block."""
    running = Running(folder, **settings)
    try:
        running.start_server()
        running.start_worker()
        wait_until(lambda: running.http.get("/health").json()["workers"][0]["free"] == 1, 120, "a warm worker")
        yield running
    finally:
        running.stop()


def train(running: Running, params: dict[str, Any]) -> float:
    """Train the first network with these params; the seconds from the POST to ``completed``."""
    began = time.perf_counter()
    answer = running.http.post(
        "/api/v1/runs",
        json={"lesson": "first-network", "params": params},
        headers={"Prefer": "wait=300"},
        timeout=330,
    )
    seconds = time.perf_counter() - began
    assert answer.json()["status"] == "completed", answer.text
    return seconds
