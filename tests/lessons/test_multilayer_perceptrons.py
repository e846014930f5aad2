"""Lesson 4, multilayer perceptrons: its points, its pictures that move, and the listing that repeats it."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from jobs.lessons.multilayer_perceptrons import problems
from jobs.lessons.multilayer_perceptrons.lesson import LESSON, PerceptronParams, band, check
from tests.lessons.events import events_of
from tests.lessons.repeating import history_of
from tests.running import Running

EACH_PROBLEM = pytest.mark.parametrize("problem", problems.PROBLEMS)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("problem", "xor"),
        ("samples", 19),
        ("samples", 1001),
        ("noise", -0.1),
        ("noise", float("nan")),
        ("hidden_layers", [17]),
        ("hidden_layers", [1] * 7),
        ("activation", "softmax"),
        ("epochs_per_second", -1),
        ("dataset", "auto"),
    ],
)
def test_a_value_that_cannot_be_used_is_refused_at_its_own_field(field: str, value: Any) -> None:
    with pytest.raises(ValidationError) as caught:
        PerceptronParams.model_validate({field: value})
    assert {error["loc"][0] for error in caught.value.errors()} == {field}


def test_a_batch_larger_than_the_training_points_names_the_largest_that_fits() -> None:
    [issue] = check(PerceptronParams(samples=20, batch_size=16))
    assert (issue.field, issue.code) == ("batch_size", "too_large")
    assert issue.detail == "Batch size 16 is larger than the 14 training points. Use 1 to 14."


@EACH_PROBLEM
def test_points_are_about_half_of_each_class_mixed_and_always_the_same(problem: str) -> None:
    points = problems.points(problem, 400, 0.1, 3)
    assert points.x.shape == (400, 2)
    assert points.x.dtype == points.y.dtype == np.float32
    assert 0.4 < points.y.mean() < 0.6
    assert 0.25 < points.y[-100:].mean() < 0.75, "the held-out end has both"
    again, other = problems.points(problem, 400, 0.1, 3), problems.points(problem, 400, 0.1, 4)
    assert (again.x == points.x).all()
    assert (other.x != points.x).any()


@EACH_PROBLEM
def test_a_listing_draws_the_same_points(problem: str) -> None:
    names: dict[str, Any] = {"np": np, "SEED": 5}
    exec(problems.IMPORTS.get(problem, "") + problems.listed(problem, 60, 0.15), names)
    points = problems.points(problem, 60, 0.15, 5)
    assert (names["x"] == points.x).all()
    assert (names["y"] == points.y).all()


@EACH_PROBLEM
def test_a_band_sinks_with_the_noise(problem: str) -> None:
    hard: dict[str, Any] = {"samples": 500, "hidden_layers": (16, 16, 16), "activation": "tanh", "epochs": 300}
    values = hard if problem == "spirals" else {}
    clear, noisy = (
        band(PerceptronParams.model_validate({"problem": problem, "noise": noise, **values})) for noise in (0.0, 0.15)
    )
    assert clear is not None
    assert noisy is not None
    assert 0.5 < noisy.low < clear.low < clear.high == 1.0


@pytest.mark.parametrize(
    "values",
    [
        {"noise": 0.6},
        {"hidden_layers": []},
        {"activation": "linear"},
        {"learning_rate": 0.5},
        {"validation_split": 0.0},
        {"problem": "spirals"},
    ],
)
def test_no_band_is_made_up(values: dict[str, Any]) -> None:
    assert band(PerceptronParams.model_validate(values)) is None


def test_every_preset_fits_together() -> None:
    for preset in LESSON.presets:
        assert check(PerceptronParams.model_validate(preset.values)) == []


def test_the_pictures_move_and_the_listing_repeats_the_run(
    fitboard: Running, datasets_folder: Path, tmp_path: Path
) -> None:
    params = {"problem": "spirals", "samples": 60, "hidden_layers": [4, 3], "epochs": 4, "activation": "tanh"}
    refused = fitboard.http.post("/api/v1/runs", json={"lesson": LESSON.slug, "params": {**params, "batch_size": 43}})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == "/params/batch_size"
    run = fitboard.run(LESSON.slug, epochs_per_second=5, **params)["id"]
    done = fitboard.finished(run)
    assert done["status"] == "completed", done["error"]
    items = {item["name"]: item for item in fitboard.http.get(f"/api/v1/runs/{run}/exhibits").json()["items"]}
    assert [(name, item["epoch"]) for name, item in items.items()] == [("plane", 3), ("network", 3)]
    plane, network = items["plane"]["content"], items["network"]["content"]
    assert [len(layer["biases"]) for layer in network["layers"]] == [4, 3, 1]
    assert len(plane["points"]) == 60
    assert sum(held_out for *_, held_out in plane["points"]) == 18
    assert _right(plane, held_out=True) == pytest.approx(done["result"]["test"]["accuracy"], abs=2 / 18)
    told = events_of(fitboard, run)
    moved = [event["data"]["content"]["answers"] for event in told if event["data"].get("name") == "plane"]
    assert len(moved) >= 2
    assert moved[0] != moved[-1]
    [fit] = [event["data"] for event in told if event["data"].get("stage") == "fit" and event["data"].get("seconds")]
    assert fit["seconds"] >= 3 / 5, "four epochs at five a second"
    page = fitboard.http.get(f"/runs/{run}", headers={"Accept": "text/html"}).text
    assert page.index('id="exhibit-plane"') < page.index('id="curves"'), "what moves stands first"
    recorded = fitboard.http.get(f"/api/v1/runs/{run}/history").json()["history"]
    listing = fitboard.http.get(f"/api/v1/runs/{run}/script.py").text
    assert history_of(listing, tmp_path / "listing", datasets_folder)[0] == recorded


def _right(plane: dict[str, Any], held_out: bool) -> float:
    """The share of points on their own side, by the answer at the nearest place."""
    left, right, bottom, top = plane["extent"]
    columns = plane["columns"]
    rows = len(plane["answers"]) // columns
    hits = []
    for x, y, label, away in plane["points"]:
        if away == held_out:
            column = round((x - left) / (right - left) * (columns - 1))
            row = round((top - y) / (top - bottom) * (rows - 1))
            hits.append((plane["answers"][row * columns + column] > 50) == (label == 1))
    result: float = sum(hits) / len(hits)
