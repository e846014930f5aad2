"""What a training shall do beyond its rows: the arguments of ``fit`` that both ways share, and what comes after it."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from jobs.engine.rows import Order, Rows

VALIDATION_BATCH = 32
"""What Keras tests in batches of where nobody says otherwise."""


def _nothing(_done: int) -> None:
    pass


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How to train.

    Attributes:
        epochs: where to end, and ``initial_epoch`` where to begin, from 0.
        batch_size: rows per step; the last step of an epoch takes what is left.
        order: which rows come when, see :func:`~jobs.engine.rows.shuffled`.
        validation: what to test on after an epoch, in batches of ``validation_batch_size``.
        validation_freq: test after every so many epochs, or after those of a list (counted from 1, as in Keras).
        on_steps: told how many steps of the epoch are done, at least every second where a step is shorter.
    """

    epochs: int
    batch_size: int
    order: Order
    initial_epoch: int = 0
    validation: Rows | None = None
    validation_batch_size: int = VALIDATION_BATCH
    validation_freq: int | Sequence[int] = 1
    on_steps: Callable[[int], None] = _nothing

    def steps(self, rows: Rows) -> int:
        """How many steps an epoch has."""
        return math.ceil(len(rows) / self.batch_size)

    def validates_after(self, epoch: int) -> bool:
        """Whether an epoch (from 0) is followed by a test."""
        if isinstance(self.validation_freq, int):
            return (epoch + 1) % self.validation_freq == 0
        return epoch + 1 in self.validation_freq


@dataclass(frozen=True, kw_only=True)
class Afterwards:
    """What will be asked of the model once it is trained; known before, it is compiled beside the training.

    Attributes:
        evaluate: rows that will be evaluated.
        predict: what will be predicted, each an ``x`` as :class:`~jobs.engine.rows.Rows` has it.
    """

    evaluate: Sequence[Rows] = ()
    predict: Sequence[Any] = ()
