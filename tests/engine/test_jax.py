"""Keras on JAX: the engine in a process of its own, and a run by a real worker, repeated by its listing."""

import os
import subprocess
import sys
from pathlib import Path

from tests.conftest import MakeFitboard
from tests.lessons.repeating import history_of


def test_compiled_epochs_on_jax() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/engine/on_jax.py"],
        env={**os.environ, "KERAS_BACKEND": "jax"},
        capture_output=True,
        text=True,
        timeout=280,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_worker_on_jax_trains_and_the_listing_repeats_it(make_fitboard: MakeFitboard, tmp_path: Path) -> None:
    fitboard = make_fitboard(KERAS_BACKEND="jax")
    run = fitboard.run(dataset="breast-cancer", epochs=2, batch_size=37)["id"]
    done = fitboard.finished(run)
    assert done["status"] == "completed", done["error"]
    assert (done["backend"], done["route"], done["device"]) == ("jax", "compiled", "CPU")
    assert "jax on CPU" in fitboard.http.get(f"/runs/{run}").text
    listing = fitboard.http.get(f"/api/v1/runs/{run}/script.py").text
    repeated, _ = history_of(listing, tmp_path / "clean", tmp_path)
    assert repeated == fitboard.http.get(f"/api/v1/runs/{run}/history").json()["history"]
