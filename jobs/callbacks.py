"""The Keras callback of an attempt: it reports epochs and keeps checkpoints, whichever way they are trained."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import keras

from jobs.engine.folds import Scored
from jobs.generations import Generation, remembered, remind
from jobs.keeper import Course, Keeper
from jobs.monitor import MOST, Monitor, usual
from jobs.protocol import Best, EpochData, EventType, LogData, ProgressData, Wire
from jobs.stopping import AttemptFailed

PROGRESS_INTERVAL = 1.0
"""Seconds between two progress events within an epoch."""

SMOOTHING = 0.3
"""Weight of the newest epoch in the smoothed duration of an epoch."""


class Report(Protocol):
    """Takes an event."""

    def __call__(self, kind: EventType, data: Wire | dict[str, Any], /) -> None: ...


class Timing:
    """Estimates how long the rest takes from a smoothed duration of an epoch.

    The first steps are left out of the first epoch's duration: they hold tracing or compilation, which come once.
    """

    def __init__(self, epochs: int, steps: int, clock: Callable[[], float]) -> None:
        self._epochs = epochs
        self._steps = steps
        self._clock = clock
        self._smoothed: float | None = None
        self._began = 0.0
        self._first: tuple[int, float] | None = None

    def epoch_began(self) -> None:
        """Start the clock of an epoch."""
        self._began = self._clock()

    def steps_done(self, done: int) -> None:
        """Note when the very first steps were done."""
        if self._first is None:
            self._first = done, self._clock()

    def epoch_ended(self, epoch: int) -> tuple[float, float]:
        """The seconds that this epoch took, and those that the rest will take."""
        now = self._clock()
        seconds = now - self._began
        if self._smoothed is None:
            self._smoothed = seconds
            if self._first is not None and self._first[0] < self._steps:
                done, at = self._first
                self._smoothed = (now - at) * self._steps / (self._steps - done)
        else:
            self._smoothed += SMOOTHING * (seconds - self._smoothed)
        return seconds, self._smoothed * (self._epochs - 1 - epoch)


@dataclass(frozen=True)
class Among:
    """Where a training stands among the folds of a cross-validation.

    Attributes:
        finished: what those before it have come to; it is number ``len(finished)`` itself, from 0.
        folds: how many there are in all, and ``later`` how many epochs those after it have together.
        epochs: how many it has itself.
        best: the best epoch of those before it.
    """

    finished: Sequence[Scored]
    folds: int
    epochs: int
    later: int
    best: Best | None

    @property
    def fold(self) -> int:
        """Its number, from 0."""
        return len(self.finished)


class ReportEpochs(keras.callbacks.Callback):  # type: ignore[misc]
    """Reports each epoch as soon as it is over, notes the best one, has states kept and stops a divergence.

    Must be the last callback of a training: what the others remember is saved with the epoch, and given back to them
    when a training is resumed.

    Args:
        report: takes the events.
        keeper: writes checkpoints and generations.
        epochs: how many there will be, and ``steps`` in each.
        others: the training's other callbacks.
        resumed: where an earlier attempt has left off.
        among: where it stands in a cross-validation.
        monitor: what makes an epoch the best; None takes what is usual.
        clock: seconds, never going back.
    """

    def __init__(
        self,
        report: Report,
        keeper: Keeper,
        *,
        epochs: int,
        steps: int,
        remedy: str,
        others: Sequence[Any] = (),
        resumed: Generation | None = None,
        among: Among | None = None,
        monitor: Monitor | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__()
        self.history: dict[str, list[float]] = {}
        self.best: Best | None = None if among is None else among.best
        if resumed is not None:
            self.history = {name: list(values) for name, values in resumed.history.items()}
            self.best = resumed.best[1] if resumed.best else self.best
        self._report = report
        self._keeper = keeper
        self._steps = steps
        self._remedy = remedy
        self._others = others
        self._resumed = resumed
        self._clock = clock
        self._among = among
        self._monitor = monitor
        self._improvements = 0 if monitor is None else len(monitor.improvements(self.history.get(monitor.metric, ())))
        self._fold = None if among is None else among.fold
        self._timing = Timing(epochs + (0 if among is None else among.later), steps, clock)
        self._epoch = 0
        self._told = 0.0

    def course(self) -> Course:
        """How far the training has come."""
        stopped = bool(getattr(self.model, "stop_training", False))
        finished = None if self._among is None else self._among.finished
        return Course(self.history, [remembered(callback) for callback in self._others], stopped, finished)

    def on_train_begin(self, logs: Any = None) -> None:
        """Remind the other callbacks of what their ``on_train_begin`` has just made them forget."""
        if self._resumed is not None:
            for callback, kept in zip(self._others, self._resumed.callbacks, strict=True):
                remind(callback, kept)

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Start the epoch's clock."""
        self._epoch = epoch
        self._timing.epoch_began()
        self._told = self._clock()

    def steps_done(self, done: int) -> None:
        """In a long epoch, tell once a second how far it is."""
        self._timing.steps_done(done)
        now = self._clock()
        if now - self._told >= PROGRESS_INTERVAL:
            self._told = now
            at = ProgressData(epoch=self._epoch, step=done, steps=self._steps, fold=self._fold)
            self._report(EventType.PROGRESS, at)

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Report the epoch's row of the History.

        Raises:
            AttemptFailed: with the reason ``diverged``, when a loss is no longer a number.
        """
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(float(value))
        metrics, non_finite = EpochData.split(logs or {})
        before, self.best = self.best, self._better(epoch, metrics)
        seconds, eta = self._timing.epoch_ended(epoch)
        self._report(
            EventType.EPOCH,
            EpochData(
                epoch=epoch,
                metrics=metrics,
                non_finite=non_finite,
                seconds=seconds,
                eta_seconds=eta,
                best=self.best,
                **self._of_fold(),
            ),
        )
        for name in ("loss", "val_loss"):
            if name in non_finite:
                raise _diverged(name, non_finite[name], epoch, self._fold, self._remedy)
        self._keeper.epoch_ended(epoch, self.best, None if self.best is before else self._improvement())

    def _better(self, epoch: int, metrics: dict[str, float | None]) -> Best | None:
        monitor = self._monitor or usual(metrics)
        value = metrics.get(monitor.metric)
        if value is None or not monitor.better(value, None if self.best is None else self.best.value):
            return self.best
        return Best(epoch=epoch, monitor=monitor.metric, value=value, fold=self._fold)

    def _improvement(self) -> str | None:
        """The name under which an epoch that is the best so far stays; None where it needn't."""
        if self._monitor is None or not self._monitor.every or self.best is None:
            return None
        self._improvements += 1
        if self._improvements <= MOST:
            return self._monitor.file(self.best.epoch, self.best.value)
        if self._improvements == MOST + 1:
            told = (
                f"{MOST} improvements are saved, and no more are. The best and the last model are saved all the same."
            )
            self._report(EventType.LOG, LogData(level="warning", message=told))
        return None

    def _of_fold(self) -> dict[str, int]:
        among = self._among
        return {} if among is None else {"fold": among.fold, "folds": among.folds, "epochs": among.epochs}


