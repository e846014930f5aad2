"""Epochs trained again after an interruption: they must come out as they stand, and leave no second trace.

What was stored first holds, because watchers have seen it. The first difference is told once per run: in its log, and
on the run itself.
"""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy.orm import Session

from app.runs import columns

Values = Mapping[str, float | None]
"""One epoch's metrics; None for a value that isn't finite."""

Place = tuple[int, int]
"""A fold and an epoch in it, both from 0, in the order in which they are trained; without folds all are of fold 0."""


@dataclass(frozen=True)
class Difference:
    """A metric that came out another way: at which epoch (from 0), what is stored, and what was told now.

    ``fold`` (from 0) is the one of a cross-validation.
    """

    epoch: int
    metric: str
    stored: float | None
    replayed: float | None
    fold: int | None = None

    def as_json(self) -> dict[str, Any]:
        """As it stands on the run."""
        told = asdict(self)
        return told if self.fold is not None else {name: value for name, value in told.items() if name != "fold"}

    def words(self) -> str:
        """As it stands in the log."""
        told, stored = ("not a number" if one is None else repr(one) for one in (self.replayed, self.stored))
        where = f"epoch {self.epoch + 1}" if self.fold is None else f"epoch {self.epoch + 1} of fold {self.fold + 1}"
        return (
            f"Not reproducible: {where} was trained again after an interruption, and its {self.metric} "
            f"came out as {told}, not {stored} as recorded. What was recorded first stays."
        )


def stored(session: Session, number: int) -> dict[Place, dict[str, float | None]]:
    """The metrics that a run has so far, by fold and epoch."""
    found: dict[Place, dict[str, float | None]] = {}
    for fold, of_fold in columns.read_folds(session, number).items():
        for name, column in of_fold.items():
            for epoch, value in zip(column.epoch, column.value, strict=True):
                found.setdefault((fold, epoch), {})[name] = value if math.isfinite(value) else None
    return found


def difference(epoch: int, before: Values, again: Values, fold: int | None = None) -> Difference | None:
    """The first metric that isn't the same, to the last bit; one that is missing counts as one that isn't finite."""
    for name in [*again, *(name for name in before if name not in again)]:
        if before.get(name) != again.get(name):
            return Difference(epoch, name, before.get(name), again.get(name), fold)
    return None
