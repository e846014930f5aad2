"""What the curves say: each rule on a history that shows it and on one that does not."""

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.reading import read
from app.runs.history import Series
from tests.pages.curves import SHAPES, history


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


SEEDS = range(25)


def share(said: str, shape: str, epochs: int, scatter: float, likeness: float = 0.0) -> float:
    """Of how many trainings of a shape something is said."""
    found = [titles(**history(shape, epochs, scatter, seed, likeness)) for seed in SEEDS]
    return sum(said in one for one in found) / len(found)


@pytest.mark.parametrize(
    ("shape", "said"),
    [
        ("overfitting", ["Overfitting"]),
        ("plateau", ["A plateau"]),
        ("improving", ["Still getting better"]),
        ("healthy", []),
        ("flat", []),
        ("out of hand", ["Out of hand"]),
    ],
)
@pytest.mark.parametrize("epochs", [40, 150, 3000])
def test_a_smooth_curve_is_called_what_it_is(shape: str, said: list[str], epochs: int) -> None:
    assert titles(**history(shape, epochs, 0.0, 0)) == said


@pytest.mark.parametrize("scatter", [0.01, 0.03, 0.06])
@pytest.mark.parametrize("epochs", [20, 40, 150])
def test_a_jittery_curve_is_called_overfitting_where_it_climbs_and_only_there(epochs: int, scatter: float) -> None:
    assert share("Overfitting", "overfitting", epochs, scatter) >= 0.9
    for shape in ("healthy", "plateau", "improving", "flat"):
        assert share("Overfitting", shape, epochs, scatter) <= 0.05, shape


@pytest.mark.parametrize("epochs", [20, 40, 150])
def test_jumps_that_resemble_one_another_are_not_taken_for_a_climb(epochs: int) -> None:
    assert share("Overfitting", "overfitting", epochs, 0.03, likeness=0.6) >= 0.9
    assert share("Overfitting", "healthy", epochs, 0.03, likeness=0.6) <= 0.1


@pytest.mark.parametrize("epochs", [40, 150])
def test_only_a_curve_that_rests_is_a_plateau(epochs: int) -> None:
    assert share("A plateau", "plateau", epochs, 0.01) >= 0.5
    for scatter in (0.01, 0.06):
        for shape in ("improving", "overfitting", "flat", "out of hand"):
            assert share("A plateau", shape, epochs, scatter) <= 0.05, shape


@pytest.mark.parametrize("epochs", [20, 40, 150])
def test_getting_better_is_not_said_for_luck_in_the_last_epoch(epochs: int) -> None:
    assert share("Still getting better", "improving", epochs, 0.01) >= 0.4
    for shape in ("healthy", "flat", "plateau", "overfitting"):
        for scatter in (0.01, 0.06):
            assert share("Still getting better", shape, epochs, scatter) <= 0.05, shape


@pytest.mark.parametrize("scatter", [0.0, 0.06])
@pytest.mark.parametrize("epochs", [10, 40, 150])
def test_a_loss_that_climbs_is_out_of_hand_however_it_jumps(epochs: int, scatter: float) -> None:
    assert share("Out of hand", "out of hand", epochs, scatter) == 1
    for shape in SHAPES.keys() - {"out of hand"}:
        assert share("Out of hand", shape, epochs, scatter) <= 0.02, shape


@pytest.mark.parametrize("epochs", range(8))
@pytest.mark.parametrize("shape", SHAPES)
def test_of_a_very_short_training_nothing_is_said(shape: str, epochs: int) -> None:
    assert titles(**history(shape, epochs, 0.06, 1)) == []


def test_a_single_spike_changes_nothing() -> None:
    for place in (5, 20, 39):
        found = history("healthy", 40, 0.005, 3)
        found["val_loss"].value[place] = 5.0
        assert titles(**found) == [], place


def test_a_long_history_is_read_in_its_stretches() -> None:
    source = random.Random(1)
    values = [1 / (1 + epoch / 100) + source.gauss(0, 0.001) for epoch in range(20_000)]
    assert titles(loss=series(*values), val_loss=series(*values)) == ["A plateau"]


@given(
    st.lists(st.none() | st.floats(allow_nan=False, allow_infinity=False), max_size=40),
    st.lists(st.none() | st.floats(-1e9, 1e9), max_size=40),
)
def test_any_history_can_be_read(loss: list[float | None], validation: list[float | None]) -> None:
    read({"loss": series(*loss), "val_loss": series(*validation)})
