"""Many runs as parallel coordinates: an axis for each parameter that differs, the result on the last, a line per run.

An SVG of our own, because it is whole without JavaScript, and the drawing that Plotly has for it compiles programs in
the page, which the security policy forbids. Plain values in, plain data out; ``templates/parallel.html`` draws it.
"""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.charts import Tick, nice, prefers_low, short
from app.forms import shown

LEFT, RIGHT, TOP, BOTTOM, HEIGHT = 130, 110, 52, 20, 340
LEAST_WIDTH = 960
APART = 150
"""How far two axes stand from one another at least."""

MOST_AXES = 10
"""So many parameters have an axis; of more nobody could follow a line."""

SHADES = 9
"""How many colours there are, from the best result to the worst."""

WIDE = 50
"""An axis is logarithmic where its largest value is so many times its smallest, and none is 0 or below."""

ROOM = 15
"""Two words at an axis stand at least so far apart."""

FAN = 7
"""How far lines through the same value are spread, to each side, so that all are seen."""

LONGEST = 20
"""Longer words at an axis are cut."""

FEW = 12
"""Up to so many different numbers of a parameter are written at its axis; of more round ones are."""

MOST, LEAST = 7e307, 1e-300
"""Between these no difference of two numbers is infinite or nothing."""

MISSING = object()
"""Stands where a run's lesson has no such parameter."""


@dataclass(frozen=True)
class Axis:
    """One axis: its words, where it stands, and its ticks from the top down."""

    title: str
    at: float
    ticks: tuple[Tick, ...]


@dataclass(frozen=True)
class Thread:
    """One run's line. ``run`` is its place among the runs; ``shade`` counts from the best, None without a result."""

    run: int
    path: str
    shade: int | None


@dataclass(frozen=True)
class Parallel:
    """The whole picture; ``lines`` in the order in which they are drawn, ``omitted`` parameters have no axis."""

    width: int
    axes: tuple[Axis, ...]
    lines: tuple[Thread, ...]
    best: str
    worst: str
    without: int
    omitted: int


@dataclass(frozen=True)
class _Scale:
    """Where each run stands on an axis, from 0 at its foot to 1 at its top; None where it has no value."""

    places: Sequence[float | None]
    ticks: Sequence[tuple[float, str]]


def parallel(
    titles: Sequence[str], rows: Sequence[Sequence[Any]], results: Sequence[float | None], metric: str
) -> Parallel | None:
    """The picture of some runs; None where nothing differs, or no run has a result.

    Args:
        titles: of the parameters.
        rows: for each run its values of them, or :data:`MISSING`.
        results: each run's best value of the ``metric``.
        metric: decides whether less is better.
    """
    known = [one for one in results if one is not None]
    if not titles or not known:
        return None
    shown_titles = titles[:MOST_AXES]
    scales = [_parameter([row[place] for row in rows]) for place in range(len(shown_titles))]
    scales.append(_numbers(results))
    low = prefers_low(metric)
    ranked = sorted(range(len(rows)), key=lambda run: _merit(results[run], low))
    width = max(LEAST_WIDTH, LEFT + RIGHT + APART * len(shown_titles))
    across = [LEFT + (width - LEFT - RIGHT) * place / len(shown_titles) for place in range(len(scales))]
    heights = [_fanned(scale, ranked, FAN if scale is not scales[-1] else 0) for scale in scales]
    lines = []
    for run in ranked:
        points = [(x, y) for x, column in zip(across, heights, strict=True) if (y := column[run]) is not None]
        place = scales[-1].places[run]
        shade = None if place is None else round((place if low else 1 - place) * (SHADES - 1))
        lines.append(Thread(run, _path(points), shade))
    ends = sorted(known, reverse=not low)
    return Parallel(
        width=width,
        axes=tuple(
            Axis(title, x, tuple(Tick(_height(at), words) for at, words in scale.ticks))
            for title, x, scale in zip([*shown_titles, f"Best {metric}"], across, scales, strict=True)
        ),
        lines=tuple(lines),
        best=short(ends[0]),
        worst=short(ends[-1]),
        without=len(results) - len(known),
        omitted=len(titles) - len(shown_titles),
    )


