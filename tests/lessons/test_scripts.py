"""A run's listing, in a clean process with only the data file beside it, gives the run's History to the digit."""

import csv
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.running import Running

RUNS: dict[str, dict[str, Any]] = {
    "Pima, with held-out rows": {"dataset": "pima-indians-diabetes", "epochs": 3},
    "ionosphere, as in the course": {
        "dataset": "ionosphere",
        "epochs": 2,
        "validation_split": 0.0,
        "scale_features": False,
        "kernel_initializer": "random_uniform",
    },
    "bundled, other choices": {  # with these, another way of compiling shows in the History
        "dataset": "breast-cancer",
        "epochs": 6,
        "optimizer": "adagrad",
        "activation": "tanh",
        "hidden_layers": [64, 64],
    },
}


def history_of(listing: str, folder: Path, data: Path) -> tuple[dict[str, list[float]], str]:
    """Run a listing and read the ``history.csv`` that it writes; also what it printed."""
    folder.mkdir()
    (folder / "listing.py").write_text(listing)
    for name in ("pima-indians-diabetes.csv", "ionosphere.csv"):
        if name in listing:
            shutil.copy(data / name, folder)
    plain = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG", "LD_LIBRARY_PATH"}}
    done = subprocess.run(
        [sys.executable, "-I", "listing.py"], cwd=folder, env=plain, capture_output=True, text=True, timeout=240
    )
    assert done.returncode == 0, done.stderr
    with (folder / "history.csv").open() as file:
        rows = list(csv.DictReader(file))
    names = [
        name for name, value in rows[0].items() if name != "epoch" and value != "NA"
    ]  # NA: there is no such metric
    return {name: [float(row[name]) for row in rows] for name in names}, done.stdout


@pytest.mark.parametrize("params", RUNS.values(), ids=RUNS.keys())
def test_the_listing_repeats_the_run(
    fitboard: Running, datasets_folder: Path, tmp_path: Path, params: dict[str, Any]
) -> None:
    run = fitboard.run(**params)["id"]
    done = fitboard.finished(run)
    assert done["status"] == "completed", done["error"]
    listing = fitboard.http.get(f"/api/v1/runs/{run}/script.py").text
    assert (done["route"], "jit_compile=True" in listing) == ("compiled", True)
    repeated, printed = history_of(listing, tmp_path / "clean", datasets_folder)
    recorded = fitboard.http.get(f"/api/v1/runs/{run}/history").json()["history"]
    assert repeated == recorded
    for part in ("train", "test"):
        score = done["result"][part]
        if score is not None:
            assert f"loss {score['loss']:.4f}  accuracy {score['accuracy']:.4f}" in printed
    assert printed.count("truth ") == len(done["result"]["predictions"]["rows"])
