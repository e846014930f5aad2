"""The lesson on digits: a real run on the bundled digits, what it shows, and its listing."""

from pathlib import Path
from typing import Any

import pytest

from jobs.datasets import DatasetState, Source
from jobs.lessons.mnist.lesson import LESSON, MnistParams, band
from tests.lessons.repeating import history_of
from tests.running import Running

DIGITS = DatasetState("digits", "Digits", Source.BUNDLED, 1437, 784, tuple("0123456789"), "here", 360, (28, 28, 1))


def test_a_run_shows_its_mistakes_and_its_listing_repeats_it(
    fitboard: Running, datasets_folder: Path, tmp_path: Path
) -> None:
    run = fitboard.run("mnist", samples=200, epochs=2, batch_size=64)["id"]
    done = fitboard.finished(run)
    assert done["status"] == "completed", done["error"]
    assert (done["params"]["dataset"], done["route"]) == ("digits", "plain")
    assert [row[0] for row in done["result"]["predictions"]["rows"]] == list(range(1, 9))

    shown = {one["name"]: one for one in fitboard.http.get(f"/api/v1/runs/{run}/exhibits").json()["items"]}
    assert list(shown) == ["confusion", "mistakes", "predictions"]
    counts = shown["confusion"]["content"]["counts"]
    right = sum(counts[digit][digit] for digit in range(10))
    assert sum(map(sum, counts)) == 50  # a quarter as many test images
    assert done["result"]["test"]["accuracy"] == pytest.approx(right / 50)
    mistakes = shown["mistakes"]["content"]["pictures"]
    assert len(mistakes) == min(24, 50 - right)
    assert {picture["right"] for picture in mistakes} == {False}

    listing = fitboard.http.get(f"/api/v1/runs/{run}/script.py").text
    repeated, printed = history_of(listing, tmp_path / "listing", datasets_folder)
    assert repeated == fitboard.http.get(f"/api/v1/runs/{run}/history").json()["history"]
    for part in ("train", "test"):
        score = done["result"][part]
        assert f"loss {score['loss']:.4f}  accuracy {score['accuracy']:.4f}" in printed
    assert " ".join(map(str, counts[0])) in " ".join(printed.replace("[", " ").replace("]", " ").split())


def test_a_batch_larger_than_the_images_trained_on_names_the_largest_that_fits() -> None:
    [issue] = LESSON.check(MnistParams(samples=100, batch_size=200), DIGITS)
    assert (issue.field, issue.code) == ("batch_size", "too_large")
    assert issue.detail == "Batch size 200 is larger than the 100 training images. Use 1 to 100."
    assert LESSON.check(MnistParams(samples=0, batch_size=1437), DIGITS) == []


def test_the_courses_preset_is_the_issues_network_on_all_of_mnist() -> None:
    preset = next(one for one in LESSON.presets if one.slug == "course")
    params = MnistParams.model_validate(preset.values)
    assert (params.dataset, params.samples, params.epochs, params.batch_size) == ("mnist", 0, 10, 200)
    listing = LESSON.script(params, False, "tensorflow")
    assert 'np.load("mnist.npz")' in listing
    assert 'Conv2D(32, (3, 3), activation="relu")' in listing
    assert "[:" not in listing.partition("# Define.")[0], "all images are taken"
    expected = band(params)
    assert expected is not None
    assert expected.low == 0.985


@pytest.mark.parametrize("values", [{"dataset": "auto"}, {"epochs": 2}, {"learning_rate": 0.1}, {"samples": 500}])
def test_no_band_is_made_up(values: dict[str, Any]) -> None:
    assert band(MnistParams.model_validate({"dataset": "digits", **values})) is None
