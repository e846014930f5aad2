"""What is trained on: arrays with the rows first, and the order in which an epoch goes through them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

Order = Callable[[int], NDArray[Any]]
"""The rows' numbers in the order in which an epoch (from 0) goes through them."""


def shuffled(rows: int, seed: int) -> Order:
    """A permutation drawn from ``(seed, epoch)``, so that any epoch can be repeated without those before it.

    The exported scripts contain the same line.
    """

    def order(epoch: int) -> NDArray[Any]:
        return np.random.default_rng([seed, epoch]).permutation(rows)

    return order


@dataclass(frozen=True)
class Rows:
    """Examples: ``x``, ``y`` and, where rows count differently, ``sample_weight``.

    Each is an array with the rows first, or a tuple, list or dict of such arrays, as the model takes them. With
    ``read`` the model's inputs are made of ``x`` batch by batch, within ``tf.data``: images of their files' names, say.
    """

    x: Any
    y: Any
    sample_weight: Any = None
    read: Callable[[Any], Any] | None = None

    @classmethod
    def of(cls, x: Any, y: Any, sample_weight: Any = None, class_weight: Mapping[int, float] | None = None) -> "Rows":
        """Rows as ``fit`` would take these arrays: floating-point numbers in Keras's ``floatx``, weights per row.

        Raises:
            ValueError: both kinds of weights are given, or the arrays differ in their number of rows.
        """
        if class_weight is not None:
            if sample_weight is not None:
                raise ValueError("sample_weight and class_weight are both given. Multiply them into one sample_weight.")
            sample_weight = _weights(np.asarray(y), class_weight)
        made = cls(_standard(x), _standard(y), None if sample_weight is None else _standard(sample_weight))
        lengths = {len(array) for array in keras.tree.flatten(made.parts)}
        if len(lengths) != 1:
            raise ValueError(f"x, y and sample_weight have {sorted(lengths)} rows. All must have the same number.")
        return made

    @property
    def parts(self) -> tuple[Any, ...]:
        """``(x, y)`` or ``(x, y, sample_weight)``, as ``train_step`` takes a batch."""
        return (self.x, self.y) if self.sample_weight is None else (self.x, self.y, self.sample_weight)

    def __len__(self) -> int:
        return len(keras.tree.flatten(self.x)[0])

    @property
    def nbytes(self) -> int:
        """How much memory the arrays take."""
        return sum(array.nbytes for array in keras.tree.flatten(self.parts))

    def take(self, chosen: Any) -> "Rows":
        """Some of the rows: a slice, or an array of numbers."""
        parts = keras.tree.map_structure(lambda array: array[chosen], self.parts)
        return replace(Rows(*parts), read=self.read)

    def split(self, validation_split: float) -> "tuple[Rows, Rows]":
        """Hold the last rows back, as ``fit(validation_split=…)`` does: (to train on, to validate with).

        Raises:
            ValueError: one of the two would be empty.
        """
        at = int(np.floor(len(self) * (1.0 - validation_split)))
        if not 0 < at < len(self):
            raise ValueError(
                f"validation_split={validation_split:g} of {len(self)} rows leaves one side empty. "
                "Use a share between 0 and 1 that leaves rows on both sides."
            )
        return self.take(slice(None, at)), self.take(slice(at, None))


def _standard(value: Any) -> Any:
    def convert(array: Any) -> NDArray[Any]:
        made = np.asarray(array)
        return made.astype(keras.config.floatx(), copy=False) if np.issubdtype(made.dtype, np.floating) else made

    return keras.tree.map_structure(convert, value)


def _weights(y: NDArray[Any], class_weight: Mapping[int, float]) -> NDArray[Any]:
    """Each row's weight by its class, as Keras derives it: one-hot rows by their largest entry, others rounded."""
    classes = y.argmax(axis=-1) if y.ndim > 1 and y.shape[-1] != 1 else np.round(y.reshape(len(y))).astype("int32")
    return np.array([class_weight.get(int(one), 1.0) for one in classes], dtype=keras.config.floatx())
