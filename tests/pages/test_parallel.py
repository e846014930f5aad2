"""Parallel coordinates: where lines go for numbers, words, runs without a result, and a hundred runs."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.parallel import HEIGHT, MISSING, MOST_AXES, SHADES, TOP, Parallel, parallel


def drawn(*rows: Any, results: list[float | None], metric: str = "loss") -> Parallel:
    titles = [f"P{place}" for place in range(len(rows[0]))]
    found = parallel(titles, rows, results, metric)
    assert found is not None
    return found


def labels(picture: Parallel, axis: int) -> list[str]:
    return [tick.label for tick in picture.axes[axis].ticks]


def heights(path: str) -> list[float]:
    """Where a line crosses each axis."""
    points = re.findall(r"([\d.]+) ([\d.]+)(?=C|$)", path)
    return [float(y) for _, y in points]


def test_each_parameter_has_an_axis_and_the_result_the_last() -> None:
    picture = drawn((0.1, "relu"), (0.2, "tanh"), results=[0.5, 0.25])
    assert [axis.title for axis in picture.axes] == ["P0", "P1", "Best loss"]
    assert labels(picture, 0) == ["0.1", "0.2"]
    assert labels(picture, 1) == ["relu", "tanh"]
    assert (picture.best, picture.worst) == ("0.2500", "0.5000")
    low, high = picture.axes[0].ticks
    assert low.at > high.at, "the larger value stands higher"


def test_the_best_run_is_drawn_last_in_the_first_colour() -> None:
    rows = [(1,), (2,), (3,)]
    assert [(line.run, line.shade) for line in drawn(*rows, results=[0.9, 0.1, 0.5]).lines] == [(0, 8), (2, 4), (1, 0)]
    lines = drawn(*rows, results=[0.9, 0.1, 0.5], metric="accuracy").lines
    assert [(line.run, line.shade) for line in lines] == [(1, 8), (2, 4), (0, 0)]


def test_numbers_far_apart_stand_on_a_logarithmic_axis() -> None:
    picture = drawn((0.1,), (0.01,), (0.001,), results=[1.0, 2.0, 3.0])
    places = [tick.at for tick in picture.axes[0].ticks]
    assert labels(picture, 0) == ["0.001", "0.01", "0.1"]
    assert places[0] - places[1] == pytest.approx(places[1] - places[2])
    ends = labels(drawn((1,), (2,), results=[1e-4, 1e3]), 1)
    assert ends == ["0.0001", "0.001", "0.01", "0.1", "1", "10", "100", "1000"]


def test_a_run_without_a_result_ends_before_the_last_axis() -> None:
    picture = drawn((1,), (2,), (3,), results=[0.5, None, 0.7])
    assert picture.without == 1
    (line,) = [line for line in picture.lines if line.shade is None]
    assert (line.run, len(heights(line.path))) == (1, 1)
    assert picture.lines[0] is line, "nothing is drawn under it"


def test_text_lists_and_missing_values_have_places_of_their_own() -> None:
    rows: list[tuple[Any, ...]] = [([12, 8],), ([4],), (None,), (MISSING,), (True,), ("a name longer than any axis",)]
    picture = drawn(*rows, results=[0.1, 0.2, 0.3, 0.4, 0.5, 0.6])
    assert labels(picture, 0) == ["4", "12, 8", "a name longer than …", "none", "true", "—"]
    assert len({heights(line.path)[0] for line in picture.lines}) == 6


def test_lines_through_the_same_value_are_spread_in_the_order_of_their_results() -> None:
    picture = drawn(*[("relu",)] * 3, ("tanh",), results=[0.3, 0.1, 0.2, 0.4])
    places = {line.run: heights(line.path)[0] for line in picture.lines}
    assert places[1] < places[2] < places[0]
    assert places[0] - places[1] == 6


def test_a_hundred_runs_of_many_parameters_stay_in_the_picture() -> None:
    rows = [tuple(f"{place}-{run % (place + 2)}" for place in range(14)) for run in range(100)]
    picture = drawn(*rows, results=[run / 100 if run % 7 else None for run in range(100)])
    assert (len(picture.axes), picture.omitted, picture.without) == (MOST_AXES + 1, 4, 15)
    assert len(picture.lines) == 100
    for line in picture.lines:
        assert all(TOP - 8 <= y <= HEIGHT for y in heights(line.path))
        assert line.shade is None or 0 <= line.shade < SHADES
    for axis in picture.axes:
        gaps = [a.at - b.at for a, b in zip(axis.ticks, axis.ticks[1:], strict=False)]
        assert all(gap >= 14.9 for gap in gaps), "words at an axis don't touch"


def test_there_is_nothing_to_draw_without_a_difference_or_a_result() -> None:
    assert parallel([], [(), ()], [0.1, 0.2], "loss") is None
    assert parallel(["P"], [(1,), (2,)], [None, None], "loss") is None


NUMBERS = st.floats(allow_nan=False, allow_infinity=False) | st.integers(0, 2**32)
VALUES = NUMBERS | st.text(max_size=30) | st.none() | st.booleans() | st.lists(st.integers(1, 99), max_size=3)


@given(st.lists(st.tuples(VALUES, NUMBERS, st.none() | NUMBERS), min_size=1, max_size=30))
def test_whatever_the_values_are_all_lines_stay_in_the_picture(runs: list[tuple[Any, float, float | None]]) -> None:
    picture = parallel(["One", "Two"], [run[:2] for run in runs], [run[2] for run in runs], "loss")
    for line in picture.lines if picture else ():
        assert all(TOP - 8 <= y <= HEIGHT for y in heights(line.path)), line
