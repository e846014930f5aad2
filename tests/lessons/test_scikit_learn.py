"""Lesson 6: what is refused, how the rows are cut, and a cross-validation and a grid search by a real worker."""

import statistics
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from jobs.datasets import DatasetState, Source
from jobs.lessons.scikit_learn.lesson import LESSON, ScikitLearnParams, band, check, settings
from tests.lessons.repeating import output_of
from tests.running import Running

PIMA = DatasetState("pima-indians-diabetes", "Pima", Source.FOLDER, 768, 8, ("no", "yes"), "here")


def made(**values: Any) -> ScikitLearnParams:
    return ScikitLearnParams.model_validate(values)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("n_splits", 1),
        ("n_splits", 21),
        ("method", "cross_validate"),
        ("grid_optimizers", []),
        ("grid_optimizers", ["adamant"]),
        ("grid_initializers", ["normal"]),
        ("grid_epochs", [0]),
        ("grid_epochs", [1001]),
        ("grid_batch_sizes", ["5"]),
    ],
)
def test_a_value_that_cannot_be_used_is_refused_at_its_own_field(field: str, value: Any) -> None:
    with pytest.raises(ValidationError) as caught:
        made(**{field: value})
    assert {error["loc"][0] for error in caught.value.errors()} == {field}


def test_the_grid_is_the_courses() -> None:
    grid = settings(made(method="GridSearchCV"))
    assert len(grid) == 54
    assert {one.optimizer for one in grid} == {"rmsprop", "adam"}
    assert [one.optimizer for one in grid] == sorted((one.optimizer for one in grid), reverse=True), (
        "programs are shared"
    )
    assert settings(made(optimizer="sgd"))[0].optimizer == "sgd"


@pytest.mark.parametrize(
    "values", [{"n_splits": 5}, {"method": "GridSearchCV", "grid_epochs": [10, 20], "n_splits": 3}]
)
def test_the_epochs_of_a_run_are_those_of_every_setting_and_fold(values: dict[str, Any]) -> None:
    params = made(**values)
    counted = sum(each.of(params.model_dump()) for each in LESSON.trainings)
    assert counted == params.n_splits * sum(setting.epochs for setting in settings(params))


def test_a_batch_must_fit_into_what_the_smallest_fold_trains_on() -> None:
    [issue] = check(made(batch_size=700), PIMA)
    assert issue.detail == "Batch size 700 is larger than the 691 rows that a fold trains on. Use 1 to 691."
    assert check(made(batch_size=691), PIMA) == []
    [issue] = check(made(method="GridSearchCV", n_splits=2, grid_batch_sizes=[5, 385]), PIMA)
    assert issue.field == "grid_batch_sizes"


def test_a_grid_that_would_take_days_is_refused() -> None:
    [issue] = check(made(method="GridSearchCV", n_splits=12), PIMA)
    assert issue.detail.startswith("54 combinations in 12 folds are 648 trainings. Use fewer values or folds:")
    assert check(made(method="GridSearchCV", n_splits=3), PIMA) == []


def test_a_band_is_stated_where_one_can_be() -> None:
    sound = band(made(dataset="pima-indians-diabetes"))
    assert sound is not None
    assert sound.metric == "mean accuracy"
    assert band(made(dataset="pima-indians-diabetes", optimizer="sgd")) is None
    assert band(made(dataset="auto")) is None


def test_each_fold_has_the_classes_in_the_same_share_and_is_scaled_by_its_own_training_rows(tmp_path: Path) -> None:
    import numpy as np

    from jobs.datasets import Datasets
    from jobs.lessons.scikit_learn.lesson import folds

    data = Datasets(None, tmp_path, downloads=False).load("breast-cancer", lambda _line: None)
    cut = folds(made(n_splits=5), data)
    assert sum(len(fold.test) for fold in cut) == len(data.x)
    share = float(data.y.mean())
    for fold in cut:
        assert float(fold.test.y.mean()) == pytest.approx(share, abs=0.01)
        np.testing.assert_allclose(fold.training.x.mean(axis=0), 0, atol=1e-4)
        assert abs(fold.test.x.mean()) > 1e-4