def _merit(result: float | None, low: bool) -> tuple[bool, float]:
    """Orders runs from the one without a result over the worst to the best, which is drawn last and seen whole."""
    if result is None:
        return (False, 0.0)
    return (True, -result if low else result)


def _parameter(values: Sequence[Any]) -> _Scale:
    numbers = [value for value in values if isinstance(value, int | float) and not isinstance(value, bool)]
    if len(numbers) == len(values):
        return _numbers(numbers, few=True)
    words = ["—" if value is MISSING else shown(value) or "none" for value in values]
    names = sorted(set(words), key=_order)
    last = max(1, len(names) - 1)
    places = {name: (place / last if len(names) > 1 else 0.5) for place, name in enumerate(names)}
    return _Scale([places[word] for word in words], _thinned([(places[name], _cut(name)) for name in names]))


def _order(word: str) -> tuple[Any, ...]:
    """Lists of numbers by their values, other words by the alphabet after them."""
    try:
        return (0, [float(part) for part in word.split(",")], word)
    except ValueError:
        return (1, [], word)


def _numbers(values: Sequence[float | None], few: bool = False) -> _Scale:
    """A scale for numbers; where there are ``few`` different ones they are its ticks."""
    known = sorted({max(-MOST, min(MOST, value)) for value in values if value is not None})
    low, high = known[0], known[-1]
    if high - low < LEAST:
        return _Scale([None if value is None else 0.5 for value in values], [(0.5, _written(low, few))])
    wide = low > 0 and high >= low * WIDE
    foot, top = (math.log(low), math.log(high)) if wide else (low, high)

    def place(value: float) -> float:
        return ((math.log(value) if wide else max(-MOST, min(MOST, value))) - foot) / (top - foot)

    marks: Sequence[tuple[float, str]] = [(value, _written(value, few)) for value in known]
    if wide and not (few and len(known) <= FEW):
        decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
        between = [10.0**power for power in decades if low < 10.0**power < high]
        marks = [marks[0], *((value, f"{value:g}") for value in between), marks[-1]]
    elif not few or len(known) > FEW:
        marks = [(value, f"{value:g}") for value in nice(low, high, 6)]
    ticks = [(place(value), text) for value, text in marks]
    return _Scale([None if value is None else place(value) for value in values], _thinned(ticks))


def _written(value: float, exactly: bool) -> str:
    return shown(value) if exactly else f"{value:.4g}"


def _thinned(ticks: Sequence[tuple[float, str]]) -> list[tuple[float, str]]:
    """Those that find room: both ends, and of the others each that doesn't touch its neighbours."""
    if not ticks:
        return []
    kept = [ticks[0]]
    apart = ROOM / (HEIGHT - TOP - BOTTOM)
    for tick in ticks[1:-1]:
        if tick[0] - kept[-1][0] >= apart and ticks[-1][0] - tick[0] >= apart:
            kept.append(tick)
    return kept if len(ticks) == 1 else [*kept, ticks[-1]]


def _fanned(scale: _Scale, ranked: Sequence[int], most: float) -> list[float | None]:
    """Each run's height; those with the same value side by side, in the order of their results."""
    same: dict[float, list[int]] = {}
    heights: list[float | None] = [None] * len(scale.places)
    for run in reversed(ranked):
        place = scale.places[run]
        if place is not None:
            same.setdefault(place, []).append(run)
    for place, runs in same.items():
        step = min(3.0, 2 * most / max(1, len(runs) - 1))
        for rank, run in enumerate(runs):
            heights[run] = _height(place) + (rank - (len(runs) - 1) / 2) * step
    return heights


def _height(place: float) -> float:
    return round(TOP + (HEIGHT - TOP - BOTTOM) * (1 - place), 1)


def _path(points: Sequence[tuple[float, float]]) -> str:
    """A line that crosses every axis level, so that the eye can follow it."""
    parts = [f"M{points[0][0]:.1f} {points[0][1]:.1f}"]
    for (x, y), (next_x, next_y) in itertools.pairwise(points):
        bend = (next_x - x) * 0.4
        parts.append(f"C{x + bend:.1f} {y:.1f} {next_x - bend:.1f} {next_y:.1f} {next_x:.1f} {next_y:.1f}")
    return "".join(parts)


def _cut(word: str) -> str:
    return word if len(word) <= LONGEST else f"{word[: LONGEST - 1]}…"
