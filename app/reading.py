"""What a curve says, in words: learning still, learnt by heart, at rest, or out of hand.

Plain rules over a finished history, each with the numbers it saw, so that a learner can check them in the chart.
They describe; they don't judge. Each names the lesson of the course that treats it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from app.charts import short
from app.runs.history import Series

LEAST_EPOCHS = 8
"""Fewer epochs say too little."""

CLIMB = 1.1
"""By which factor the validation loss must have risen above its lowest to be called a climb."""

STILL = 0.01
"""Which share of the whole fall the last third must not exceed to be called a plateau."""


@dataclass(frozen=True)
class Reading:
    """One thing that the curves say. ``lesson`` treats it."""

    title: str
    words: str
    lesson: str


def read(history: Mapping[str, Series]) -> list[Reading]:
    """What the loss curves of a run say, the most important first."""
    loss, validation = history.get("loss"), history.get("val_loss")
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
    found = [_out_of_hand(loss), _by_heart(loss, validation), _at_rest(loss), _still_learning(validation)]
    readings = [reading for reading in found if reading is not None]
    if validation is None:
        readings.append(
            Reading(
                "Nothing held out",
                "Only training rows were measured, and on those a network can look better than it is. A validation "
                "split shows what it makes of rows that it has never seen.",
                "history",
            )
        )
    return readings


def _out_of_hand(loss: Series) -> Reading | None:
    values = _finite(loss)
    lowest = min(values)
    if values[-1] <= 2 * lowest or values[-1] < values[0]:
        return None
    return Reading(
        "Out of hand",
        f"The training loss ended at {short(values[-1])}, above where it began ({short(values[0])}). A training whose "
        "steps fit does not climb: the learning rate is likely too large.",
        "learning-rate",
    )


def _by_heart(loss: Series, validation: Series | None) -> Reading | None:
    if validation is None:
        return None
    values = _finite(validation)
    if len(values) != len(validation.value) or len(values) != len(loss.value):
        return None
    best = values.index(min(values))
    falls = _finite(loss)[-1] < _finite(loss)[best]
    if best > 0.8 * len(values) or values[-1] < CLIMB * values[best] or not falls:
        return None
    return Reading(
        "Overfitting",
        f"After epoch {validation.epoch[best] + 1} the validation loss climbs from {short(values[best])} to "
        f"{short(values[-1])} while the training loss goes on falling: from there on the network learns the training "
        "rows by heart. The best model is the one of that epoch.",
        "dropout",
    )


def _at_rest(loss: Series) -> Reading | None:
    values = _finite(loss)
    start = 2 * len(values) // 3
    fall = values[0] - min(values)
    if fall <= 0 or len(values) < 3 * LEAST_EPOCHS or values[start] - min(values[start:]) > STILL * fall:
        return None
    return Reading(
        "A plateau",
        f"Since epoch {loss.epoch[start] + 1} the training loss hardly moves ({short(values[start])} to "
        f"{short(values[-1])}). More epochs like these change little; another learning rate or network might.",
        "learning-rate",
    )


def _still_learning(validation: Series | None) -> Reading | None:
    if validation is None:
        return None
    values = _finite(validation)
    if len(values) < LEAST_EPOCHS or values.index(min(values)) < 0.95 * (len(values) - 1):
        return None
    return Reading(
        "Still getting better",
        f"The validation loss was lowest at the very end ({short(min(values))}). More epochs may bring more.",
        "history",
    )


def _finite(series: Series) -> list[float]:
    return [value for value in series.value if value is not None]
