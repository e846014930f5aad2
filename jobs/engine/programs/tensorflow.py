"""The programs on TensorFlow: a ``tf.while_loop`` that XLA has compiled.

With ``tf.range`` instead of a counter XLA would compile anew for each length.
"""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from jobs.engine.programs.base import Answers, OnDevice, Programs, Steps


class TensorFlowPrograms(Programs):
    """The programs of a model whose variables TensorFlow holds; steps change them in place."""

    def __init__(self, model: Any) -> None:
        super().__init__(model)
        # Called one operation after the other, these take longer than the epoch of a small network. They are not
        # compiled by XLA, because Keras's ``fit`` doesn't either: a metric shall be the same to the last bit.
        self._reset: Any = tf.function(model.reset_metrics, autograph=False)
        self._read: Any = tf.function(model.get_metrics_result, autograph=False)

    def reset_metrics(self) -> None:
        """``model.reset_metrics`` in one call."""
        self._reset()

    def metrics(self) -> dict[str, Any]:
        """``model.get_metrics_result`` in one call."""
        return dict(self._read())

    def trace_metrics(self) -> None:
        """Trace what reads and resets the metrics, so that the first epoch needn't."""
        self._reset.get_concrete_function()
        self._read.get_concrete_function()

    def _array(self, array: NDArray[Any]) -> Any:
        return tf.constant(array)

    def _steps(self, step: str, data: OnDevice, batches: NDArray[Any], left: NDArray[Any], full: int) -> Steps:
        arguments = (tf.constant(batches), tf.constant(left), tf.constant(full), *data.arrays)
        key = (step, *((one.shape, one.dtype) for one in arguments))
        program = self._traced.get(key)
        zero = tf.constant(0)
        if program is None:
            traced = _program(getattr(self._model, step), data)
            program = self._traced[key] = traced.get_concrete_function(zero, zero, *arguments)

        def run(start: int, stop: int) -> None:
            # Reading the answer waits for the end: on a GPU the call itself returns before.
            int(program(tf.constant(start), tf.constant(stop), *arguments))

        return Steps(full + (len(left) > 0), run, lambda: run(0, 0), program)

    def _answers(self, data: OnDevice, batches: list[NDArray[Any]]) -> Answers:
        programs = [self._answering(data, len(numbers)) for numbers in batches]

        def batch(index: int) -> Any:
            answer = programs[index](tf.constant(batches[index]), *data.arrays)
            return keras.tree.map_structure(np.asarray, answer)

        def compile_both() -> None:
            for index in {0, len(batches) - 1}:
                batch(index)  # predicting changes nothing

        return Answers(len(batches), batch, compile_both, programs[-1])

    def _answering(self, data: OnDevice, size: int) -> Any:
        key = ("predict_step", size, *((one.shape, one.dtype) for one in data.arrays))
        program = self._traced.get(key)
        if program is None:
            numbers = tf.TensorSpec([size], tf.int32)
            program = _answer(self._model.predict_step, data).get_concrete_function(numbers, *data.arrays)
            self._traced[key] = program
        return program


def refusal_by_tensorflow(error: Exception) -> str | None:
    """Why XLA can't compile a program: an operation has no kernel for it, say."""
    if not isinstance(error, tf.errors.OpError) or isinstance(error, tf.errors.ResourceExhaustedError):
        return None
    return str(error.message)


def _program(step: Any, data: OnDevice) -> Any:
    @tf.function(jit_compile=True, autograph=False)  # type: ignore[untyped-decorator]
    def program(start: Any, stop: Any, batches: Any, left: Any, full: Any, *arrays: Any) -> Any:
        def one(index: Any) -> tuple[Any]:
            step(_batch(data, arrays, _numbers(batches, index)))
            return (index + 1,)

        def last() -> Any:
            step(_batch(data, arrays, left))
            return stop

        done = tf.while_loop(lambda index: index < tf.minimum(stop, full), one, (start,))[0]
        return tf.cond(stop > full, last, lambda: done) if left.shape[0] else done

    return program


def _answer(step: Any, data: OnDevice) -> Any:
    @tf.function(jit_compile=True, autograph=False)  # type: ignore[untyped-decorator]
    def program(numbers: Any, *arrays: Any) -> Any:
        return step(_batch(data, arrays, numbers))

    return program


def _batch(data: OnDevice, arrays: Sequence[Any], numbers: Any) -> Any:
    """The rows with these numbers, as ``train_step`` takes them.

    How many there are is hidden from TensorFlow, though not from XLA, as it is in Keras's own ``fit``: where the
    size of a batch is known, Keras weighs the losses of a model's outputs in another way.
    """
    numbers = tf.compat.v1.placeholder_with_default(numbers, [None])
    return keras.tree.pack_sequence_as(data.structure, [tf.gather(array, numbers) for array in arrays])


def _numbers(batches: Any, index: Any) -> Any:
    return tf.gather(batches, index) if batches.shape.rank == 2 else index * batches.shape[0] + batches
