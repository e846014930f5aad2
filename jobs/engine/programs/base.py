"""What the programs of every backend have in common: the rows on the device, the steps, and how batches are cut."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

ROUNDED_UP_TO = 8192
"""Up to so many rows the arrays are filled up to a power of two: data of about the same size, the folds of a
cross-validation say, share one compilation. The rows that fill up are never looked at."""


@dataclass(frozen=True)
class OnDevice:
    """Rows as the backend's arrays: ``arrays`` of ``structure``. ``count`` rows are real, the others fill up."""

    arrays: tuple[Any, ...]
    structure: Any
    count: int


@dataclass(frozen=True)
class Steps:
    """The steps of one epoch or one test.

    ``run(start, stop)`` executes some of the ``count`` steps and returns when they are done. ``compile()`` may come
    before, in any thread; otherwise the first run does it. Steps with the same ``program`` share that compilation.
    """

    count: int
    run: Callable[[int, int], None]
    compile: Callable[[], None]
    program: Any


@dataclass(frozen=True)
class Answers:
    """The predictions for some rows, in ``count`` batches; ``batch(index)`` predicts one of them.

    ``compile()`` compiles what all batches need.
    """

    count: int
    batch: Callable[[int], Any]
    compile: Callable[[], None]
    program: Any


class Programs(ABC):
    """The programs of ``model``, which must be compiled (in Keras's sense) and built."""

    def __init__(self, model: Any) -> None:
        self._model = model
        self._traced: dict[Any, Any] = {}

    def put(self, parts: tuple[Any, ...]) -> OnDevice:
        """Copy the ``parts`` of :class:`~jobs.engine.rows.Rows` to the device."""
        arrays = keras.tree.flatten(parts)
        count = len(arrays[0])
        return OnDevice(tuple(self._array(_filled(array, _rounded(count))) for array in arrays), parts, count)

    def training(self, data: OnDevice, batch_size: int, order: NDArray[Any]) -> Steps:
        """An epoch over ``data`` in this order of its rows."""
        full = len(order) // batch_size
        batches = order[: full * batch_size].reshape(full, batch_size).astype("int32")
        left = order[full * batch_size :].astype("int32")
        return self._steps("train_step", data, _filled(batches, _rounded(full)), left, full)

    def testing(self, data: OnDevice, batch_size: int) -> Steps:
        """A test on ``data``, from the first row to the last."""
        full = data.count // batch_size
        left = np.arange(full * batch_size, data.count, dtype="int32")
        return self._steps("test_step", data, np.arange(batch_size, dtype="int32"), left, full)

    def predicting(self, data: OnDevice, batch_size: int) -> Answers:
        """The model's answers to ``data``, from the first row to the last."""
        starts = range(0, data.count, batch_size)
        return self._answers(
            data, [np.arange(start, min(start + batch_size, data.count), dtype="int32") for start in starts]
        )

    @abstractmethod
    def reset_metrics(self) -> None:
        """``model.reset_metrics``."""

    @abstractmethod
    def metrics(self) -> dict[str, Any]:
        """``model.get_metrics_result``."""

    @abstractmethod
    def trace_metrics(self) -> None:
        """Get ready what reads and resets the metrics, so that the first epoch needn't."""

    @abstractmethod
    def _array(self, array: NDArray[Any]) -> Any:
        """The array on the device."""

    @abstractmethod
    def _steps(self, step: str, data: OnDevice, batches: NDArray[Any], left: NDArray[Any], full: int) -> Steps:
        """Steps of the model's ``step``.

        Args:
            step: ``train_step`` or ``test_step``.
            data: the rows.
            batches: the rows' numbers, one line per batch; or one line, the first batch, from which those that
                follow count on.
            left: the numbers of the last batch's rows, where it is smaller.
            full: how many batches there are before that one; ``batches`` may hold more lines.
        """

    @abstractmethod
    def _answers(self, data: OnDevice, batches: list[NDArray[Any]]) -> Answers:
        """Answers of the model's ``predict_step`` to batches of rows with these numbers."""


def compile_all(needed: Iterable[Steps | Answers], meanwhile: Callable[[], None]) -> None:
    """Compile programs side by side and do something ``meanwhile``: XLA works without Python's lock.

    All of them are made before the first is compiled: TensorFlow's names for what a program holds come from a counter
    that compiling moves on, and a program with other names isn't found in the cache.

    Raises:
        Exception: one of them can't be made or compiled; see :func:`jobs.engine.programs.refusal`.
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


def _rounded(count: int) -> int:
    return count if count > ROUNDED_UP_TO or count == 0 else 1 << (count - 1).bit_length()


def _filled(array: NDArray[Any], size: int) -> NDArray[Any]:
    if len(array) == size:
        return array
    return np.concatenate([array, np.zeros((size - len(array), *array.shape[1:]), array.dtype)])
