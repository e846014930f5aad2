"""A run's listing, in a clean process with only the data file beside it, gives the run's History to the digit."""

from pathlib import Path
from typing import Any

import pytest

from tests.lessons.repeating import chosen_before_importing, history_of
from tests.running import Running

RUNS: dict[str, dict[str, Any]] = {
    "Pima, with held-out rows": {"dataset": "pima-indians-diabetes", "epochs": 3},
    "bundled, other choices": {  # with these, another way of compiling shows in the History
        "dataset": "breast-cancer",
        "epochs": 6,
        "optimizer": "adagrad",
        "activation": "tanh",
        "hidden_layers": [64, 64],
    },
}


@pytest.mark.parametrize("params", RUNS.values(), ids=RUNS.keys())
def test_the_listing_repeats_the_run(
    fitboard: Running, datasets_folder: Path, tmp_path: Path, params: dict[str, Any]
) -> None:
    run = fitboard.run(**params)["id"]
    done = fitboard.finished(run)
    assert done["status"] == "completed", done["error"]
    listing = fitboard.http.get(f"/api/v1/runs/{run}/script.py").text
    assert (done["route"], "jit_compile=True" in listing) == ("compiled", True)
    clean = params["dataset"] == "pima-indians-diabetes"  # one of them, so that the warm process is held against it
    repeated, printed = history_of(listing, tmp_path / "listing", datasets_folder, clean=clean)
    if clean:
        assert history_of(listing, tmp_path / "warm", datasets_folder)[0] == repeated
    recorded = fitboard.http.get(f"/api/v1/runs/{run}/history").json()["history"]
    assert repeated == recorded
    for part in ("train", "test"):
        score = done["result"][part]
        if score is not None:
            assert f"loss {score['loss']:.4f}  accuracy {score['accuracy']:.4f}" in printed
    assert printed.count("truth ") == len(done["result"]["predictions"]["rows"])


def test_what_a_listing_chooses_before_it_imports_keras_is_known() -> None:
    listing = 'import os\nos.environ["A"] = "1"\nimport numpy\nimport keras\nos.environ["B"] = "2"\n'
    assert chosen_before_importing(listing) == {"A": "1"}


def test_a_listing_that_fails_is_no_listing_that_repeats(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="NameError: name 'undefined'"):
        history_of("print(undefined)", tmp_path / "listing", tmp_path)
