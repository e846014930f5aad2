"""Areas of a grid as paths: closed, as large as they should be, with an outline that leaves the picture's edge out."""

import re

import pytest

from app.drawings.contours import areas

Loop = list[tuple[float, float]]


def loops(path: str) -> list[Loop]:
    return [
        [(float(x), float(y)) for x, y in re.findall(r"([\d.]+) ([\d.]+)", part)] for part in path.split("M") if part
    ]


def size(path: str) -> float:
    """How much a path covers: loops around a hole run the other way and count against it."""
    return abs(
        sum(
            (x * after_y - after_x * y) / 2
            for loop in loops(path)
            for (x, y), (after_x, after_y) in zip(loop, [*loop[1:], loop[0]], strict=True)
        )
    )


def test_a_slope_is_cut_where_it_reaches_the_level() -> None:
    [area] = areas([0, 50, 100] * 3, 3, [25], 200, 100)
    assert size(area.path) == pytest.approx(150 * 100)
    assert loops(area.outline) == [[(50.0, 100.0), (50.0, 50.0), (50.0, 0.0)]] or loops(area.outline) == [
        [(50.0, 100.0), (50.0, 0.0)]
    ]


def test_a_level_that_everything_reaches_covers_the_picture_and_has_no_outline() -> None:
    [area] = areas([70] * 12, 4, [50], 300, 200)
    assert size(area.path) == 300 * 200
    assert area.outline == ""


def test_a_level_that_nothing_reaches_has_no_path() -> None:
    [area] = areas([10] * 9, 3, [50], 100, 100)
    assert (area.path, area.outline) == ("", "")


def test_a_hole_is_left_out() -> None:
    values = [100] * 25
    values[12] = 0
    [area] = areas(values, 5, [50], 400, 400)
    # Half-way to each neighbour of the hole: a diamond with diagonals of 100.
    assert size(area.path) == pytest.approx(400 * 400 - 100 * 100 / 2)


@pytest.mark.parametrize(("middle", "pieces"), [(60, 1), (30, 2)])
def test_at_a_saddle_the_middle_decides_whether_corners_belong_together(middle: int, pieces: int) -> None:
    low, high = 2 * middle - 100, 100
    [area] = areas([high, low, low, high], 2, [50], 100, 100)
    assert len(loops(area.path)) == pieces


def test_levels_lie_within_each_other() -> None:
    values = [min(100, 10 * row + 7 * column) for row in range(10) for column in range(12)]
    sizes = [size(area.path) for area in areas(values, 12, [10, 30, 50, 70, 90], 640, 480)]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] > sizes[-1] > 0
