"""When a training's states are kept: the best, the last, and generations to go on from.

An epoch of a small network takes milliseconds and a file takes more, so a best state is copied in memory first and
written at most once a second, and a generation only when the last one is a while ago. An improvement that is to stay
is written at once, before any generation that takes it for granted. Saving never changes the course of a training: the
values put into the model for writing are taken out again bit by bit.
"""

import contextlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jobs.checkpoints import Kind, location, write_generation, write_model
from jobs.engine.folds import Scored
from jobs.engine.values import Values
from jobs.generations import Generation, Snapshot
from jobs.protocol import Best, CheckpointData
from jobs.restoring import Kept
from jobs.stopping import AttemptFailed

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
    finished: Sequence[Scored] | None = None


@dataclass(frozen=True)
class _Trained:
    """A model under training, and its values to read and write."""

    model: Any
    values: Values


@dataclass(frozen=True)
class _State:
    """A state to be written, and the model that it is of."""

    snapshot: Snapshot
    of: _Trained


class Keeper:
    """Keeps the states of one training and hands their files on; of a cross-validation those of all its folds.

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
        self.kept: Kept | None = None
        """The models' files that stay until the attempt is over, where somebody wants to look at them again."""
        self.data: dict[str, str] = {}
        """What is trained on, for every generation: of each dataset the fingerprint of its numbers."""
        self._trained: _Trained | None = None
        self._course: Callable[[], Course] = lambda: Course({}, (), False)
        self._fold: int | None = None
        self._now: tuple[int, tuple[Any, ...]] | None = None
        """The epoch to go on with, and the values to go on from; None where that is written."""
        self._last: _State | None = None
        self._best: tuple[_State, Best] | None = None
        self._best_is_written = True
        self._best_written_at = float("-inf")
        self._next_generation_at = float("-inf")

    def keep_files(self) -> None:
        """From here on keep the newest file of each model that is written, also once it is uploaded."""
        self.kept = Kept(self._directory)

    def begin(self, model: Any, course: Callable[[], Course], resumed: bool) -> None:
        """A training of ``model`` is about to begin: keep how it stands, unless it is resumed anyway.

        Args:
            model: defined and compiled, and not trained yet.
            course: says how far the training has come, asked only when that is to be written.
            resumed: :meth:`resume` will follow.
        """
        self._trained = _Trained(model, Values(model))
        fresh = self._follow(course)
        if not resumed:
            self._write_generation(0, fresh)

    def next_fold(self, model: Any, course: Callable[[], Course]) -> None:
        """The next fold of a cross-validation is about to begin, in this model; else as :meth:`begin`."""
        assert self._trained is not None
        if not self._best_is_written:
            self._write_best()  # a later attempt can't: it has no model of this fold
        if self._trained.model is not model:
            self._trained = _Trained(model, Values(model))
        self._now = 0, self._follow(course)
        if self._clock() >= self._next_generation_at:
            self._write_generation(*self._now)

    def resume(self, generation: Generation) -> None:
        """Give the model the values of an earlier attempt, and remember what was best.

        Raises:
            AttemptFailed: they are of another model, because the program has changed since, or data of a generation
                that holds no fingerprint.
        """
        assert self._trained is not None
        if not self._trained.values.takes(generation.values):
            raise AttemptFailed(
                "data",
                "The saved state does not fit",
                "It is of a network with other inputs, layers or classes than this run has now: the dataset's file or "
                "Fitboard has changed. Put back what was there, and resume; or start a new run.",
            )
        self._trained.values.write(generation.values)
        self._best, self._best_is_written = None, True
        if generation.best is not None:
            self._best = _State(generation.best[0], self._trained), generation.best[1]
            # That of another fold may be of a model that is built otherwise; it was written before that was left.
            self._best_is_written = generation.best[0].fold != generation.fold
        if generation.epoch > 0:
            self._last = _State(Snapshot(generation.epoch - 1, generation.values, generation.fold), self._trained)

    def epoch_ended(self, epoch: int, best: Best | None, improvement: str | None = None) -> None:
        """Remember the state after ``epoch``, and write what is new and whose time has come.

        Args:
            epoch: the one that is over, from 0.
            best: which is the best so far.
            improvement: the name under which this one stays, if it does.
        """
        assert self._trained is not None
        snapshot = Snapshot(epoch, self._trained.values.read(), self._fold)
        self._last = _State(snapshot, self._trained)
        self._now = epoch + 1, snapshot.values
        if best is not None and (best.fold, best.epoch) == (self._fold, epoch):
            self._best = self._last, best
            self._best_is_written = False
        if improvement is not None:
            self._write("improvement", self._last, best, improvement)
        if not self._best_is_written and self._clock() - self._best_written_at >= BEST_INTERVAL:
            self._write_best()
        if self._clock() >= self._next_generation_at:
            self._write_generation(*self._now)

    def finish(self) -> None:
        """Write what isn't written yet: all of it, also of a training that was cut short."""
        if self._now is not None:
            self._write_generation(*self._now)
        if not self._best_is_written:
            self._write_best()
        if self._last is not None:
            self._write("last", self._last, None)
            self._last = None

    def _follow(self, course: Callable[[], Course]) -> tuple[Any, ...]:
        """From here on that is the course of the training; answers how the model stands."""
        assert self._trained is not None
        self._course = course
        finished = course().finished
        self._fold = None if finished is None else len(finished)
        # Read also where nobody needs it: TensorFlow counts what is done, and names programs by that number. A
        # resumed training would not find those that were compiled before.
        return self._trained.values.read()

    def _write_generation(self, epoch: int, values: tuple[Any, ...]) -> None:
        began = self._clock()
        course = self._course()
        best = None if self._best is None else (self._best[0].snapshot, self._best[1])
        how = course.history, course.callbacks, course.stopped, course.finished
        generation = Generation(epoch, values, best, *how, data=dict(self.data))
        self._offer(write_generation(generation.encode(), self._directory, epoch, self._fold))
        self._now = None
        now = self._clock()
        self._next_generation_at = began + max(INTERVAL, (now - began) / SHARE)

    def _write_best(self) -> None:
        assert self._best is not None
        self._write("best", *self._best)
        self._best_is_written = True
        self._best_written_at = self._clock()

    def _write(self, kind: Kind, state: _State, best: Best | None, name: str | None = None) -> None:
        snapshot = state.snapshot
        with _inside(state):
            data = write_model(state.of.model, self._directory, kind, snapshot.epoch, best, snapshot.fold, name)
        if self.kept is not None:  # before it is offered, after which it may go at any moment
            self.kept.keep(data, location(self._directory, data))
        self._offer(data)


@contextlib.contextmanager
def _inside(state: _State) -> Iterator[None]:
    """Put a state into its model for the duration of the block; then everything is as before."""
    present = state.of.values.read()
    state.of.values.write(state.snapshot.values)
    try:
        yield
    finally:
        state.of.values.write(present)
