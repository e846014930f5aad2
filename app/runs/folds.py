"""The folds of a cross-validation beside one another: their mean, how far they lie apart, and which there are.

Plain arithmetic over epochs and values; how folds are stored and read is said in :mod:`app.runs.columns`. An epoch
counts the folds that have it: while one is under way, and where they are of different length, those are not all.
"""

import math
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from app.errors import Problem
from app.models import Run


class Measured(Protocol):
    """One metric of one fold: epochs (from 0), ascending, and a value for each; not finite is NaN or None."""

    @property
    def epoch(self) -> Any:
        """The epochs: a sequence of integers that knows whether it equals another."""

    @property
    def value(self) -> Any:
        """The values: a sequence as long."""


def side_by_side(parts: Sequence[Measured]) -> Iterator[tuple[int, tuple[Any, ...]]]:
    """Each epoch, ascending, with the values of the folds that have it."""
    longest = max(parts, key=lambda one: len(one.epoch)).epoch
    if not all(longest[: len(one.epoch)] == one.epoch for one in parts):  # as good as never
        yield from _by_epoch(parts)
        return
    start = 0
    for stop in sorted({len(one.epoch) for one in parts}):
        values = [one.value[start:stop] for one in parts if len(one.epoch) >= stop]
        yield from zip(longest[start:stop], zip(*values, strict=True), strict=True)
        start = stop


def _by_epoch(parts: Sequence[Measured]) -> Iterator[tuple[int, tuple[Any, ...]]]:
    known: dict[int, list[Any]] = {}
    for one in parts:
        for epoch, value in zip(one.epoch, one.value, strict=True):
            known.setdefault(epoch, []).append(value)
    for epoch in sorted(known):
        yield epoch, tuple(known[epoch])


def mean(parts: Sequence[Measured]) -> "tuple[array[int], array[float]]":
    """The mean over the folds, epoch by epoch; NaN where one of them isn't finite."""
    epochs, means = array("i"), array("d")
    for epoch, values in side_by_side(parts):
        epochs.append(epoch)
        means.append(_mean(values))
    return epochs, means


@dataclass(frozen=True, slots=True)
class Spread:
    """How the folds lie at one epoch: their mean (None where one isn't finite), standard deviation, and number.

    The deviation is NumPy's and that of ``cross_val_score(…).std()``: of these values, not of a sample.
    """

    epoch: int
    mean: float | None
    deviation: float
    count: int


def spread(parts: Sequence[Measured]) -> list[Spread]:
    """How the folds lie around their mean, epoch by epoch."""
    found = []
    for epoch, values in side_by_side(parts):
        middle = math.nan if None in values else _mean(values)
        deviation = 0.0
        if math.isfinite(middle):
            # Not by squares: those of large values would overflow.
            deviation = math.hypot(*(value - middle for value in values)) / math.sqrt(len(values))
        if math.isfinite(middle) and math.isfinite(deviation):
            found.append(Spread(epoch, middle, deviation, len(values)))
        else:
            found.append(Spread(epoch, None, 0.0, len(values)))
    return found


def banded(around: Sequence[Spread], most: int) -> list[tuple[int, float]]:
    """The band of one standard deviation as a closed line: epochs and values along its lower edge, and back above.

    Of about ``most`` points; epochs that one fold alone has reached are left out.
    """
    step = -(-len(around) // (most // 2)) if around else 1
    kept = [one for index, one in enumerate(around) if index % step == 0 or index == len(around) - 1]
    known = [(one.epoch, one.mean, one.deviation) for one in kept if one.mean is not None and one.count > 1]
    lower = [(epoch, mean - deviation) for epoch, mean, deviation in known]
    return lower + [(epoch, mean + deviation) for epoch, mean, deviation in reversed(known)]


def known(run: Run, fold: int) -> int:
    """The fold that was asked for, if it is one of the run's; one that is still to come has no epochs.

    Raises:
        Problem: ``unknown-fold``.
    """
    if run.folds is None:
        raise Problem("unknown-fold", f"Run {run.id} has no folds. Leave fold out to get its history.")
    if fold >= run.folds:
        there = "Its only fold is 0" if run.folds == 1 else f"Its folds are 0 to {run.folds - 1}"
        raise Problem("unknown-fold", f"Run {run.id} has no fold {fold}. {there}; without fold it is their mean.")
    return fold


def _mean(values: Sequence[Any]) -> float:
    try:
        return math.fsum(values) / len(values)
    except OverflowError:
        return math.nan
