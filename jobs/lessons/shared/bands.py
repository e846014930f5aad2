"""Where the results of small networks on the course's tables fall, as measured over several seeds."""

from typing import Protocol

from jobs.lessons.base import Band
from jobs.lessons.shared import life_cycle


class TableParams(life_cycle.TableParams, Protocol):
    """What a band depends on."""

    @property
    def optimizer(self) -> str:
        """One of :data:`jobs.lessons.shared.networks.OPTIMIZERS`' names."""


_BANDS = {
    "pima-indians-diabetes": (0.70, 0.82, "Two classes, 65 % of the rows in one: 0.65 is what constant guessing gets."),
    "ionosphere": (0.85, 0.99, "64 % of the rows are good: 0.64 is what constant guessing gets."),
    "breast-cancer": (0.93, 1.00, "63 % of the rows are benign: 0.63 is what constant guessing gets."),
}


def of_table(params: TableParams) -> Band | None:
    """Where a small network's accuracy on a table falls; None for settings far from the presets that aim at one."""
    known = _BANDS.get(params.dataset)
    sound = params.epochs >= 40 and params.learning_rate <= 0.01 and params.optimizer in {"adam", "nadam", "rmsprop"}
    if known is None or not sound or (not params.scale_features and params.dataset == "breast-cancer"):
        return None
    low, high, why = known
    held_out = params.validation_split > 0
    if not held_out:
        high = min(high + 0.06, 1.0)
        why += " Rows that were trained on flatter the score."
    if not params.scale_features:
        low -= 0.05
        why += " Features that aren't scaled cost some accuracy."
    metric = "test accuracy" if held_out else "train accuracy"
    return Band(metric=metric, low=round(low, 2), high=round(high, 2), why=why)


_THIRD = {
    "pima-indians-diabetes": (0.75, 0.84, "65 % of the rows are of one class: 0.65 is what constant guessing gets."),
    "ionosphere": (0.87, 0.97, "64 % of the rows are good: 0.64 is what constant guessing gets."),
    "breast-cancer": (0.94, 1.00, "63 % of the rows are benign: 0.63 is what constant guessing gets."),
}


def third_held_out(params: TableParams) -> Band | None:
    """The accuracy on a last third of the rows, held out; None for settings far from those that were measured."""
    known = _THIRD.get(params.dataset)
    sound = params.epochs >= 40 and params.learning_rate <= 0.01 and params.optimizer in {"adam", "nadam", "rmsprop"}
    if known is None or not sound or not 0.2 <= params.validation_split <= 0.4:
        return None
    low, high, why = known
    if not params.scale_features:
        if params.dataset == "breast-cancer":
            return None
        low -= 0.06
        why += " Features that aren't scaled cost some accuracy."
    return Band(metric="test accuracy", low=round(low, 2), high=high, why=why)
