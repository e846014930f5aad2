"""Generations: saved states of a training, each enough for another process to go on as if nothing had happened.

A generation holds every value of the model (weights, random states, optimizer), the best state so far, the History,
and what the callbacks remember; of a cross-validation also what the folds before have come to. It is one file: arrays
in NumPy's ``.npz`` without pickles, and one of them is JSON. The order of rows and the augmentation need no saving;
they are drawn from ``(seed, epoch)``.
"""

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from jobs.engine.folds import Scored
from jobs.protocol import Best

FORMAT = 1
"""Raised when what a file holds changes; a file of another format is of no use."""


class Unusable(Exception):
    """A file that isn't a generation, or one of another version of this program."""


@dataclass(frozen=True)
class Snapshot:
    """Every value of a model after ``epoch`` (from 0), which is one of ``fold`` in a cross-validation."""

    epoch: int
    values: tuple[Any, ...]
    fold: int | None = None


@dataclass(frozen=True)
class Generation:
    """A training between two epochs.

    Attributes:
        epoch: the epoch to go on with, from 0.
        values: every value of the model, in the order of :class:`jobs.engine.values.Values`.
        best: the best state so far and what it is, None before the first epoch.
        history: one list per metric, as far as the epochs have come.
        callbacks: what each callback remembers, see :func:`remembered`.
        stopped: a callback has said that the training is over.
        finished: what the folds before have come to, so that the one under way is number ``len(finished)`` (from 0);
            None where it is no cross-validation.
        data: of each dataset that was read, the fingerprint of its numbers.
    """

    epoch: int
    values: tuple[Any, ...]
    best: tuple[Snapshot, Best] | None
    history: Mapping[str, Sequence[float]]
    callbacks: Sequence[Mapping[str, Any]]
    stopped: bool
    finished: Sequence[Scored] | None = None
    data: Mapping[str, str] = field(default_factory=dict)

    @property
    def fold(self) -> int | None:
        """The fold under way, from 0."""
        return None if self.finished is None else len(self.finished)

    def encode(self) -> bytes:
        """The file's content."""
        arrays = _Arrays()
        best: dict[str, Any] | None = None
        if self.best is not None:
            snapshot, told = self.best
            # Mostly the best state is the one of the last epoch: it is the same and is not written twice.
            again = (snapshot.fold, snapshot.epoch + 1) == (self.fold, self.epoch)
            best = {
                "epoch": snapshot.epoch,
                "values": None if again else arrays.put(snapshot.values),
                "told": told.model_dump(mode="json"),
            }
        content = {
            "format": FORMAT,
            "epoch": self.epoch,
            "values": arrays.put(self.values),
            "best": best,
            "history": _history(self.history, arrays),
            "callbacks": [_packed(one, arrays) for one in self.callbacks],
            "stopped": self.stopped,
            "data": dict(self.data),
        }
        if self.finished is not None:
            content["finished"] = [
                {"history": _history(one.history, arrays), "scores": arrays.put([list(one.scores.values())]),
                 "metrics": list(one.scores)}
                for one in self.finished
            ]  # fmt: skip
        return arrays.encode(content)

    @classmethod
    def decode(cls, content: bytes) -> "Generation":
        """A generation from a file's content.

        Raises:
            Unusable: it isn't one, or of another format.
        """
        try:
            with np.load(io.BytesIO(content), allow_pickle=False) as file:
                stored = {name: file[name] for name in file.files}
            told = json.loads(stored["content"].tobytes())
            if told["format"] != FORMAT:
                raise Unusable(f"it is of format {told['format']}, and this version reads format {FORMAT}")
            values = _taken(stored, told["values"])
            best = told["best"]
            finished = told.get("finished")
            return cls(
                epoch=told["epoch"],
                values=values,
                best=None
                if best is None
                else (
                    Snapshot(
                        best["epoch"],
                        values if best["values"] is None else _taken(stored, best["values"]),
                        best["told"].get("fold"),
                    ),
                    Best.model_validate(best["told"]),
                ),
                history=_history_of(told["history"], stored),
                callbacks=[_unpacked(one, stored) for one in told["callbacks"]],
                stopped=told["stopped"],
                finished=None if finished is None else [_scored(one, stored) for one in finished],
                data=told.get("data", {}),
            )
        except (ValueError, KeyError, TypeError, OSError, EOFError, zipfile.BadZipFile) as error:
            raise Unusable(f"it can't be read ({type(error).__name__}: {error})") from None


