"""The first lesson's parameters: what is accepted, what is refused, and what is said about it."""

from dataclasses import replace
from typing import Any

import pytest
from pydantic import ValidationError

from jobs.datasets import DatasetState, Source
from jobs.lessons.first_network.lesson import LESSON, FirstNetworkParams
from jobs.lessons.shared.tables import split_at

PIMA = DatasetState("pima-indians-diabetes", "Pima", Source.FOLDER, 768, 8, ("no", "yes"), "here")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("epochs", True),
        ("epochs", "20"),
        ("epochs", 20.5),
        ("epochs", 0),
        ("epochs", 10_001),
        ("epochs", float("inf")),
        ("epochs", None),
        ("batch_size", 0),
        ("batch_size", False),
        ("learning_rate", 0),
        ("learning_rate", -0.1),
        ("learning_rate", 10.5),
        ("learning_rate", float("nan")),
        ("learning_rate", float("inf")),
        ("learning_rate", True),
        ("learning_rate", "0.1"),
        ("validation_split", 0.91),
        ("validation_split", -0.1),
        ("validation_split", float("nan")),
        ("hidden_layers", []),
        ("hidden_layers", [0]),
        ("hidden_layers", [513]),
        ("hidden_layers", [True]),
        ("hidden_layers", [12.5]),
        ("hidden_layers", ["12"]),
        ("hidden_layers", [1] * 9),
        ("hidden_layers", 12),
        ("hidden_layers", "12,8"),
        ("scale_features", 1),
        ("scale_features", "yes"),
        ("activation", "softplus!"),
        ("optimizer", "Adam"),
        ("kernel_initializer", ""),
        ("dataset", "../../etc/passwd"),
        ("dataset", "a/b"),
        ("dataset", "x" * 81),
        ("dataset", 7),
        ("seed", -1),
        ("seed", 2**32),
    ],
)
def test_a_value_that_cannot_be_used_is_refused_at_its_own_field(field: str, value: Any) -> None:
    with pytest.raises(ValidationError) as caught:
        FirstNetworkParams.model_validate({field: value})
    assert {error["loc"][0] for error in caught.value.errors()} == {field}


def test_a_number_too_large_for_a_float_is_refused() -> None:
    with pytest.raises(ValidationError):
        FirstNetworkParams.model_validate_json('{"learning_rate": 1e309}')


def test_an_unknown_field_is_refused() -> None:
    with pytest.raises(ValidationError) as caught:
        FirstNetworkParams.model_validate({"epoch": 20})
    assert caught.value.errors()[0]["type"] == "extra_forbidden"


def test_a_whole_float_is_an_integer_as_in_json_schema() -> None:
    params = FirstNetworkParams.model_validate_json('{"epochs": 20.0, "hidden_layers": [4.0]}')
    assert params.epochs == 20
    assert params.hidden_layers == (4,)


def test_the_defaults_are_the_courses() -> None:
    params = FirstNetworkParams()
    assert (params.hidden_layers, params.epochs, params.batch_size, params.seed) == ((12, 8), 150, 10, 7)


def test_a_batch_larger_than_the_training_rows_names_the_largest_that_fits() -> None:
    [issue] = LESSON.check(FirstNetworkParams(batch_size=4096), PIMA)
    assert issue.field == "batch_size"
    assert issue.code == "too_large"
    assert issue.detail == "Batch size 4096 is larger than the 614 training rows. Use 1 to 614."


@pytest.mark.parametrize("size", [1, 614])
def test_a_batch_that_fits_is_not_objected_to(size: int) -> None:
    assert LESSON.check(FirstNetworkParams(batch_size=size), PIMA) == []


@pytest.mark.parametrize(("rows", "split"), [(1, 0.5), (5, 0.9), (0, 0.0)])
def test_a_split_that_leaves_a_side_without_rows_is_objected_to(rows: int, split: float) -> None:
    [issue] = LESSON.check(FirstNetworkParams(validation_split=split, batch_size=1), replace(PIMA, rows=rows))
    assert issue.field == "validation_split"


@pytest.mark.parametrize(("rows", "split"), [(768, 0.2), (768, 0.33), (569, 0.9), (351, 0.0), (7, 0.5), (10, 0.1)])
def test_rows_are_held_out_as_keras_does_it(rows: int, split: float) -> None:
    import numpy as np
    from keras.src.trainers.data_adapters.array_slicing import train_validation_split

    if split == 0:
        assert split_at(rows, split) == rows
        return
    (train,), (held_out,) = train_validation_split((np.arange(rows),), split)
    assert len(train) == split_at(rows, split)
    assert held_out.tolist() == list(range(split_at(rows, split), rows))


def test_a_band_is_stated_where_one_can_be() -> None:
    sound = LESSON.band(FirstNetworkParams(dataset="pima-indians-diabetes"))
    assert sound is not None
    assert sound.metric == "test accuracy"
    assert 0.65 < sound.low < sound.high < 0.9
    unscaled = LESSON.band(
        FirstNetworkParams(dataset="pima-indians-diabetes", scale_features=False, validation_split=0.0)
    )
    assert unscaled is not None
    assert unscaled.metric == "train accuracy"
    assert unscaled.low < sound.low


@pytest.mark.parametrize("values", [{"dataset": "auto"}, {"learning_rate": 0.3}, {"epochs": 3}, {"optimizer": "sgd"}])
def test_no_band_is_made_up(values: dict[str, Any]) -> None:
    assert LESSON.band(FirstNetworkParams.model_validate({"dataset": "ionosphere", **values})) is None


def test_the_listing_of_an_unresolved_dataset_is_the_bundled_one() -> None:
    assert "load_breast_cancer" in LESSON.script(FirstNetworkParams(), False, "tensorflow")
