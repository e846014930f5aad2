"""What a noisy curve does underneath: its trend, its scatter, and how surely its end still moves.

Plain statistics over plain numbers, for :mod:`app.reading`. Validation losses of small data jump from epoch to epoch;
what is said of them must hold for the trend, by more than the curve's own scatter.
"""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, median

LONGEST = 1000
"""Longer curves are cut into so many stretches, each of which counts with its mean."""

LEAST_TAIL = 6
"""So many points, or the last third of all if that is more, are the end of a curve."""

FEW = 3.0
"""By so much, over the number of points, a standard error of few points is doubted itself."""

SHORT = 12
"""A curve of fewer points isn't smoothed further than that spikes are gone: every point of it counts."""

NORMAL = 1.4826
"""The standard deviation of normal scatter over its median distance from the middle."""

MOST_LIKENESS = 0.9
"""At most so much the likeness of neighbours (their correlation) is taken for scatter, and not for a bend."""


@dataclass(frozen=True)
class Trend:
    """A curve of finite values, smoothed; ``stride`` values of the curve make one of the ``level``.

    Attributes:
        points: the curve.
        level: its trend.
        scatter: how far the curve lies from it, as a standard deviation that single outliers don't move.
    """

    stride: int
    points: Sequence[float]
    level: Sequence[float]
    scatter: float

    @property
    def lowest(self) -> int:
        """Where the trend is lowest."""
        return min(range(len(self.level)), key=self.level.__getitem__)

    @property
    def tail(self) -> "Fall":
        """How its end falls: its last third, and at least :data:`LEAST_TAIL` points."""
        return fall(self.points[-max(LEAST_TAIL, len(self.points) // 3) :])


@dataclass(frozen=True)
class Fall:
    """By how much a stretch falls from its first point to its last by a straight line, and the standard error of that.

    Negative where it climbs.
    """

    by: float
    doubt: float


def trend(values: Sequence[float]) -> Trend:
    """The trend of a curve of at least :data:`LEAST_TAIL` values."""
    stride = -(-len(values) // LONGEST)
    points = [fmean(values[start : start + stride]) for start in range(0, len(values), stride)]
    level = _means(_medians(points, 2 if len(points) >= 2 * SHORT else 1), len(points) // SHORT)
    apart = median(abs(point - smooth) for point, smooth in zip(points, level, strict=True))
    # A short curve is hardly smoothed, and lies near its trend by that alone. Its bends from point to point tell too.
    bends = median(abs(a - 2 * b + c) for a, b, c in zip(points, points[1:], points[2:], strict=False))
    return Trend(stride, points, level, NORMAL * max(apart, bends / math.sqrt(6)))


def _medians(points: Sequence[float], reach: int) -> list[float]:
    """Each point by the middle one of it and so many neighbours on each side: a single spike is gone."""
    return [median(points[max(0, at - reach) : at + reach + 1]) for at in range(len(points))]


def _means(points: Sequence[float], half: int) -> list[float]:
    """Each point by the mean of it and its neighbours, so many on each side as there are on both."""
    found = []
    for at in range(len(points)):
        reach = min(half, max(1, min(at, len(points) - 1 - at)))
        found.append(fmean(points[max(0, at - reach) : at + reach + 1]))
    return found


def fall(points: Sequence[float]) -> Fall:
    """How a stretch of at least three points falls."""
    count = len(points)
    middle, mean = (count - 1) / 2, fmean(points)
    width = sum((at - middle) ** 2 for at in range(count))
    slope = sum((at - middle) * (value - mean) for at, value in enumerate(points)) / width
    rest = [value - mean - slope * (at - middle) for at, value in enumerate(points)]
    squares = sum(one * one for one in rest)
    if squares == 0:
        return Fall(-slope * (count - 1), 0.0)
    likeness = sum(a * b for a, b in itertools.pairwise(rest)) / squares
    likeness = min(max(likeness, 0.0), MOST_LIKENESS)
    # Points that resemble their neighbours say less than as many independent ones.
    deviation = math.sqrt(squares / (count - 2) * (1 + likeness) / (1 - likeness))
    # And a few points may look alike by chance.
    return Fall(-slope * (count - 1), deviation / math.sqrt(width) * (count - 1) * (1 + FEW / (count - 2)))
