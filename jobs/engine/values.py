"""All values of a model at once: weights, random states, optimizer."""

from typing import Any

import keras
import numpy as np


class Values:
    """Reads and writes every value of ``model``, which must be compiled and built.

    Reading is one call on the device: one variable after the other takes longer than an epoch of a small network.
    """

    def __init__(self, model: Any) -> None:
        if not model.optimizer.built:
            model.optimizer.build(model.trainable_variables)  # as Keras does before the first step
        self._variables = [*model.variables, *model.optimizer.variables]
        self._read = _reader(self._variables)

    def read(self) -> tuple[Any, ...]:
        """The values now, in the computer's own memory; later changes of the model don't touch them."""
        return tuple(self._read())

    def takes(self, values: tuple[Any, ...]) -> bool:
        """Whether ``values`` are as many, and of the same shapes, as the model's."""
        return [np.shape(value) for value in values] == [tuple(variable.shape) for variable in self._variables]

    def write(self, values: tuple[Any, ...]) -> None:
        """Give the model ``values`` that were read from it, or from one built alike."""
        for variable, value in zip(self._variables, values, strict=True):
            variable.assign(value)


def _reader(variables: list[Any]) -> Any:
    if keras.backend.backend() != "tensorflow":
        return lambda: [keras.ops.convert_to_numpy(variable).copy() for variable in variables]
    import tensorflow as tf

    @tf.function(autograph=False)  # type: ignore[untyped-decorator]
    def read() -> Any:
        with tf.device("CPU:0"):
            return [tf.identity(variable.value) for variable in variables]

    return read