class Watch(keras.callbacks.Callback):  # type: ignore[misc]
    """Calls a function with an epoch's number (from 0): after the first, the last, and now and then between.

    For pictures that move while a network trains. The function must leave the model as it is.

    Args:
        look: what is called.
        every: seconds between two calls, at least.
        clock: seconds, never going back.
    """

    def __init__(
        self, look: Callable[[int], None], every: float = 1.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__()
        self._look = look
        self._every = every
        self._clock = clock
        # A tuple, because a generation shall not remember the time of another process's clock.
        self._looked: tuple[float] | None = None

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Look, if it is time."""
        now = self._clock()
        if self._looked is None or now - self._looked[0] >= self._every or epoch + 1 == self.params.get("epochs"):
            self._looked = (now,)
            self._look(epoch)


class RecordLearningRate(keras.callbacks.Callback):  # type: ignore[misc]
    """Puts the ``learning_rate`` into the History, which Keras does not do for schedules inside the optimizer.

    The value is that of the epoch's last step. Must come before what reads the logs.
    """

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Add the rate to the epoch's logs."""
        if logs is not None:
            logs.setdefault("learning_rate", last_rate(self.model.optimizer))


def last_rate(optimizer: Any) -> float:
    """The learning rate that the optimizer's last step took."""
    schedule = getattr(optimizer, "_learning_rate", None)
    if isinstance(schedule, keras.optimizers.schedules.LearningRateSchedule):
        return float(schedule(max(int(optimizer.iterations) - 1, 0)))
    return float(optimizer.learning_rate)


def _diverged(name: str, value: str, epoch: int, fold: int | None, remedy: str) -> AttemptFailed:
    what = {"loss": "training loss", "val_loss": "validation loss"}[name]
    met = "not a number any more (NaN)" if value == "nan" else "infinite"
    place = f"In epoch {epoch + 1}" if fold is None else f"In epoch {epoch + 1} of fold {fold + 1}"
    return AttemptFailed("diverged", "The training diverged", f"{place} the {what} was {met}. {remedy}".rstrip())