def remembered(callback: Any) -> dict[str, Any]:
    """What a Keras callback keeps from one epoch to the next: its attributes that are numbers, words or arrays.

    Also the comparisons of :mod:`keras.ops` that it has chosen: with its first epoch ``EarlyStopping`` chooses one and
    turns its ``min_delta`` round, and must not do so twice.
    """
    return {name: value for name, value in vars(callback).items() if name != "params" and _plain(value)}


def remind(callback: Any, kept: Mapping[str, Any]) -> None:
    """Give a callback back what it remembered; after its ``on_train_begin``, which forgets."""
    for name, value in kept.items():
        setattr(callback, name, value)


class _Arrays:
    """Arrays under names of their own."""

    def __init__(self) -> None:
        self._all: dict[str, NDArray[Any]] = {}

    def put(self, arrays: Sequence[Any]) -> list[int]:
        """Keep some; answers where: the first and how many."""
        first = len(self._all)
        for array in arrays:
            self._all[str(len(self._all))] = np.asarray(array)
        return [first, len(arrays)]

    def encode(self, content: Mapping[str, Any]) -> bytes:
        file = io.BytesIO()
        named: dict[str, Any] = {"content": np.frombuffer(json.dumps(content).encode(), "uint8"), **self._all}
        np.savez(file, allow_pickle=False, **named)
        return file.getvalue()


def _history(history: Mapping[str, Sequence[float]], arrays: _Arrays) -> dict[str, list[int]]:
    return {name: arrays.put([np.asarray(values, "float64")]) for name, values in history.items()}


def _history_of(places: Mapping[str, Sequence[int]], stored: Mapping[str, NDArray[Any]]) -> dict[str, list[float]]:
    return {name: _taken(stored, place)[0].tolist() for name, place in places.items()}


def _scored(told: Mapping[str, Any], stored: Mapping[str, NDArray[Any]]) -> Scored:
    values = _taken(stored, told["scores"])[0].tolist()
    return Scored(_history_of(told["history"], stored), dict(zip(told["metrics"], values, strict=True)))


def _taken(stored: Mapping[str, NDArray[Any]], place: Sequence[int]) -> tuple[NDArray[Any], ...]:
    first, count = place
    return tuple(stored[str(number)] for number in range(first, first + count))


def _plain(value: Any) -> bool:
    if isinstance(value, list):
        return all(isinstance(one, np.ndarray) for one in value)
    return value is None or _is_op(value) or isinstance(value, bool | int | float | str | np.generic | np.ndarray)


def _is_op(value: Any) -> bool:
    return callable(value) and getattr(keras.ops, getattr(value, "__name__", ""), None) is value


def _packed(kept: Mapping[str, Any], arrays: _Arrays) -> dict[str, Any]:
    packed: dict[str, Any] = {}
    for name, value in kept.items():
        if isinstance(value, list):
            packed[name] = {"arrays": arrays.put(value)}
        elif _is_op(value):
            packed[name] = {"op": value.__name__}
        elif isinstance(value, np.generic | np.ndarray | float):
            packed[name] = {"array": arrays.put([value]), "float": isinstance(value, float)}
        else:
            packed[name] = {"value": value}
    return packed


def _unpacked(packed: Mapping[str, Any], stored: Mapping[str, NDArray[Any]]) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for name, one in packed.items():
        if "arrays" in one:
            kept[name] = list(_taken(stored, one["arrays"]))
        elif "op" in one:
            kept[name] = getattr(keras.ops, one["op"])
        elif "array" in one:
            array = _taken(stored, one["array"])[0]
            kept[name] = array.item() if one["float"] else array[()]  # a scalar where it was one
        else:
            kept[name] = one["value"]
    return kept
