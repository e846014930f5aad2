"""How long a training takes, beside the plain script that does the same: each in turn, several times."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks import warm
from benchmarks.peak import Peak
from benchmarks.posting import train, warm_fitboard
from benchmarks.report import Measured, median
from tests.running import Running

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

    def child(work: Callable[[Path, Path], None]) -> Callable[[], warm.Took]:
        return lambda: warm.took(work, datasets, folder / "programs")

    with warm_fitboard(folder / "training", FITBOARD_DATASETS_DIR=str(datasets)) as running:
        lesson5 = list(_beside("lesson 5, Pima, 150 epochs", 0.1, lambda: _post(running), "first_network", datasets))
    return [
        *lesson5,
        *_beside("lesson 6, ten folds", 0.05, child(warm.folds), "cross_validation", datasets),
        *_beside("small MLP: dropout, schedule, checkpoint", 0.2, child(warm.small), "dropout", datasets),
        *_beside("lesson 12, MNIST, simple CNN, 2 epochs", 1.0, child(warm.images), "mnist", datasets),
        *_beside(
            "lesson 14, MNIST with rotation and shifts, 1 epoch", 0.5, child(warm.augmented), "augmentation", datasets
        ),
    ]


def _beside(what: str, goal: float, ours: Callable[[], warm.Took], script: str, datasets: Path) -> Iterator[Measured]:
    """Both sides in turn."""
    first = ours()
    mine, plain = [], []
    for _ in range(ROUNDS):
        plain.append(_plain(script, datasets))
        mine.append(ours())
    seconds = [median([one.seconds for one in side]) for side in (mine, plain)]
    how = (
        f"{seconds[0]:.1f} s / {seconds[1]:.1f} s, medians of {ROUNDS} in turn; nothing compiled: {first.seconds:.1f} s"
    )
    yield Measured(f"{what}: share of the plain script's time", goal, seconds[0] / seconds[1], "", how)
    peaks = [max(one.peak for one in side) for side in (mine, plain)]
    how = f"{peaks[0]:.0f} MB / {peaks[1]:.0f} MB resident, the largest of all rounds"
    yield Measured(f"{what}: share of the plain script's peak memory", 1.2, peaks[0] / peaks[1], "", how)


def _plain(script: str, datasets: Path) -> warm.Took:
    began = time.perf_counter()
    command = [sys.executable, "-m", f"benchmarks.plain.{script}", str(datasets)]
    with subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}")
    return warm.Took(time.perf_counter() - began, usage.ru_maxrss / 1024)


def _post(running: Running) -> warm.Took:
    params = {
        "dataset": "pima-indians-diabetes",
        "kernel_initializer": "random_uniform",
        "scale_features": False,
        "validation_split": 0.0,
    }
    with Peak(running) as peak:
        seconds = train(running, params)
    return warm.Took(seconds, peak.megabytes)