def test_a_cross_validation_from_post_to_result(fitboard: Running) -> None:
    run = fitboard.run("scikit-learn", dataset="breast-cancer", n_splits=2, epochs=3, batch_size=50)["id"]
    done = fitboard.finished(run, timeout=200)  # compiling takes long where much else runs
    assert done["status"] == "completed", done["error"]
    assert (done["fold"], done["folds"], done["epoch"], done["epochs"]) == (1, 2, 2, 3)
    address = f"/api/v1/runs/{run}/history"
    mean = fitboard.http.get(address).json()["history"]
    parts = [fitboard.http.get(f"{address}?fold={fold}").json()["history"] for fold in range(2)]
    assert list(mean) == ["accuracy", "loss", "val_accuracy", "val_loss"]
    for name, values in mean.items():
        assert values == pytest.approx(
            [statistics.fmean(each) for each in zip(*(one[name] for one in parts), strict=True)]
        )
    result = done["result"]
    assert result["scores"] == [one["val_accuracy"][-1] for one in parts]
    assert result["headline"] == {"metric": "mean accuracy", "value": pytest.approx(statistics.fmean(result["scores"]))}
    assert result["standard_deviation"] == pytest.approx(statistics.pstdev(result["scores"]))
    assert done["best"]["value"] == min(min(one["val_loss"]) for one in parts)
    (shown,) = fitboard.http.get(f"/api/v1/runs/{run}/exhibits").json()["items"]
    assert [row[0] for row in shown["content"]["rows"]] == [1, 2, "Mean"]
    assert fitboard.http.get(f"/api/v1/runs/{run}/checkpoints/best").status_code == 200


def test_a_grid_search_from_post_to_result(fitboard: Running) -> None:
    grid = {"grid_optimizers": ["adam"], "grid_initializers": ["glorot_uniform", "random_uniform"]}
    sizes = {"grid_epochs": [1, 2], "grid_batch_sizes": [50]}
    how = {"method": "GridSearchCV", "dataset": "breast-cancer", "n_splits": 2}
    run = fitboard.run("scikit-learn", **how, **grid, **sizes)["id"]
    done = fitboard.finished(run, timeout=200)  # compiling takes long where much else runs
    assert done["status"] == "completed", done["error"]
    assert (done["folds"], done["epochs"]) == (8, 2)
    result = done["result"]
    assert len(result["grid"]) == 4
    best = max(result["grid"], key=lambda one: float(one["mean"]))
    assert result["mean"] == best["mean"]
    assert {name: best[name] for name in result["best"]} == result["best"]
    (shown,) = fitboard.http.get(f"/api/v1/runs/{run}/exhibits").json()["items"]
    means = [row[0] for row in shown["content"]["rows"]]
    assert means == sorted(means, reverse=True)
    assert len(means) == 4
    first = fitboard.http.get(f"/api/v1/runs/{run}/history?fold=0").json()
    assert first["epoch"] == [0], "the first combination has one epoch"


@pytest.mark.skipif(find_spec("scikeras") is None, reason="SciKeras is not installed")
@pytest.mark.parametrize("method", ["cross_val_score", "GridSearchCV"])
def test_the_listing_runs_with_scikeras(tmp_path: Path, method: str) -> None:
    params = made(
        method=method, dataset="breast-cancer", n_splits=2, epochs=8, batch_size=20,
        grid_optimizers=["adam"], grid_initializers=["he_uniform"], grid_epochs=[8], grid_batch_sizes=[20],
    )  # fmt: skip
    printed = output_of(LESSON.script(params, True, "tensorflow"), tmp_path / "alone", tmp_path)
    word = "mean" if method == "cross_val_score" else "best"
    (score,) = [float(line.split()[1]) for line in printed.splitlines() if line.startswith(word)]
    assert score > 0.8
