"""How long a training takes, beside the plain script that does the same: each in turn, several times."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks import warm
from benchmarks.report import Measured, median
from tests.running import Running, wait_until

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
"""How often both sides are measured in turn."""

REPOSITORY = Path(__file__).parent.parent


def measure(folder: Path) -> list[Measured]:
    """Measure with the course's data, where it is at hand."""
    named = os.environ.get("FITBOARD_TEST_DATASETS")
    if not named:
        print("FITBOARD_TEST_DATASETS is not set: nothing to train on, this part is left out.", file=sys.stderr)
        return []
    datasets = Path(named).resolve()
    warm.start()

    def child(work: Callable[[Path, Path], None]) -> Callable[[], float]:
        return lambda: warm.seconds(work, datasets, folder / "programs")

    running = Running(folder / "training", FITBOARD_DATASETS_DIR=str(datasets))
    try:
        running.start_server()
        running.start_worker()
        wait_until(lambda: running.http.get("/health").json()["workers"][0]["free"] == 1, 120, "a warm worker")
        lesson5 = _beside("lesson 5, Pima, 150 epochs", 0.1, lambda: _post(running), "first_network", datasets)
    finally:
        running.stop()
    return [
        lesson5,
        _beside("lesson 6, ten folds", 0.05, child(warm.folds), "cross_validation", datasets),
        _beside("small MLP: dropout, schedule, checkpoint", 0.2, child(warm.small), "dropout", datasets),
        _beside("lesson 12, MNIST, simple CNN, 2 epochs", 1.0, child(warm.images), "mnist", datasets),
    ]


def _beside(what: str, goal: float, ours: Callable[[], float], script: str, datasets: Path) -> Measured:
    """Both sides in turn."""
    first = ours()
    mine, plain = [], []
    for _ in range(ROUNDS):
        plain.append(_plain(script, datasets))
        mine.append(ours())
    how = f"{median(mine):.1f} s / {median(plain):.1f} s, medians of {ROUNDS} in turn; nothing compiled: {first:.1f} s"
    return Measured(f"{what}: share of the plain script's time", goal, median(mine) / median(plain), "", how)


def _plain(script: str, datasets: Path) -> float:
    began = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", f"benchmarks.plain.{script}", str(datasets)],
        cwd=REPOSITORY,
        check=True,
        capture_output=True,
    )
    return time.perf_counter() - began


def _post(running: Running) -> float:
    params = {
        "dataset": "pima-indians-diabetes",
        "kernel_initializer": "random_uniform",
        "scale_features": False,
        "validation_split": 0.0,
    }
    began = time.perf_counter()
    answer = running.http.post(
        "/api/v1/runs", json={"lesson": "first-network", "params": params}, headers={"Prefer": "wait=120"}, timeout=150
    )
    took = time.perf_counter() - began
    assert answer.json()["status"] == "completed", answer.text
    return took
