"""Curves over an axis that isn't the epochs: where lines, ticks and words stand in the picture."""

from dataclasses import dataclass

from app.charts import Tick, nice, padded, short, svg_path
from jobs.exhibits import Lines

WIDTH, HEIGHT = 640, 260
LEFT, RIGHT, TOP, BOTTOM = 56, 12, 12, 32


@dataclass(frozen=True)
class Stroke:
    """One curve as an SVG path, with its number for the colour."""

    name: str
    number: int
    path: str


@dataclass(frozen=True)
class LinesDrawing:
    """The whole picture; ``summary`` says it in words."""

    strokes: tuple[Stroke, ...]
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    summary: str


def draw(content: Lines) -> LinesDrawing:
    """Fit the curves into the picture."""
    finite = [value for line in content.lines for value in line.values if value is not None]
    low, high = padded(finite)
    left, right = min(content.x), max(content.x)
    span = (right - left) or 1.0

    def x(value: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * (value - left) / span

    def y(value: float) -> float:
        return TOP + (HEIGHT - TOP - BOTTOM) * (high - value) / (high - low)

    strokes, words = [], []
    for number, line in enumerate(content.lines):
        places = zip(content.x, line.values, strict=True)
        path = svg_path([(x(place), None if value is None else y(value)) for place, value in places])
        strokes.append(Stroke(line.name, number, path))
        known = [value for value in line.values if value is not None]
        if known:
            words.append(f"{line.name}: from {short(known[0])} to {short(known[-1])}.")
    return LinesDrawing(
        tuple(strokes),
        tuple(Tick(x(value), f"{value:g}") for value in nice(left, right, 6)) if right > left else (),
        tuple(Tick(y(value), f"{value:g}") for value in nice(low, high, 5)),
        " ".join(words),
    )
