"""Curves as trainings make them, with and without scatter, for the tests of what is said of them."""

import math
import random
from collections.abc import Callable, Mapping
from typing import Any

from app.runs.history import Series

History = dict[str, Series]

Shape = Callable[[float], float]
"""From the share of the training that is over to a loss."""

SHAPES: Mapping[str, tuple[Shape, Shape]] = {
    "overfitting": (
        lambda t: 0.15 + 0.55 * math.exp(-4 * t),
        lambda t: 0.5 - 0.48 * min(t, 0.25) + 0.47 * max(0.0, t - 0.25),
    ),
    "plateau": (lambda t: 0.1 + 0.6 * math.exp(-8 * t), lambda t: 0.15 + 0.6 * math.exp(-8 * t)),
    "improving": (lambda t: 0.1 + 0.6 * math.exp(-1.5 * t), lambda t: 0.15 + 0.6 * math.exp(-1.5 * t)),
    "healthy": (lambda t: 0.15 + 0.55 * math.exp(-4 * t), lambda _t: 0.5),
    "flat": (lambda _t: 0.69, lambda _t: 0.69),
    "out of hand": (lambda t: 0.5 + 3 * t * t, lambda t: 0.5 + 3 * t * t),
}
"""Training and validation loss by what they show; the validation of ``healthy`` rests while the training loss falls."""


def history(shape: str, epochs: int, scatter: float, seed: int, likeness: float = 0.0) -> History:
    """A training and a validation loss.

    Args:
        shape: one of :data:`SHAPES`.
        epochs: how many.
        scatter: the standard deviation of what is added to each validation loss; training losses jump a third of it.
        seed: where it starts.
        likeness: how much each epoch's jump is like the one before, 0 to 1.
    """
    source = random.Random(seed)

    def jumps(size: float) -> list[float]:
        found, last = [], 0.0
        for _ in range(epochs):
            last = likeness * last + math.sqrt(1 - likeness**2) * source.gauss(0, 1)
            found.append(last * size)
        return found

    parts = zip(("loss", "val_loss"), SHAPES[shape], (scatter / 3, scatter), strict=True)
    return {
        name: Series(list(range(epochs)), [curve(epoch / epochs) + jump for epoch, jump in enumerate(jumps(size))])
        for name, curve, size in parts
    }


def as_json(found: History) -> dict[str, Any]:
    """As a page brings it to the browser."""
    return {name: {"epoch": one.epoch, "value": one.value} for name, one in found.items()}
