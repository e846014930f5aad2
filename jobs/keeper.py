"""When a training's states are kept: the best, the last, and generations to go on from.

An epoch of a small network takes milliseconds and a file takes more, so a best state is copied in memory first and
written at most once a second, and a generation only when the last one is a while ago. Saving never changes the
course of a training: the values put into the model for writing are taken out again bit by bit.
"""

import contextlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jobs.checkpoints import Kind, write_generation, write_model
from jobs.engine.values import Values
from jobs.generations import Generation, Snapshot
from jobs.protocol import Best, CheckpointData

BEST_INTERVAL = 1.0
"""Seconds between two writings of the best state while training goes on."""

INTERVAL = 2.0
"""Seconds from one generation to the next, at least."""

SHARE = 0.01
"""Which part of the time may go into writing generations: large models are saved less often."""


@dataclass(frozen=True)
class Course:
    """How far a training has come, apart from the model's values; as :class:`~jobs.generations.Generation` has it."""

    history: Mapping[str, Sequence[float]]
    callbacks: Sequence[Mapping[str, Any]]
    stopped: bool


class Keeper:
    """Keeps the states of one training and hands their files on.

    Args:
        directory: where files lie until they are uploaded.
        offer: takes what was written.
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
        self._course: Callable[[], Course] = lambda: Course({}, (), False)
        self._last: Snapshot | None = None
        self._best: tuple[Snapshot, Best] | None = None
        self._best_is_written = True
        self._best_written_at = float("-inf")
        self._generation = -1
        self._next_generation_at = float("-inf")

    def begin(self, model: Any, course: Callable[[], Course], resumed: bool) -> None:
        """A training of ``model`` is about to begin: keep how it stands, unless it is resumed anyway.

        Args:
            model: defined and compiled, and not trained yet.
            course: says how far the training has come, asked only when that is to be written.
            resumed: :meth:`resume` will follow.
        """
        self._model, self._values, self._course = model, Values(model), course
        # Read also where nobody needs it: TensorFlow counts what is done, and names programs by that number. A
        # resumed training would not find those that were compiled before.
        fresh = self._values.read()
        if not resumed:
            self._write_generation(0, fresh)

    def resume(self, generation: Generation) -> None:
        """Give the model the values of an earlier attempt, and remember what was best."""
        assert self._values is not None
        self._values.write(generation.values)
        self._best, self._generation = generation.best, generation.epoch
        self._best_is_written = generation.best is None
        if generation.epoch > 0:
            self._last = Snapshot(generation.epoch - 1, generation.values)

    def epoch_ended(self, epoch: int, best: Best | None) -> None:
        """Remember the state after ``epoch``, and write what is new and whose time has come."""
        assert self._values is not None
        self._last = Snapshot(epoch, self._values.read())
        if best is not None and best.epoch == epoch:
            self._best = self._last, best
            self._best_is_written = False
        if not self._best_is_written and self._clock() - self._best_written_at >= BEST_INTERVAL:
            self._write_best()
        if self._clock() >= self._next_generation_at:
            self._write_generation(epoch + 1, self._last.values)

    def finish(self) -> None:
        """Write what isn't written yet: all of it, also of a training that was cut short."""
        if self._last is not None and self._generation <= self._last.epoch:
            self._write_generation(self._last.epoch + 1, self._last.values)
        if not self._best_is_written:
            self._write_best()
        if self._last is not None:
            self._write("last", self._last, None)
            self._last = None

    def _write_generation(self, epoch: int, values: tuple[Any, ...]) -> None:
        began = self._clock()
        course = self._course()
        generation = Generation(epoch, values, self._best, course.history, course.callbacks, course.stopped)
        self._offer(write_generation(generation.encode(), self._directory, epoch))
        self._generation = epoch
        now = self._clock()
        self._next_generation_at = began + max(INTERVAL, (now - began) / SHARE)

    def _write_best(self) -> None:
        assert self._best is not None
        snapshot, best = self._best
        self._write("best", snapshot, best)
        self._best_is_written = True
        self._best_written_at = self._clock()

    def _write(self, kind: Kind, snapshot: Snapshot, best: Best | None) -> None:
        with self._inside(snapshot):
            data = write_model(self._model, self._directory, kind, snapshot.epoch, best)
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
