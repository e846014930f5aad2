"""The compiled programs of one model: steps of a training epoch, steps of a test, predictions (TensorFlow, XLA).

A program loops over ``model.train_step`` or ``model.test_step`` itself, so that loss, gradients, optimizer and metrics
are Keras's own. Which steps to run are inputs: one compilation serves every stretch, none included. (With ``tf.range``
instead of a counter XLA compiles anew for each length.) The last batch, where it is smaller, is a step of its own in
the same program.
"""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

ROUNDED_UP_TO = 8192
"""Up to so many rows the arrays are filled up to a power of two: data of about the same size, the folds of a
cross-validation say, share one compilation. The rows that fill up are never looked at."""


@dataclass(frozen=True)
class OnDevice:
    """Rows as tensors: ``arrays`` of ``structure``. ``count`` rows are real, the others fill up."""

    arrays: tuple[Any, ...]
    structure: Any
    count: int

    @classmethod
    def put(cls, parts: tuple[Any, ...]) -> "OnDevice":
        """Copy the ``parts`` of :class:`Rows` to the device."""
        arrays = keras.tree.flatten(parts)
        count = len(arrays[0])
        return cls(tuple(tf.constant(_filled(array, _rounded(count))) for array in arrays), parts, count)

    def batch(self, arrays: Sequence[Any], numbers: Any) -> Any:
        """The rows with these numbers, as ``train_step`` takes them; ``arrays`` stand for ours within a program.

        How many there are is hidden from TensorFlow, though not from XLA, as it is in Keras's own ``fit``: where the
        size of a batch is known, Keras weighs the losses of a model's outputs in another way.
        """
        numbers = tf.compat.v1.placeholder_with_default(numbers, [None])
        return keras.tree.pack_sequence_as(self.structure, [tf.gather(array, numbers) for array in arrays])


@dataclass(frozen=True)
class Steps:
    """The steps of one epoch or one test.

    ``run(start, stop)`` executes some of the ``count`` steps and returns when they are done. The first run compiles;
    ``run(0, 0)`` does nothing else. Steps with the same ``program`` share that compilation.
    """

    count: int
    run: Callable[[int, int], None]
    program: Any

    def compile(self) -> None:
        """Compile and do nothing else."""
        self.run(0, 0)


@dataclass(frozen=True)
class Answers:
    """The predictions for some rows, in ``count`` batches; ``batch(index)`` predicts one of them."""

    count: int
    batch: Callable[[int], Any]
    program: Any

    def compile(self) -> None:
        """Compile what all batches need; predicting changes nothing."""
        for index in {0, self.count - 1}:
            self.batch(index)


