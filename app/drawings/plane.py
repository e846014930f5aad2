"""A network's answers over a plane as bands of colour, with the rows upon it and what both say in words."""

from dataclasses import dataclass

from app.charts import Tick, nice
from app.drawings.contours import areas
from jobs.exhibits import Plane, Point

WIDTH = 640.0
HEIGHTS = (260.0, 640.0)
"""The picture is as high as the plane is in its own units, within these."""

LEVELS = (10, 20, 30, 40, 50, 60, 70, 80, 90)
"""Percent. Below the first the colour is that of class 0 at its fullest."""

RADIUS = 5.0


@dataclass(frozen=True)
class Band:
    """Everywhere that the answer is at least so much; ``number`` (from 1) is for the colour."""

    number: int
    path: str


@dataclass(frozen=True)
class Dots:
    """Rows of one class, held out or not, as one path of their shapes: circles for class 0, diamonds for class 1.

    ``symbol`` is one such shape in a square of 16, for the legend.
    """

    label: int
    held_out: bool
    count: int
    path: str
    symbol: str


@dataclass(frozen=True)
class PlaneDrawing:
    """The whole picture; ``boundary`` is the line at 50 percent, ``summary`` says it in words."""

    height: float
    bands: tuple[Band, ...]
    boundary: str
    dots: tuple[Dots, ...]
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    summary: str


def draw(content: Plane) -> PlaneDrawing:
    """Fit bands and rows into the picture."""
    left, right, bottom, top = content.extent
    height = min(max(WIDTH * (top - bottom) / (right - left), HEIGHTS[0]), HEIGHTS[1])
    reached = areas(content.answers, content.columns, LEVELS, WIDTH, height)

    def x(value: float) -> float:
        return WIDTH * (value - left) / (right - left)

    def y(value: float) -> float:
        return height * (top - value) / (top - bottom)

    dots = []
    for label in sorted({point.label for point in content.points}):
        for held_out in (False, True):
            some = [point for point in content.points if (point.label, point.held_out) == (label, held_out)]
            if some:
                path = "".join(_shape(label, x(point.x), y(point.y)) for point in some)
                dots.append(Dots(label, held_out, len(some), path, _shape(label, 8, 8)))
    return PlaneDrawing(
        round(height, 1),
        tuple(Band(number, area.path) for number, area in enumerate(reached, start=1) if area.path),
        reached[LEVELS.index(50)].outline,
        tuple(dots),
        tuple(Tick(x(value), f"{value:g}") for value in nice(left, right, 6) if 14 < x(value) < WIDTH - 14),
        tuple(Tick(y(value), f"{value:g}") for value in nice(bottom, top, 5) if 14 < y(value) < height - 26),
        _summary(content),
    )


def _shape(label: int, x: float, y: float) -> str:
    if label == 0:
        return f"M{x - RADIUS:.1f} {y:.1f}a5 5 0 1 0 10 0a5 5 0 1 0-10 0Z"
    return f"M{x:.1f} {y - 6:.1f}l6 6-6 6-6-6Z"


def _summary(content: Plane) -> str:
    share = sum(answer >= 50 for answer in content.answers) / len(content.answers)
    words = f"The network takes {share:.0%} of the plane for class 1.".replace("%", " %")
    for held_out, title in ((False, "training points"), (True, "held-out points")):
        some = [point for point in content.points if point.held_out == held_out]
        if some:
            right = sum((_answer(content, point) >= 50) == (point.label == 1) for point in some)
            words += f" {right} of {len(some)} {title} lie on their side of the boundary."
    return words


def _answer(content: Plane, point: Point) -> float:
    """The answer at a row's place, between those of the four places around it."""
    left, right, bottom, top = content.extent
    rows = len(content.answers) // content.columns
    column, across = _cell((point.x - left) / (right - left) * (content.columns - 1), content.columns)
    row, down = _cell((top - point.y) / (top - bottom) * (rows - 1), rows)
    at, below = row * content.columns + column, (row + 1) * content.columns + column
    answers = content.answers
    upper = _between(answers[at], answers[at + 1], across)
    return _between(upper, _between(answers[below], answers[below + 1], across), down)


def _cell(place: float, count: int) -> tuple[int, float]:
    number = min(max(int(place), 0), count - 2)
    return number, min(max(place - number, 0.0), 1.0)


def _between(first: float, second: float, share: float) -> float:
    return first + (second - first) * share
