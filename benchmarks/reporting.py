"""What it costs that a run is reported: the same training by a worker, and by the bare engine in a child alone.

A worker's run streams every epoch to the server, keeps a journal, copies the best state and writes it. The bare side
is the lesson's own ``run`` with a session that does nothing of that.
"""

import os
import time
from pathlib import Path
from typing import Any

from benchmarks import warm
from benchmarks.report import Measured, median
from tests.running import Running, wait_until

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))

SLOW: dict[str, Any] = {"hidden_layers": [512, 512, 512], "batch_size": 4, "epochs": 450}
"""A minute's training on the bundled table, of some 0.13 seconds an epoch."""

FAST: dict[str, Any] = {"epochs": 10_000}
"""Epochs of some milliseconds: the worst case."""


def measure(folder: Path) -> list[Measured]:
    """Both trainings, each both ways in turn."""
    warm.start()
    running = Running(folder / "reporting")
    try:
        running.start_server()
        running.start_worker()
        wait_until(lambda: running.http.get("/health").json()["workers"][0]["free"] == 1, 120, "a warm worker")
        return [
            _beside(running, folder, "a training of a minute", 0.02, SLOW),
            _beside(running, folder, "10,000 epochs of milliseconds", 0.5, FAST),
        ]
    finally:
        running.stop()


def _beside(running: Running, folder: Path, what: str, goal: float, params: dict[str, Any]) -> Measured:
    params = {"dataset": "breast-cancer", **params}
    _reported(running, params)  # compiles
    reported, bare = [], []
    for _ in range(ROUNDS):
        bare.append(warm.took(warm.Unreported(params), folder, running.data / "cache" / "programs").seconds)
        reported.append(_reported(running, params))
    mine, without = median(reported), median(bare)
    how = f"{mine:.1f} s with, {without:.1f} s without, medians of {ROUNDS} in turn"
    return Measured(f"{what}: share that reporting and checkpoints add", goal, mine / without - 1, "", how)


def _reported(running: Running, params: dict[str, Any]) -> float:
    began = time.perf_counter()
    answer = running.http.post(
        "/api/v1/runs",
        json={"lesson": "first-network", "params": params},
        headers={"Prefer": "wait=300"},
        timeout=330,
    )
    assert answer.json()["status"] == "completed", answer.text
    return time.perf_counter() - began
