"""What makes an epoch better than those before it: a metric, watched as Keras's ``ModelCheckpoint`` watches it.

Only the comparison and the names of files live here; when files are written is said in :mod:`jobs.keeper`.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Mode = Literal["auto", "min", "max"]
"""Whether less or more is better; ``auto`` takes what suits the metric, as Keras does."""

MOST = 100
"""So many improvements of one training are kept in files of their own; the best one is kept all the same."""


@dataclass(frozen=True)
class Monitor:
    """A metric under watch.

    Attributes:
        metric: its name in the History, such as ``val_accuracy``.
        mode: which way is better.
        every: whether each improvement stays in a file of its own, beside the best and the last.
    """

    metric: str
    mode: Mode = "auto"
    every: bool = False

    @property
    def rises(self) -> bool:
        """Whether more is better."""
        return self.mode == "max" or (self.mode == "auto" and "acc" in self.metric)

    def better(self, value: float | None, than: float | None) -> bool:
        """Whether ``value`` improves on the best so far, None where there is none. What isn't finite never does."""
        if value is None or not math.isfinite(value):
            return False
        return than is None or (value > than if self.rises else value < than)

    def improvements(self, values: Iterable[float | None]) -> list[int]:
        """The epochs, from 0, of a metric's ``values`` that were better than all before."""
        found: list[int] = []
        best: float | None = None
        for epoch, value in enumerate(values):
            if self.better(value, best):
                best = value
                found.append(epoch)
        return found

    def pattern(self) -> str:
        """What ``ModelCheckpoint`` is given as ``filepath``; it counts epochs from 1 in it."""
        return f"weights-improvement-{{epoch:02d}}-{{{self.metric}:.2f}}.keras"

    def file(self, epoch: int, value: float) -> str:
        """The name of the file of an improvement at ``epoch``, from 0."""
        return self.pattern().format(**{"epoch": epoch + 1, self.metric: value})


def usual(metrics: Iterable[str]) -> Monitor:
    """What is watched where nobody says: the validation loss, or the loss where nothing is held out."""
    return Monitor("val_loss" if "val_loss" in metrics else "loss", "min")
