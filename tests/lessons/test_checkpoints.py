"""Lesson 8: which monitors fit, and a run whose files are those that Keras's own ``ModelCheckpoint`` writes."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from jobs.datasets import DatasetState, Source
from jobs.lessons.checkpoints.lesson import LESSON, CheckpointsParams, check
from tests.lessons.repeating import history_of
from tests.running import Running

# Keras itself, when it reads variables with h5py.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")

PIMA = DatasetState("pima-indians-diabetes", "Pima", Source.FOLDER, 768, 8, ("no", "yes"), "here")


@pytest.mark.parametrize(("field", "value"), [("monitor", "auc"), ("mode", "up"), ("keep", "all"), ("mode", None)])
def test_a_value_that_cannot_be_used_is_refused_at_its_own_field(field: str, value: Any) -> None:
    with pytest.raises(ValidationError) as caught:
        CheckpointsParams.model_validate({field: value})
    assert {error["loc"][0] for error in caught.value.errors()} == {field}


def test_a_monitor_of_held_out_rows_needs_some() -> None:
    [issue] = check(CheckpointsParams(validation_split=0.0), PIMA)
    assert (issue.field, issue.code) == ("monitor", "nothing_held_out")
    assert "Use accuracy, or a validation split such as 0.33." in issue.detail
    assert check(CheckpointsParams(validation_split=0.0, monitor="loss"), PIMA) == []


def test_the_courses_own_numbers_are_presets() -> None:
    by_slug = {preset.slug: CheckpointsParams.model_validate(preset.values) for preset in LESSON.presets}
    for slug, keep in (("course", "improvements"), ("course-best", "best")):
        params = by_slug[slug]
        assert (params.monitor, params.mode, params.keep) == ("val_accuracy", "max", keep)
        assert (params.validation_split, params.epochs, params.batch_size) == (0.33, 150, 10)
        assert LESSON.band(params) is not None


def test_the_listing_names_the_files_as_the_course_does() -> None:
    text = LESSON.script(CheckpointsParams(), True, "tensorflow")
    assert '"weights-improvement-{epoch:02d}-{val_accuracy:.2f}.keras"' in text
    assert '"weights.best.keras"' in LESSON.script(CheckpointsParams(keep="best"), True, "tensorflow")


def test_a_run_saves_what_keras_saves_and_restores_it(fitboard: Running, datasets_folder: Path, tmp_path: Path) -> None:
    import keras
    import numpy as np

    params: dict[str, Any] = {"dataset": "pima-indians-diabetes", "epochs": 6, "hidden_layers": [6]}
    run = fitboard.run("checkpoints", **params)["id"]
    done = fitboard.finished(run)
    assert done["status"] == "completed", done["error"]
    recorded = fitboard.http.get(f"/api/v1/runs/{run}/history").json()["history"]
    items = fitboard.http.get(f"/api/v1/runs/{run}/checkpoints").json()["items"]
    assert [one["name"] for one in items[:2]] == ["best", "last"]
    improvements = items[2:]
    assert improvements
    best = max(recorded["val_accuracy"])
    assert done["best"] == {
        "epoch": recorded["val_accuracy"].index(best), "monitor": "val_accuracy", "value": best
    }  # fmt: skip
    assert improvements[-1]["epoch"] == items[0]["epoch"] == done["best"]["epoch"]
    assert improvements[-1]["sha256"] == items[0]["sha256"], "the same state is the same file"

    [shown] = fitboard.http.get(f"/api/v1/runs/{run}/exhibits").json()["items"]
    rows = shown["content"]["rows"]
    assert [row[0] for row in rows] == [*(one["name"] for one in improvements), "best", "last"]
    assert [row[2] for row in rows[:-2]] == [one["value"] for one in improvements]
    assert all(row[4] is True for row in rows)
    assert done["result"]["best"]["restored"] == best

    listing = fitboard.http.get(f"/api/v1/runs/{run}/script.py").text
    folder = tmp_path / "listing"
    repeated, printed = history_of(listing, folder, datasets_folder)
    assert repeated == recorded
    assert sorted(path.name for path in folder.glob("weights*")) == sorted(one["name"] for one in improvements)
    for one in improvements:
        row = next(row for row in rows if row[0] == one["name"])
        assert f"{one['name']}  loss {row[5]:.4f}  accuracy {row[3]:.4f}" in printed
        ours = tmp_path / one["name"]
        ours.write_bytes(fitboard.http.get(one["href"]).content)
        pair = [keras.saving.load_model(path).get_weights() for path in (ours, folder / one["name"])]
        for left, right in zip(*pair, strict=True):
            np.testing.assert_array_equal(left, right)
