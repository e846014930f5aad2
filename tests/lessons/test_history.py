"""Lesson 7: what a History is said to hold, and a run of it from its form to its listing."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from jobs.lessons.history.lesson import LESSON, HistoryParams, best_epoch, gap, keys, written_out
from tests.lessons.repeating import history_of
from tests.running import Running

HISTORY = {"loss": [0.7, 0.5, 0.3, 0.2], "val_loss": [0.6, 0.4, 0.5, 0.6], "accuracy": [0.5, 0.6, 0.8, 0.8],
           "val_accuracy": [0.5, 0.75, 0.5, 0.25]}  # fmt: skip


@pytest.mark.parametrize(("field", "value"), [("validation_split", 0.95), ("epochs", 0), ("monitor", "loss")])
def test_a_value_that_cannot_be_used_is_refused_at_its_own_field(field: str, value: Any) -> None:
    with pytest.raises(ValidationError) as caught:
        HistoryParams.model_validate({field: value})
    assert {error["loc"][0] for error in caught.value.errors()} == {field}


def test_the_courses_own_numbers_are_a_preset() -> None:
    course = next(preset for preset in LESSON.presets if preset.slug == "course")
    params = HistoryParams.model_validate(course.values)
    assert (params.dataset, params.validation_split) == ("pima-indians-diabetes", 0.33)
    assert (params.epochs, params.batch_size, params.hidden_layers, params.scale_features) == (150, 10, (12, 8), False)


def test_a_band_is_stated_where_one_was_measured() -> None:
    sound = LESSON.band(HistoryParams(dataset="pima-indians-diabetes"))
    assert sound is not None
    assert 0.65 < sound.low < sound.high < 0.9
    assert LESSON.band(HistoryParams(dataset="pima-indians-diabetes", validation_split=0.0)) is None
    assert LESSON.band(HistoryParams(dataset="pima-indians-diabetes", epochs=5)) is None
    assert LESSON.band(HistoryParams(dataset="pima-indians-diabetes", hidden_layers=(1,))) is None, (
        "some seeds stay stuck"
    )


def test_the_best_of_a_loss_is_the_lowest_and_of_an_accuracy_the_highest() -> None:
    assert [best_epoch(name, values) for name, values in HISTORY.items()] == [3, 1, 2, 1]
    assert [row[3:] for row in keys(HISTORY).content.rows] == [  # type: ignore[union-attr]
        [0.2, 0.2, 4], [0.6, 0.4, 2], [0.8, 0.8, 3], [0.25, 0.75, 2],
    ]  # fmt: skip


def test_the_gap_is_told_in_numbers() -> None:
    facts = dict(gap(HISTORY).content.facts)  # type: ignore[union-attr]
    assert facts["at epoch"] == "2 of 4"
    assert facts["Risen since its lowest"] == "50.0 %"
    assert facts["Gap between the losses at the end"] == pytest.approx(0.4)
    assert facts["Gap between the accuracies at the end"] == pytest.approx(0.55)


def test_the_dictionary_is_cut_where_it_is_long() -> None:
    text = written_out({"loss": [0.5, 0.25, 0.125, 0.1, 0.05]}).content.text  # type: ignore[union-attr]
    assert '"loss": [0.5000, 0.2500, 0.1250, …, 0.0500],' in text
    assert '"loss": [0.5000],' in written_out({"loss": [0.5]}).content.text  # type: ignore[union-attr]


def test_a_run_shows_its_keys_and_its_listing_repeats_it(
    fitboard: Running, datasets_folder: Path, tmp_path: Path
) -> None:
    run = fitboard.run("history", dataset="pima-indians-diabetes", epochs=5, hidden_layers=[6])["id"]
    done = fitboard.finished(run)
    assert done["status"] == "completed", done["error"]
    recorded = fitboard.http.get(f"/api/v1/runs/{run}/history").json()["history"]
    assert done["result"]["keys"] == [*recorded] == ["accuracy", "loss", "val_accuracy", "val_loss"]
    shown = {one["name"]: one["content"] for one in fitboard.http.get(f"/api/v1/runs/{run}/exhibits").json()["items"]}
    assert list(shown) == ["keys", "dictionary", "gap"]
    assert {row[0]: row[2:4] for row in shown["keys"]["rows"]} == {
        name: [values[0], values[-1]] for name, values in recorded.items()
    }
    listing = fitboard.http.get(f"/api/v1/runs/{run}/script.py").text
    repeated, printed = history_of(listing, tmp_path / "listing", datasets_folder)
    assert repeated == recorded
    lowest = recorded["val_loss"].index(min(recorded["val_loss"])) + 1
    assert f"lowest validation loss at epoch {lowest} of 5" in printed
    assert "key val_accuracy   5 epochs" in printed
    report = fitboard.http.get(f"/api/v1/runs/{run}/report.html").text
    assert "Reading the history" in report
