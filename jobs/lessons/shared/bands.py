"""Where a healthy accuracy falls for a small network on one of the tables, where lessons share the question."""

from typing import Protocol

from jobs.lessons.base import Band


class Trained(Protocol):
    """What decides it."""

    @property
    def dataset(self) -> str:
        """The table's name."""

    @property
    def scale_features(self) -> bool:
        """Whether columns are brought to the same scale."""

    @property
    def validation_split(self) -> float:
        """The share of rows held out."""

    @property
    def learning_rate(self) -> float:
        """The optimizer's."""

    @property
    def optimizer(self) -> str:
        """Its name."""

    @property
    def epochs(self) -> int:
        """How long it trains."""


_THIRD = {
    "pima-indians-diabetes": (0.75, 0.84, "65 % of the rows are of one class: 0.65 is what constant guessing gets."),
    "ionosphere": (0.87, 0.97, "64 % of the rows are good: 0.64 is what constant guessing gets."),
    "breast-cancer": (0.94, 1.00, "63 % of the rows are benign: 0.63 is what constant guessing gets."),
}


def third_held_out(params: Trained) -> Band | None:
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