class Programs:
    """The programs of ``model``, which must be compiled (in Keras's sense) and built."""

    def __init__(self, model: Any) -> None:
        self._model = model
        self._traced: dict[Any, Any] = {}
        # Called one operation after the other, these take longer than the epoch of a small network. They are not
        # compiled by XLA, because Keras's ``fit`` doesn't either: a metric shall be the same to the last bit.
        self.reset_metrics: Any = tf.function(model.reset_metrics, autograph=False)
        self.metrics: Any = tf.function(model.get_metrics_result, autograph=False)

    def training(self, data: OnDevice, batch_size: int, order: NDArray[Any]) -> Steps:
        """An epoch over ``data`` in this order of its rows."""
        full = len(order) // batch_size
        batches = order[: full * batch_size].reshape(full, batch_size).astype("int32")
        inputs = (
            tf.constant(_filled(batches, _rounded(full))),
            tf.constant(order[full * batch_size :].astype("int32")),
        )
        return self._steps(self._model.train_step, _listed, data, inputs, full)

    def testing(self, data: OnDevice, batch_size: int) -> Steps:
        """A test on ``data``, from the first row to the last."""
        full = data.count // batch_size
        inputs = (
            tf.range(batch_size),
            tf.range(full * batch_size, data.count),
        )
        return self._steps(self._model.test_step, _counted, data, inputs, full)

    def predicting(self, data: OnDevice, batch_size: int) -> Answers:
        """The model's answers to ``data``, from the first row to the last."""
        batches = [
            np.arange(start, min(start + batch_size, data.count), dtype="int32")
            for start in range(0, data.count, batch_size)
        ]
        programs = [self._answering(data, len(numbers)) for numbers in batches]

        def batch(index: int) -> Any:
            answer = programs[index](tf.constant(batches[index]), *data.arrays)
            return keras.tree.map_structure(np.asarray, answer)

        return Answers(len(batches), batch, programs[-1])

    def trace_metrics(self) -> None:
        """Trace what reads and resets the metrics, so that the first epoch needn't."""
        self.reset_metrics.get_concrete_function()
        self.metrics.get_concrete_function()

    def _answering(self, data: OnDevice, size: int) -> Any:
        key = ("predict_step", size, *((one.shape, one.dtype) for one in data.arrays))
        program = self._traced.get(key)
        if program is None:
            numbers = tf.TensorSpec([size], tf.int32)
            program = _answers(self._model.predict_step, data).get_concrete_function(numbers, *data.arrays)
            self._traced[key] = program
        return program

    def _steps(self, step: Any, numbers: Any, data: OnDevice, inputs: tuple[Any, Any], full: int) -> Steps:
        arguments = (*inputs, tf.constant(full), *data.arrays)
        key = (step.__name__, *((one.shape, one.dtype) for one in arguments))
        program = self._traced.get(key)
        zero = tf.constant(0)
        if program is None:
            program = self._traced[key] = _program(step, numbers, data).get_concrete_function(zero, zero, *arguments)

        def run(start: int, stop: int) -> None:
            # Reading the answer waits for the end: on a GPU the call itself returns before.
            int(program(tf.constant(start), tf.constant(stop), *arguments))

        return Steps(full + (len(inputs[1]) > 0), run, program)


def compile_all(needed: Iterable[Steps | Answers], meanwhile: Callable[[], None]) -> None:
    """Compile programs side by side and do something ``meanwhile``: XLA works without Python's lock.

    All of them are made before the first is compiled: TensorFlow's names for what a program holds come from a counter
    that compiling moves on, and a program with other names isn't found in the cache.

    Raises:
        tensorflow.errors.OpError: XLA can't compile one of them.
    """
    # Of folds that share a program, only the first keeps its rows on the device.
    different: dict[int, Steps | Answers] = {}
    for one in needed:
        different.setdefault(id(one.program), one)
    with ThreadPoolExecutor(thread_name_prefix="compile") as threads:
        compiling = [threads.submit(one.compile) for one in different.values()]
        meanwhile()
        for done in compiling:
            done.result()


def _program(step: Any, numbers: Callable[[Any, Any], Any], data: OnDevice) -> Any:
    @tf.function(jit_compile=True, autograph=False)  # type: ignore[untyped-decorator]
    def program(start: Any, stop: Any, batches: Any, left: Any, full: Any, *arrays: Any) -> Any:
        def one(index: Any) -> tuple[Any]:
            step(data.batch(arrays, numbers(batches, index)))
            return (index + 1,)

        def last() -> Any:
            step(data.batch(arrays, left))
            return stop

        done = tf.while_loop(lambda index: index < tf.minimum(stop, full), one, (start,))[0]
        return tf.cond(stop > full, last, lambda: done) if left.shape[0] else done

    return program


def _answers(step: Any, data: OnDevice) -> Any:
    @tf.function(jit_compile=True, autograph=False)  # type: ignore[untyped-decorator]
    def program(numbers: Any, *arrays: Any) -> Any:
        return step(data.batch(arrays, numbers))

    return program


def _listed(batches: Any, index: Any) -> Any:
    return tf.gather(batches, index)


def _counted(batch: Any, index: Any) -> Any:
    return index * batch.shape[0] + batch


def _rounded(count: int) -> int:
    return count if count > ROUNDED_UP_TO or count == 0 else 1 << (count - 1).bit_length()


def _filled(array: NDArray[Any], size: int) -> NDArray[Any]:
    if len(array) == size:
        return array
    return np.concatenate([array, np.zeros((size - len(array), *array.shape[1:]), array.dtype)])
