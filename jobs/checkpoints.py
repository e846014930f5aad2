"""Saved models: when they are written, how, and how a crash finds them again.

``best`` is the state after the epoch with the lowest monitored loss, ``last`` the state after the last finished
epoch; both hold the optimizer too. An epoch of a small network takes milliseconds and a file takes more, so a best
state is copied in memory first and written at most once a second. Saving never changes the course of a training:
the values put into the model for writing are taken out again bit by bit.
"""

import contextlib
import hashlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import ValidationError

from jobs.atomic import settle, write_atomically
from jobs.engine.values import Values
from jobs.protocol import Best, CheckpointData

INTERVAL = 1.0
"""Seconds between two writings of the best state while training goes on."""

Kind = Literal["best", "last"]


def location(directory: Path, data: CheckpointData) -> Path:
    """Where a checkpoint's file lies until the server has it."""
    return directory / f"{data.kind}-{data.epoch:06d}-{data.sha256[:16]}.keras"


def write(model: Any, directory: Path, kind: Kind, epoch: int, best: Best | None) -> CheckpointData:
    """Save ``model`` as a ``.keras`` file, whole or not at all, with a note beside it that survives a crash."""
    temporary = directory / f".{kind}.tmp.keras"
    model.save(temporary)
    content = temporary.read_bytes()
    data = CheckpointData(
        kind=kind,
        epoch=epoch,
        monitor=best.monitor if best else None,
        value=best.value if best else None,
        sha256=hashlib.sha256(content).hexdigest(),
        bytes=len(content),
    )
    settle(temporary, location(directory, data))
    write_atomically(_note(directory, kind), data.model_dump_json().encode())
    return data


def unannounced(directory: Path, announced: set[str]) -> list[CheckpointData]:
    """The checkpoints that were written but whose entry didn't get into the journal any more."""
    found = []
    for kind in ("best", "last"):
        with contextlib.suppress(FileNotFoundError, ValidationError):
            data = CheckpointData.model_validate_json(_note(directory, kind).read_bytes())
            if data.sha256 not in announced and location(directory, data).exists():
                found.append(data)
    return found


def _note(directory: Path, kind: str) -> Path:
    return directory / f"{kind}.json"


@dataclass(frozen=True)
class Snapshot:
    """Every value of a model after ``epoch``."""

    epoch: int
    values: tuple[Any, ...]


class Keeper:
    """Keeps the best and the last state of one training and hands their files on.

    Args:
        directory: where files lie until they are uploaded.
        offer: takes each written checkpoint.
        clock: seconds, never going back.
    """

    def __init__(
        self, directory: Path, offer: Callable[[CheckpointData], None], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._directory = directory
        self._offer = offer
        self._clock = clock
        self._model: Any = None
        self._values: Values | None = None
        self._last: Snapshot | None = None
        self._best: tuple[Snapshot, Best] | None = None
        self._unwritten = False
        self._written_at = float("-inf")

    def epoch_ended(self, model: Any, epoch: int, best: Best | None) -> None:
        """Remember the state after ``epoch``, and write the best one if it is new and it is time to."""
        if self._values is None or self._model is not model:
            self._model, self._values = model, Values(model)
        self._last = Snapshot(epoch, self._values.read())
        if best is not None and best.epoch == epoch:
            self._best = self._last, best
            self._unwritten = True
        if self._unwritten and self._clock() - self._written_at >= INTERVAL:
            self._write_best()

    def finish(self) -> None:
        """Write what isn't written yet: the best state and the last one, also of a training that was cut short."""
        if self._unwritten:
            self._write_best()
        if self._last is not None:
            self._write("last", self._last, None)
            self._last = None

    def _write_best(self) -> None:
        assert self._best is not None
        snapshot, best = self._best
        self._write("best", snapshot, best)
        self._unwritten = False
        self._written_at = self._clock()

    def _write(self, kind: Kind, snapshot: Snapshot, best: Best | None) -> None:
        with self._inside(snapshot):
            data = write(self._model, self._directory, kind, snapshot.epoch, best)
        self._offer(data)

    @contextlib.contextmanager
    def _inside(self, snapshot: Snapshot) -> Iterator[None]:
        """Put a state into the model for the duration of the block; then everything is as before."""
        assert self._values is not None
        present = self._values.read()
        self._values.write(snapshot.values)
        try:
            yield
        finally:
            self._values.write(present)
