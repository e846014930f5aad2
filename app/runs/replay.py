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


@dataclass(frozen=True)
class Difference:
    """A metric that came out another way: at which epoch (from 0), what is stored, and what was told now."""

    epoch: int
    metric: str
    stored: float | None
    replayed: float | None

    def as_json(self) -> dict[str, Any]:
        """As it stands on the run."""
        return asdict(self)

    def words(self) -> str:
        """As it stands in the log."""
        told, stored = ("not a number" if one is None else repr(one) for one in (self.replayed, self.stored))
        return (
            f"Not reproducible: epoch {self.epoch + 1} was trained again after an interruption, and its {self.metric} "
            f"came out as {told}, not {stored} as recorded. What was recorded first stays."
        )


def stored(session: Session, number: int) -> dict[int, dict[str, float | None]]:
    """The metrics that a run has so far, by epoch."""
    found: dict[int, dict[str, float | None]] = {}
    for name, column in columns.read_all(session, [number])[number].items():
        for epoch, value in zip(column.epoch, column.value, strict=True):
            found.setdefault(epoch, {})[name] = value if math.isfinite(value) else None
    return found


def difference(epoch: int, before: Values, again: Values) -> Difference | None:
    """The first metric that isn't the same, to the last bit; one that is missing counts as one that isn't finite."""
    for name in [*again, *(name for name in before if name not in again)]:
        if before.get(name) != again.get(name):
            return Difference(epoch, name, before.get(name), again.get(name))
    return None
