"""Curves before JavaScript: paths, ticks, and what a chart says in words."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import charts
from app.charts import curves, pairs, short, sparkline, summary
from app.runs.history import Series


def test_each_metric_has_one_chart_with_its_validation_twin() -> None:
    names = ["val_loss", "learning_rate", "accuracy", "loss", "val_accuracy"]
    assert pairs(names) == ["loss", "accuracy", "learning_rate"]


def test_a_chart_has_a_line_per_role_and_round_ticks() -> None:
    history = {"loss": Series([0, 1, 2], [0.9, 0.5, 0.3]), "val_loss": Series([0, 1, 2], [0.8, 0.6, 0.7])}
    (curve,) = curves(history)
    assert [line.role for line in curve.lines] == ["train", "validation"]
    assert [tick.label for tick in curve.x_ticks] == ["1", "2", "3"]
    assert {"0.4", "0.6", "0.8"} <= {tick.label for tick in curve.y_ticks}
    heights = [tick.at for tick in curve.y_ticks]
    assert heights == sorted(heights, reverse=True), "larger values stand higher"


def test_of_folds_each_has_a_thin_line_and_their_deviation_a_band() -> None:
    parts = [{"loss": Series([0, 1, 2], [value, value / 2, value / 4])} for value in (1.0, 2.0, 3.0)]
    (curve,) = curves({"loss": Series([0, 1, 2], [2.0, 1.0, 0.5])}, folds=parts)
    (line,) = curve.lines
    assert line.threads.count("M") == 3
    assert line.band.count("L") == 5
    assert line.band.endswith("Z")
    assert short(line.around or 0) == "0.2041"
    (alone,) = curves({"loss": Series([0, 1], [2.0, 1.0])}, folds=parts[:1])[0].lines
    assert (alone.threads, alone.band, alone.around) == ("", "", None)


def test_of_many_folds_only_the_band_is_drawn() -> None:
    parts = [{"loss": Series([0, 1], [1.0 + number, 0.5])} for number in range(charts.THREADS + 1)]
    (line,) = curves({"loss": Series([0, 1], [11.0, 0.5])}, folds=parts)[0].lines
    assert line.threads == ""
    assert line.band


def test_a_value_that_is_not_finite_interrupts_the_line() -> None:
    (curve,) = curves({"loss": Series([0, 1, 2, 3], [0.9, None, 0.5, 0.4])})
    assert curve.lines[0].path.count("M") == 2
    assert curve.lines[0].path.count("h0") == 1, "the first value is a dot: it would not be seen otherwise"


def test_a_single_epoch_is_a_dot_in_the_middle_with_its_tick() -> None:
    (curve,) = curves({"loss": Series([0], [0.5])})
    (tick,) = curve.x_ticks
    assert tick.label == "1"
    assert curve.lines[0].path == f"M{tick.at:.1f} 137.0h0"
    assert charts.LEFT + 200 < tick.at < charts.WIDTH - 200


def test_a_constant_and_an_empty_metric_can_be_drawn() -> None:
    assert curves({"loss": Series([0, 1], [0.0, 0.0])})[0].lines[0].path
    assert curves({"loss": Series([0], [None])})[0].lines[0].path == ""


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False, width=32), min_size=1, max_size=50))
def test_no_finite_history_breaks_a_chart(values: list[float]) -> None:
    series = Series(list(range(len(values))), [*values])
    (curve,) = curves({"loss": series})
    assert "nan" not in curve.lines[0].path
    assert "inf" not in curve.lines[0].path
    sparkline([*values])


def test_a_sparkline_needs_two_points() -> None:
    assert sparkline([]) == sparkline([0.5]) == sparkline([None, 0.5]) == ""
    assert sparkline([0.5, 0.4]).startswith("M2.0 2.0L")


def test_the_summary_counts_epochs_from_one_and_knows_what_is_better() -> None:
    train, validation = Series([0, 1, 2], [0.9, 0.5, 0.6]), Series([0, 1, 2], [0.8, 0.7, 0.75])
    assert summary("loss", train, validation) == (
        "Training loss went from 0.9000 (epoch 1) to 0.6000 (epoch 3); lowest 0.5000 at epoch 2. "
        "Validation loss went from 0.8000 (epoch 1) to 0.7500 (epoch 3); lowest 0.7000 at epoch 2."
    )
    assert "highest 0.9000 at epoch 1" in summary("accuracy", train, None)
    assert summary("loss", Series([0], [0.5]), None) == "Training loss is 0.5000 after epoch 1."
    assert summary("loss", None, None) == "No value yet."


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0, "0"),
        (0.5, "0.5000"),
        (0.00123, "0.001230"),
        (12.345, "12.35"),
        (82115.4, "82115"),
        (1e-9, "1.000e-9"),
        (3.2e9, "3.200e9"),
    ],
)
def test_values_have_four_significant_digits(value: float, words: str) -> None:
    assert short(value) == words


@given(st.floats(-1e300, 1e300))
def test_every_finite_value_can_be_written(value: float) -> None:
    assert math.isclose(float(short(value)), value, rel_tol=2e-3, abs_tol=1e-4)


def test_names_of_metrics_become_titles() -> None:
    assert charts.title("learning_rate") == "Learning rate"
