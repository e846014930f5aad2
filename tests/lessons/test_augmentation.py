"""Lesson 14 for real: what is shown before training, and that its listing augments number for number alike."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from jobs.lessons.augmentation.lesson import LESSON, ImageAugmentationParams, band
from tests.lessons.repeating import history_of
from tests.running import Running

TINY = {"dataset": "digits", "samples": 120, "epochs": 2, "batch_size": 50}

RUNS: dict[str, dict[str, Any]] = {
    "everything": {
        "rotation_range": 20,
        "shear_range": 10,
        "horizontal_flip": True,
        "vertical_flip": True,
        "brightness_range": [0.6, 1.4],
        "fill_mode": "constant",
        "featurewise_std_normalization": True,
    },
    "whitened, nothing by chance": {
        "rotation_range": 0,
        "width_shift_range": 0,
        "height_shift_range": 0,
        "zoom_range": 0,
        "zca_whitening": True,
    },
    "whitened and turned": {"rotation_range": 10, "zca_whitening": True},
}


@pytest.mark.parametrize("case", RUNS)
def test_the_listing_repeats_the_run(fitboard: Running, tmp_path: Path, case: str) -> None:
    run = fitboard.run("augmentation", **TINY, **RUNS[case])["id"]
    done = fitboard.finished(run)
    assert done["status"] == "completed", done["error"]
    listing = fitboard.http.get(f"/api/v1/runs/{run}/script.py").text
    recorded = fitboard.http.get(f"/api/v1/runs/{run}/history").json()["history"]
    repeated, printed = history_of(listing, tmp_path / "listing", tmp_path)
    assert repeated == recorded
    for part in ("train", "test"):
        assert f"loss {done['result'][part]['loss']:.4f}  accuracy {done['result'][part]['accuracy']:.4f}" in printed
    shown = {one["name"]: one["content"] for one in fitboard.http.get(f"/api/v1/runs/{run}/exhibits").json()["items"]}
    assert "confusion" in shown
    assert (len(shown["original"]["pictures"]), len(shown["augmented"]["pictures"])) == (9, 27)


def test_what_the_listing_draws_is_what_training_draws() -> None:
    import numpy as np

    from jobs.augmentation import Augmenter

    params = ImageAugmentationParams.model_validate(
        {**TINY, **RUNS["everything"], "dataset": "mnist", "width_shift_range": 3}
    )
    text = LESSON.script(params, False, "tensorflow")
    start, end = text.index("def matrix"), text.index("def augmented")
    x = np.zeros((40, 28, 28, 1), "float32")
    known: dict[str, Any] = {"np": np, "x_train": x, "SEED": params.seed}
    exec(text[start:end], known)
    np.testing.assert_array_equal(known["draw"](3), Augmenter(params.augmentation(), x, params.seed).draw(3, len(x)))


@pytest.mark.parametrize(
    ("field", "value"),
    [("rotation_range", 181), ("zoom_range", 1.0), ("brightness_range", [1.5, 0.5]), ("samples", -1)],
)
def test_a_value_that_cannot_be_used_is_refused_at_its_own_field(field: str, value: Any) -> None:
    with pytest.raises(ValidationError) as caught:
        ImageAugmentationParams.model_validate({field: value})
    assert {error["loc"][0] for error in caught.value.errors()} == {field}


def test_a_band_is_stated_for_gentle_changes_alone() -> None:
    found, without = (band(ImageAugmentationParams(dataset="mnist", augment=augment)) for augment in (True, False))
    assert found is not None
    assert without is not None
    assert found.low > without.low
    still = {"rotation_range": 0, "width_shift_range": 0, "height_shift_range": 0, "zoom_range": 0}
    standardised = ImageAugmentationParams.model_validate({"dataset": "mnist", "featurewise_center": True, **still})
    assert band(standardised) == without, "nothing is changed by chance"
    assert band(ImageAugmentationParams(dataset="digits", rotation_range=90)) is None
    assert band(ImageAugmentationParams(dataset="shapes")) is None
