"""Lesson 3, the life-cycle: what each stage hands on, and the listing that repeats it."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from jobs.lessons.keras.lesson import LESSON, KerasParams
from tests.lessons.events import events_of
from tests.lessons.repeating import history_of
from tests.running import Running

PARAMS: dict[str, Any] = {
    "dataset": "pima-indians-diabetes",
    "epochs": 3,
    "loss": "mean_squared_error",
    "optimizer": "rmsprop",
}


@pytest.mark.parametrize(
    ("field", "value"), [("loss", "hinge"), ("epochs", 0), ("hidden_layers", []), ("dataset", "a/b")]
)
def test_a_value_that_cannot_be_used_is_refused_at_its_own_field(field: str, value: Any) -> None:
    with pytest.raises(ValidationError) as caught:
        KerasParams.model_validate({field: value})
    assert {error["loc"][0] for error in caught.value.errors()} == {field}


def test_as_in_the_course_is_the_courses_network_on_its_own_data() -> None:
    [course] = [preset for preset in LESSON.presets if preset.slug == "course"]
    params = KerasParams.model_validate(course.values)
    assert (params.dataset, params.hidden_layers, params.epochs) == ("pima-indians-diabetes", (12, 8), 150)
    assert (params.kernel_initializer, params.batch_size, params.validation_split) == ("random_uniform", 10, 0.0)
    usual = LESSON.band(params)
    assert usual is not None
    # Independent plain Keras: docs/lessons.md.
    assert usual.low < 0.77 < 0.80 < usual.high


def test_each_stage_shows_what_it_has_produced_and_the_listing_repeats_it(
    fitboard: Running, datasets_folder: Path, tmp_path: Path
) -> None:
    run = fitboard.run("keras", **PARAMS)["id"]
    done = fitboard.finished(run)
    assert done["status"] == "completed", done["error"]
    items = fitboard.http.get(f"/api/v1/runs/{run}/exhibits").json()["items"]
    shown = {item["name"]: item["content"] for item in items}
    assert list(shown) == ["define", "compile", "fit", "evaluate", "predictions"]
    assert shown["define"]["rows"] == [
        ["dense", 8, 12, "relu", 108],
        ["dense_1", 12, 8, "relu", 104],
        ["dense_2", 8, 1, "sigmoid", 9],
    ]
    facts = dict(shown["compile"]["facts"])
    assert facts["loss"] == "Mean squared error"
    assert (facts["optimizer"], facts["learning_rate"], facts["rho"]) == ("RMSprop", "0.001", "0.9")
    assert facts["steps in an epoch"] == 10
    recorded = fitboard.http.get(f"/api/v1/runs/{run}/history").json()["history"]
    assert {row[0]: (row[1], row[-1]) for row in shown["fit"]["rows"]} == {
        name: (values[0], values[-1]) for name, values in recorded.items()
    }
    train, test = shown["evaluate"]["rows"]
    assert (train[1], test[1]) == (96, 24)
    assert train[2:4] == [done["result"]["train"]["loss"], done["result"]["train"]["accuracy"]]
    assert 0.5 <= test[4] < 1
    assert [row[2:] for row in shown["predictions"]["rows"]] == [
        row[2:] for row in done["result"]["predictions"]["rows"]
    ]
    told = [event["data"] for event in events_of(fitboard, run) if event["type"] in ("stage", "exhibit")]
    order = [one.get("name", (one.get("stage"), one.get("state"))) for one in told]
    for stage in ("define", "compile", "fit", "evaluate"):
        assert order[order.index((stage, "done")) + 1] == stage, "shown the moment its stage is done"
    page = fitboard.http.get(f"/runs/{run}", headers={"Accept": "text/html"}).text
    assert "A few predictions beside the truth" not in page, "the exhibit takes the place of the outcome's table"
    listing = fitboard.http.get(f"/api/v1/runs/{run}/script.py").text
    repeated, printed = history_of(listing, tmp_path / "listing", datasets_folder)
    assert repeated == recorded
    assert f"loss {done['result']['test']['loss']:.4f}" in printed
