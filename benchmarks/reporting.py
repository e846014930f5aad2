"""What it costs that a run is reported: the same training by a worker, and by the bare engine in a child alone.

A worker's run streams every epoch to the server, keeps a journal, copies the best state and writes it. The bare side
is the lesson's own ``run`` with a session that does nothing of that.
"""

import os
from pathlib import Path
from typing import Any

from benchmarks import warm
from benchmarks.posting import train, warm_fitboard
from benchmarks.report import Measured, median
from tests.running import Running

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))

SLOW: dict[str, Any] = {"hidden_layers": [512, 512, 512], "batch_size": 4, "epochs": 450}
"""A minute's training on the bundled table, of some 0.13 seconds an epoch."""

FAST: dict[str, Any] = {"epochs": 10_000}
"""Epochs of some milliseconds: the worst case."""


def measure(folder: Path) -> list[Measured]:
    """Both trainings, each both ways in turn."""
    warm.start()
    with warm_fitboard(folder / "reporting") as running:
        return [
            _beside(running, folder, "a training of a minute", 0.02, SLOW),
            _beside(running, folder, "10,000 epochs of milliseconds", 0.5, FAST),
        ]


def _beside(running: Running, folder: Path, what: str, goal: float, params: dict[str, Any]) -> Measured:
    params = {"dataset": "breast-cancer", **params}
    train(running, params)  # compiles
    reported, bare = [], []
    for _ in range(ROUNDS):
        bare.append(warm.took(warm.Unreported(params), folder, running.data / "cache" / "programs").seconds)
        reported.append(train(running, params))
    mine, without = median(reported), median(bare)
    how = f"{mine:.1f} s with, {without:.1f} s without, medians of {ROUNDS} in turn"
    return Measured(f"{what}: share that reporting and checkpoints add", goal, mine / without - 1, "", how)
