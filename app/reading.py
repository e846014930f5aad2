"""What a curve says, in words: learning still, learnt by heart, at rest, or out of hand.

Plain rules over a finished history, each with the numbers it saw, so that a learner can check them in the chart. They
look at the trend and not at single epochs (:mod:`app.trend`), and say nothing that the curve's own scatter could say as
well. They describe; they don't judge. Each names the lesson of the course that treats it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from app.charts import short
from app.runs.history import Series
from app.trend import LEAST_TAIL, Trend, fall, trend

LEAST_EPOCHS = 8
"""Fewer epochs say too little."""

CLIMB = 0.1
"""By which share of its lowest the validation loss must have risen to be called a climb."""

BEYOND = 2.0
"""How many times its scatter a change must be to be one."""

CLEAR = 8.0
"""How many times its scatter a climb must be to need no further proof."""

SURE = 3.0
"""How many times its standard error a fall or a climb must be to be one."""

STILL = 0.02
"""Which share of the whole fall the end may move to be called a plateau, doubt included."""

LARGEST = 1e150
"""Losses beyond are out of hand anyway, and their squares aren't numbers."""


@dataclass(frozen=True)
class Reading:
    """One thing that the curves say. ``lesson`` treats it."""

    title: str
    words: str
    lesson: str


@dataclass(frozen=True)
class _Curve:
    """A loss without gaps: its epochs (from 0), values and trend."""

    epoch: list[int]
    values: list[float]
    trend: Trend

    @property
    def best(self) -> int:
        """The place of the lowest value; or of the trend's lowest, where that value was only a spike."""
        place = self.values.index(min(self.values))
        low = self.trend.lowest * self.trend.stride
        return place if abs(place - low) <= max(3, len(self.values) // 4) else low

    @property
    def start(self) -> float:
        """Where it began, before the trend has smoothed a steep start away."""
        return max(self.values[0], self.trend.level[0])

    @property
    def end(self) -> float:
        """Where the trend ends."""
        return self.trend.level[-1]

    def at(self, place: int) -> float:
        """The trend's value at a place of the curve."""
        return self.trend.level[place // self.trend.stride]


def read(history: Mapping[str, Series]) -> list[Reading]:
    """What the loss curves of a run say, the most important first."""
    loss = history.get("loss")
    if loss is None:
        return []
    gone = next((epoch for epoch, value in zip(loss.epoch, loss.value, strict=True) if value is None), None)
    if gone is not None:
        return [
            Reading(
                "Diverged",
                f"The loss is not a number from epoch {gone + 1} on: the steps were so large that the weights "
                "overflowed. A smaller learning rate, or scaled features, keeps them in hand.",
                "learning-rate",
            )
        ]
    if len(loss.epoch) < LEAST_EPOCHS:
        return []
    training, validation = _curve(loss), _curve(history.get("val_loss"))
    readings = [] if training is None else _both(training, validation)
    if "val_loss" not in history:
        readings.append(
            Reading(
                "Nothing held out",
                "Only training rows were measured, and on those a network can look better than it is. A validation "
                "split shows what it makes of rows that it has never seen.",
                "history",
            )
        )
    return readings


def _curve(series: Series | None) -> _Curve | None:
    """The curve, where it is long enough and every value is a number that can be reckoned with."""
    if series is None or len(series.value) < LEAST_EPOCHS:
        return None
    values = [value for value in series.value if value is not None and abs(value) < LARGEST]
    return _Curve(series.epoch, values, trend(values)) if len(values) == len(series.value) else None


def _both(training: _Curve, validation: _Curve | None) -> list[Reading]:
    out_of_hand = _out_of_hand(training)
    if out_of_hand is not None:
        return [out_of_hand]
    by_heart = None if validation is None else _by_heart(training, validation)
    improving = None if validation is None or by_heart is not None else _still_learning(validation)
    found = [by_heart, None if improving is not None else _at_rest(training), improving]
    return [reading for reading in found if reading is not None]


def _out_of_hand(loss: _Curve) -> Reading | None:
    lowest = min(loss.trend.level)
    rise = loss.end - lowest
    doubled = rise > abs(lowest) and rise > BEYOND * loss.trend.scatter
    if not doubled or loss.end < loss.start:
        return None
    return Reading(
        "Out of hand",
        f"The training loss ended near {short(loss.end)}, above where it began ({short(loss.values[0])}). A training "
        "whose steps fit does not climb: the learning rate is likely too large.",
        "learning-rate",
    )


def _by_heart(training: _Curve, validation: _Curve) -> Reading | None:
    if len(training.values) != len(validation.values):
        return None
    turn = validation.trend.lowest
    lowest = validation.trend.level[turn]
    climb = validation.end - lowest
    rest = validation.trend.points[min(turn, len(validation.trend.points) - LEAST_TAIL) :]
    steady = fall(rest)  # and not only a dip that is over
    climbs = climb >= CLIMB * abs(lowest) and climb > BEYOND * validation.trend.scatter
    climbs = climbs and (-steady.by > SURE * steady.doubt or climb > CLEAR * validation.trend.scatter)
    falls = training.trend.level[turn] - training.end > BEYOND * training.trend.scatter
    if turn > 0.8 * len(validation.trend.level) or not climbs or not falls:
        return None
    best = validation.best
    return Reading(
        "Overfitting",
        f"After epoch {validation.epoch[best] + 1} the validation loss climbs from {short(validation.values[best])} to "
        f"about {short(validation.end)} while the training loss goes on falling: from there on the network learns the "
        "training rows by heart. The best model is the one of that epoch.",
        "dropout",
    )


def _at_rest(loss: _Curve) -> Reading | None:
    whole = loss.start - loss.end
    tail = loss.trend.tail
    moves = abs(tail.by) + 2 * tail.doubt
    real = whole > 2 * BEYOND * loss.trend.scatter
    if len(loss.values) < 3 * LEAST_EPOCHS or not real or moves > STILL * whole:
        return None
    start = 2 * len(loss.values) // 3
    return Reading(
        "A plateau",
        f"Since epoch {loss.epoch[start] + 1} the training loss hardly moves (about {short(loss.at(start))}, and "
        f"{short(loss.end)} in the end). More epochs like these change little; another learning rate or network might.",
        "learning-rate",
    )


def _still_learning(validation: _Curve) -> Reading | None:
    tail = validation.trend.tail
    whole = validation.start - min(validation.trend.level)
    lowest_last = validation.end <= min(validation.trend.level) + validation.trend.scatter
    if whole <= 0 or tail.by <= max(SURE * tail.doubt, STILL * whole) or not lowest_last:
        return None
    return Reading(
        "Still getting better",
        f"The validation loss was still falling at the end, to about {short(validation.end)}. More epochs may bring "
        "more.",
        "history",
    )
