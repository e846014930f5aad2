"""What a training shall do beyond its rows: the arguments of ``fit`` that both ways share, and what comes after it."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from numpy.typing import NDArray

from jobs.engine.rows import Order, Rows

VALIDATION_BATCH = 32
"""What Keras tests in batches of where nobody says otherwise."""


def _nothing(_done: int) -> None:
    pass


class Augment(Protocol):
    """Changes the inputs on their way into a training step, and never those of a test."""

    def draw(self, epoch: int, rows: int) -> NDArray[Any]:
        """What happens to each of the rows in an epoch (from 0): a line of float32 numbers for every row.

        Must depend on nothing else, so that any epoch can be repeated without those before it.
        """

    def apply(self, x: Any, drawn: Any) -> Any:
        """A batch's inputs, changed as the lines that belong to them say. Runs within ``tf.data``."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How to train.

    Attributes:
        epochs: where to end, and ``initial_epoch`` where to begin, from 0.
        batch_size: rows per step; the last step of an epoch takes what is left.
        order: which rows come when, see :func:`~jobs.engine.rows.shuffled`.
        validation: what to test on after an epoch, in batches of ``validation_batch_size``.
        validation_freq: test after every so many epochs, or after those of a list (counted from 1, as in Keras).
        augment: what changes the training rows anew in every epoch; plain ``fit`` alone can do it.
        on_steps: told how many steps of the epoch are done, at least every second where a step is shorter.
    """

    epochs: int
    batch_size: int
    order: Order
    initial_epoch: int = 0
    validation: Rows | None = None
    validation_batch_size: int = VALIDATION_BATCH
    validation_freq: int | Sequence[int] = 1
    augment: Augment | None = None
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
