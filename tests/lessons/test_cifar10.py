"""The lesson on photographs: a real run on the drawn shapes, and its listing."""

from pathlib import Path
from typing import Any

import pytest

from jobs.datasets import shapes
from jobs.lessons.cifar10.lesson import LESSON, Cifar10Params, band, optimizer
from tests.lessons.repeating import history_of
from tests.running import Running


def test_a_run_with_a_decaying_rate_is_repeated_by_its_listing(fitboard: Running, tmp_path: Path) -> None:
    params: dict[str, Any] = {"optimizer": "sgd", "learning_rate": 0.02, "decay": 0.1}
    run = fitboard.run("cifar10", network="simple", samples=80, epochs=2, batch_size=32, **params)["id"]
    done = fitboard.finished(run)
    assert done["status"] == "completed", done["error"]
    assert (done["params"]["dataset"], done["route"]) == ("shapes", "plain")

    shown = {one["name"]: one for one in fitboard.http.get(f"/api/v1/runs/{run}/exhibits").json()["items"]}
    assert shown["confusion"]["content"]["classes"] == list(shapes.CLASSES)
    pictures = shown["predictions"]["content"]["pictures"]
    assert len(pictures) == 20  # a quarter as many test images
    rows = done["result"]["predictions"]["rows"]
    assert [picture["right"] for picture in pictures[: len(rows)]] == [row[-1] for row in rows]

    data = tmp_path / "data"
    data.mkdir()
    shapes.write(str(data / "shapes.npz"))
    listing = fitboard.http.get(f"/api/v1/runs/{run}/script.py").text
    repeated, printed = history_of(listing, tmp_path / "listing", data)
    assert repeated == fitboard.http.get(f"/api/v1/runs/{run}/history").json()["history"]
    assert printed.count("truth ") == len(rows)


def test_the_courses_preset_decays_as_the_course_does() -> None:
    import keras

    preset = next(one for one in LESSON.presets if one.slug == "course")
    params = Cifar10Params.model_validate(preset.values)
    assert (params.dataset, params.samples, params.epochs, params.batch_size) == ("cifar10", 0, 25, 64)
    made = optimizer(params)
    assert isinstance(made, keras.optimizers.SGD)
    assert made.momentum == 0.9
    rate = made._learning_rate
    assert [float(rate(step)) for step in (0, 2500)] == pytest.approx([0.01, 0.005])  # 0.01 / (1 + 0.0004 * 2500)


def test_decay_and_momentum_are_sgds_alone() -> None:
    listing = LESSON.script(Cifar10Params(decay=0.1), False, "tensorflow")
    assert "keras.optimizers.Adam(learning_rate=0.0005)" in listing
    assert "InverseTimeDecay" not in listing


def test_the_band_is_lower_for_photographs() -> None:
    shapes_band, photographs = band(Cifar10Params(dataset="shapes")), band(Cifar10Params(dataset="cifar10"))
    assert shapes_band is not None
    assert photographs is not None
    assert photographs.low < photographs.high < shapes_band.low


@pytest.mark.parametrize("values", [{"dataset": "auto"}, {"epochs": 2}, {"learning_rate": 0.1}, {"samples": 100}])
def test_no_band_is_made_up(values: dict[str, Any]) -> None:
    assert band(Cifar10Params.model_validate({"dataset": "shapes", **values})) is None
