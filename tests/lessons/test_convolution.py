"""The lesson on convolution: shapes as Keras has them, what can't be is refused, and a run that is looked into."""

from pathlib import Path
from typing import Any

import pytest

from jobs.datasets import DatasetState, Source
from jobs.lessons.convolution.geometry import Window, places
from jobs.lessons.convolution.lesson import LESSON, ConvolutionParams, band, check
from jobs.lessons.convolution.network import layers
from jobs.lessons.shared.layers import stacked
from tests.lessons.repeating import history_of
from tests.running import Running

DIGITS = DatasetState("digits", "Digits", Source.BUNDLED, 1437, 784, tuple("0123456789"), "here", 360, (28, 28, 1))

WINDOWS = [
    Window(5, 1, "valid", 2),
    Window(3, 1, "same", 2),
    Window(4, 2, "same", 1),
    Window(2, 2, "valid", 2),
    Window(1, 1, "valid", 5),
    Window(2, 3, "same", 2),
]


@pytest.mark.parametrize("window", WINDOWS, ids=str)
def test_shapes_and_parameters_are_those_of_keras(window: Window) -> None:
    filters, hidden = (4, 6), (20, 12)
    model = stacked((28, 28, 1), layers(filters, window, hidden), 0)
    computed = [
        (place.name, place.shape, place.parameters) for place in places((28, 28, 1), filters, window, hidden, 10)
    ]
    assert computed == [(one.name, one.output.shape[1:], one.count_params()) for one in model.layers]


@pytest.mark.parametrize(
    "window", [Window(3, 1, "valid", 2), Window(5, 1, "same", 1), Window(3, 2, "same", 2)], ids=str
)
def test_a_receptive_field_is_what_a_point_depends_on(window: Window) -> None:
    import keras
    import numpy as np

    size = 61
    model = stacked((size, size, 1), layers((1, 1), window, ()), 0)
    for layer in model.layers:
        layer.set_weights([np.full(weights.shape, weights.ndim > 1) for weights in layer.get_weights()])  # biases 0
    lit = np.eye(size)[:, None, :, None] * np.ones((1, size, 1, 1))  # an image for each column that can be lit
    for place in places((size, size, 1), (1, 1), window, (), 10):
        if place.field is not None:
            maps = np.asarray(keras.Model(model.inputs[0], model.get_layer(place.name).output)(lit))
            assert (maps[:, maps.shape[1] // 2, maps.shape[2] // 2, 0] > 0).sum() == place.field, place.name


@pytest.mark.parametrize(
    ("values", "field", "detail"),
    [
        (
            {"filters": [8, 8], "kernel_size": 11},
            "kernel_size",
            "A kernel of 11 by 11 does not fit into the 9 by 9 points that reach conv_2. Use a kernel of 9 at most, "
            "padding “same”, smaller strides or fewer convolutions.",
        ),
        (
            {"filters": [8, 8], "kernel_size": 5, "pool_size": 8},
            "kernel_size",
            "A kernel of 5 by 5 does not fit into the 3 by 3 points that reach conv_2. Use a kernel of 3 at most, "
            "padding “same”, smaller strides or fewer convolutions.",
        ),
        (
            {"filters": [8], "strides": 5, "pool_size": 8},
            "pool_size",
            "A pool of 8 by 8 does not fit into the 5 by 5 points that reach pool_1. Use a pool of 5 at most, "
            "smaller strides or fewer convolutions.",
        ),
    ],
)
def test_what_does_not_fit_is_refused_with_the_numbers(values: dict[str, Any], field: str, detail: str) -> None:
    [issue] = check(ConvolutionParams.model_validate(values), DIGITS)
    assert (issue.field, issue.detail) == (field, detail)


def test_every_preset_fits() -> None:
    for preset in LESSON.presets:
        assert check(ConvolutionParams.model_validate(preset.values), DIGITS) == []


def test_a_run_is_looked_into_and_its_listing_repeats_it(
    fitboard: Running, datasets_folder: Path, tmp_path: Path
) -> None:
    run = fitboard.run("convolution", samples=200, epochs=2, filters=[3, 20], digit=7)["id"]
    done = fitboard.finished(run)
    assert done["status"] == "completed", done["error"]

    shown = {one["name"]: one for one in fitboard.http.get(f"/api/v1/runs/{run}/exhibits").json()["items"]}
    maps = ["maps-conv_1", "maps-pool_1", "maps-conv_2", "maps-pool_2"]
    assert set(shown) == {"layers", "filters-before", "filters", "digit", *maps, "dense", "answer"}
    assert [row[:2] for row in shown["layers"]["content"]["rows"]][:2] == [
        ["conv_1", "24, 24, 3"],
        ["pool_1", "12, 12, 3"],
    ]
    assert [len(shown[name]["content"]["pictures"]) for name in maps] == [3, 3, 16, 16]
    assert [shown[name]["epoch"] for name in ("filters-before", "filters", *maps)] == [None, 1, 1, 1, 1, 1]
    before, after = (
        [one["png"] for one in shown[name]["content"]["pictures"]] for name in ("filters-before", "filters")
    )
    assert len(before) == len(after) == 3
    assert before != after
    assert shown["digit"]["content"]["pictures"][0]["caption"] == "a 7"
    assert len(shown["answer"]["content"]["rows"][0]) == 11

    listing = fitboard.http.get(f"/api/v1/runs/{run}/script.py").text
    repeated, printed = history_of(listing, tmp_path / "listing", datasets_folder)
    assert repeated == fitboard.http.get(f"/api/v1/runs/{run}/history").json()["history"]
    assert "conv_1     (24, 24, 3)" in printed


@pytest.mark.parametrize("values", [{"dataset": "auto"}, {"epochs": 2}, {"strides": 3}, {"samples": 100}])
def test_no_band_is_made_up(values: dict[str, Any]) -> None:
    assert band(ConvolutionParams.model_validate({"dataset": "digits", **values})) is None
