"""Where the results of small networks on the course's tables fall, as measured over several seeds (docs/lessons.md)."""

from collections.abc import Mapping
from typing import Protocol

from jobs.lessons.base import Band
from jobs.lessons.shared import networks, parameters

Ranges = Mapping[str, tuple[float, float]]
"""Lowest and highest healthy accuracy by the table's name."""

_GUESSING = {
    "pima-indians-diabetes": "65 % of the rows are of one class: 0.65 is what constant guessing gets.",
    "ionosphere": "64 % of the rows are good: 0.64 is what constant guessing gets.",
    "breast-cancer": "63 % of the rows are benign: 0.63 is what constant guessing gets.",
}

TEN_DIGITS = "Ten digits, about equally frequent: 0.10 is what guessing gets."

UNSCALED = "Features that aren't scaled cost some accuracy."

PATIENT = ("adam", "nadam", "rmsprop")
"""Optimizers that get there with the usual learning rates; the others may need more epochs than a band can say."""


FEWEST = 4
"""Neurons of a layer: with fewer, some seeds never find a way out."""


class TableParams(parameters.TableParams, networks.DenseParams, networks.OptimizerParams, Protocol):
    """What a band depends on."""


def of(
    dataset: str, ranges: Ranges, metric: str = "test accuracy", *more: str, low: float = 0, high: float = 0
) -> Band | None:
    """The band of a table, with both ends moved by ``low`` and ``high`` for the reasons in ``more``.

    None for a table that has none, or whose name is still ``auto``.
    """
    if dataset not in ranges:
        return None
    lowest, highest = ranges[dataset]
    why = " ".join([_GUESSING[dataset], *more])
    return Band(metric=metric, low=round(lowest + low, 2), high=round(min(highest + high, 1.0), 2), why=why)


_USUAL = {"pima-indians-diabetes": (0.70, 0.82), "ionosphere": (0.85, 0.99), "breast-cancer": (0.93, 1.00)}

_THIRD = {"pima-indians-diabetes": (0.75, 0.84), "ionosphere": (0.87, 0.97), "breast-cancer": (0.94, 1.00)}


def of_table(params: TableParams) -> Band | None:
    """Where a small network's accuracy on a table falls; None for settings far from the presets that aim at one."""
    if not _sound(params):
        return None
    unscaled = () if params.scale_features else (UNSCALED,)
    low = 0.0 if params.scale_features else -0.05
    if params.validation_split > 0:
        return of(params.dataset, _USUAL, "test accuracy", *unscaled, low=low)
    flattered = "Rows that were trained on flatter the score."
    return of(params.dataset, _USUAL, "train accuracy", flattered, *unscaled, low=low, high=0.06)


def third_held_out(params: TableParams) -> Band | None:
    """The accuracy on a last third of the rows, held out; None for settings far from those that were measured."""
    if not _sound(params) or not 0.2 <= params.validation_split <= 0.4:
        return None
    if params.scale_features:
        return of(params.dataset, _THIRD)
    return of(params.dataset, _THIRD, "test accuracy", UNSCALED, low=-0.06)


def _sound(params: TableParams) -> bool:
    hopeless = not params.scale_features and params.dataset == "breast-cancer"
    steps = 0.0005 <= params.learning_rate <= 0.01 and params.batch_size <= 32
    able = min(params.hidden_layers) >= FEWEST
    return able and params.epochs >= 40 and steps and params.optimizer in PATIENT and not hopeless
