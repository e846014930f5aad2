"""What the curves say: each rule on a history that shows it and on one that does not."""

import math

from hypothesis import given
from hypothesis import strategies as st

from app.reading import read
from app.runs.history import Series


def series(*values: float | None) -> Series:
    """A metric from epoch 0 on."""
    return Series(list(range(len(values))), list(values))


def titles(**metrics: Series) -> list[str]:
    """What is said of a history."""
    return [reading.title for reading in read(metrics)]


FALLING = series(*(math.exp(-epoch / 10) + 0.1 for epoch in range(30)))


def test_a_validation_loss_that_climbs_while_training_falls_is_overfitting() -> None:
    climbing = series(*(0.5 + abs(epoch - 10) * 0.02 for epoch in range(30)))
    (reading,) = read({"loss": FALLING, "val_loss": climbing})
    assert reading.title == "Overfitting"
    assert "After epoch 11" in reading.words
    assert "0.5000" in reading.words


def test_a_validation_loss_that_falls_to_the_end_is_still_getting_better() -> None:
    assert titles(loss=FALLING, val_loss=FALLING) == ["Still getting better"]


def test_both_climbing_is_not_overfitting() -> None:
    climbing = series(*(0.5 + epoch * 0.05 for epoch in range(30)))
    assert titles(loss=climbing, val_loss=climbing) == ["Out of hand"]


def test_a_loss_that_rests_is_a_plateau() -> None:
    resting = series(*(math.exp(-epoch / 3) + 0.1 for epoch in range(60)))
    wobbling = series(*(0.3 + 0.01 * (epoch % 2) for epoch in range(60)))
    assert titles(loss=resting, val_loss=wobbling) == ["A plateau"]


def test_a_value_that_is_not_a_number_is_all_that_matters() -> None:
    (reading,) = read({"loss": series(1.0, 2.0, None), "val_loss": series(1.0, 2.0, None)})
    assert reading.title == "Diverged"
    assert "from epoch 3 on" in reading.words


def test_without_validation_that_is_said() -> None:
    assert titles(loss=FALLING) == ["Nothing held out"]


def test_a_short_or_empty_history_says_nothing() -> None:
    assert titles() == []
    assert titles(loss=series(1.0, 0.5)) == []


@given(
    st.lists(st.none() | st.floats(-1e9, 1e9), max_size=40),
    st.lists(st.none() | st.floats(-1e9, 1e9), max_size=40),
)
def test_any_history_can_be_read(loss: list[float | None], validation: list[float | None]) -> None:
    read({"loss": series(*loss), "val_loss": series(*validation)})
