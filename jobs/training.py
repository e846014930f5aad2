"""What a lesson's ``run`` works with in an attempt.

:class:`Session` is the lesson's only door to the outside: stages, log, data, fit, result. How an attempt ends is told
in :mod:`jobs.execution`. Processes, signals and HTTP are not here.
"""

import contextlib
import math
import time
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

from jobs.callbacks import Report, ReportEpochs, Watch
from jobs.crossvalidation import CrossValidation
from jobs.datasets import Datasets, Images, Reading, Tabular
from jobs.datasets.fingerprint import fingerprint
from jobs.datasets.reading import AS_IT_IS
from jobs.device import environment, gpus
from jobs.engine import Afterwards, Augment, Choice, Engine, Fold, Plan, Rows, Scored, choose, shuffled
from jobs.exhibits import Exhibit
from jobs.generations import Generation
from jobs.keeper import Keeper
from jobs.monitor import Monitor
from jobs.pace import Pace
from jobs.progress import Progress
from jobs.protocol import CheckpointData, EventType, LogData, ModelData, Stage, StageData
from jobs.restoring import Fetch, load, nothing
from jobs.stopping import AttemptFailed, Stop, Stopped

Array = NDArray[Any]
Data = TypeVar("Data", Tabular, Images)


@dataclass
class StageNote:
    """Filled in by whoever carries a stage out: ``summary`` says what it produced."""

    summary: str | None = None


class Session:
    """What a lesson's ``run`` receives.

    Args:
        report: takes every event; a lesson's result is a plain dict.
        offer: takes every written checkpoint.
        datasets: where data comes from.
        stop: raised when the attempt shall stop.
        directory: where checkpoints are written.
        earlier: how an earlier attempt has trained, if there was one.
        resumed: where it has left off, if it has saved a generation.
        distrust: see :class:`jobs.engine.Engine`.
        progress: is told what shows that the attempt gets on.
        fetch: gets the file of a model that an earlier attempt has saved.
        clock: seconds, never going back.
    """

    def __init__(
        self,
        *,
        report: Report,
        offer: Callable[[CheckpointData], None],
        datasets: Datasets,
        stop: Stop,
        directory: Path,
        earlier: Choice | None = None,
        resumed: Generation | None = None,
        distrust: Callable[[], bool] = lambda: False,
        progress: Progress | None = None,
        fetch: Fetch = nothing,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._report = report
        self._datasets = datasets
        self._stop = stop
        self._clock = clock
        self._keeper = Keeper(directory, offer, clock)
        self._earlier = earlier
        self._resumed = resumed
        self._began_with = {} if resumed is None else resumed.data
        self._distrust = distrust
        self._fetch = fetch
        self._directory = directory
        self._progress = progress or Progress(lambda _patience: None)
        self._choice = earlier or Choice("plain", False, "")
        self._engines: dict[int, Engine] = {}
        self._cross_validation: CrossValidation | None = None

    def check_stop(self) -> None:
        """Leave by :class:`Stopped` if the attempt shall stop."""
        if self._stop.requested():
            raise Stopped

    def _step_done(self) -> None:
        self._progress.made()
        self.check_stop()

    @contextlib.contextmanager
    def stage(self, stage: Stage) -> Iterator[StageNote]:
        """Report that a stage begins and, if nothing goes wrong, that it is done."""
        self.check_stop()
        self._progress.alive()
        began = self._clock()
        self._report(EventType.STAGE, StageData(stage=stage, state="started"))
        note = StageNote()
        yield note
        seconds = self._clock() - began
        self._report(EventType.STAGE, StageData(stage=stage, state="done", seconds=seconds, summary=note.summary))

    def choose(self, model: Any, x: Array, y: Array, *, callbacks: Sequence[Any] = (), augmented: bool = False) -> bool:
        """Choose how ``model`` will train on these rows, and answer the ``jit_compile`` that it must be compiled with.

        What an earlier attempt has chosen stays. The choice stands in the ``environment`` event, and from there in the
        exported script. Looks at the devices, which takes seconds where there is a GPU.

        Args:
            model: defined and not compiled yet.
            x: the rows, with their answers ``y``.
            callbacks: what :meth:`fit` will be given besides, and whether its rows are ``augmented``.
        """
        self._chosen(
            self._earlier
            or choose(model, nbytes=x.nbytes + y.nbytes, callbacks=callbacks, on_gpu=bool(gpus()), augmented=augmented)
        )
        return self._choice.jit_compile

    def _chosen(self, choice: Choice) -> None:
        self._choice = choice
        self._report(EventType.ENVIRONMENT, environment(route=choice.route, jit_compile=choice.jit_compile))
        self.log(choice.why)

    def computes_on(self, device: str | None = None, packages: Sequence[str] = ()) -> None:
        """Report what this attempt computes with; for a lesson that trains nothing and so has no :meth:`choose`.

        Args:
            device: where, for a library of its own; None looks at Keras's devices, which takes seconds with a GPU.
            packages: whose versions are noted besides.
        """
        self._report(EventType.ENVIRONMENT, environment("plain", False, device, packages))

    def log(self, message: str, level: Literal["info", "warning", "error"] = "info") -> None:
        """Write a line into the run's log."""
        self._progress.alive()
        self._report(EventType.LOG, LogData(level=level, message=message))

    def load(self, dataset: str, reading: Reading = AS_IT_IS) -> Tabular:
        """The dataset's rows; what happens on the way (a download, say) goes into the log.

        ``reading`` says how an own table is read.

        Raises:
            DatasetUnavailable: it isn't here and couldn't be downloaded.
            DatasetInvalid: its file isn't in the expected form.
            AttemptFailed: an earlier attempt has trained on other numbers.
        """
        return self._recognized(dataset, self._datasets.load(dataset, self.log, reading))

    def load_images(self, dataset: str) -> Images:
        """Labelled images; everything else as in :meth:`load`.

        Raises:
            DatasetUnavailable: they aren't here and couldn't be downloaded.
            DatasetInvalid: their file isn't in the expected form.
            AttemptFailed: an earlier attempt has trained on others.
        """
        return self._recognized(dataset, self._datasets.load_images(dataset, self.log))

    def _recognized(self, dataset: str, data: Data) -> Data:
        """The same data, if it is what an earlier attempt has begun with."""
        found = self._keeper.data[dataset] = fingerprint(data)
        if self._began_with.get(dataset, found) != found:
            raise AttemptFailed(
                "data",
                "The data has changed",
                f"The dataset {dataset} holds other rows or images than when this run began to train on it. Put its "
                "file back as it was, and resume; or start a new run.",
            )
        return data

    def built(self, model: Any) -> None:
        """Report the model: Keras's summary and its number of parameters."""
        lines: list[str] = []
        model.summary(print_fn=lambda line, **_: lines.append(line), line_length=64)
        self._report(EventType.MODEL, ModelData(summary="\n".join(lines), parameters=model.count_params()))

    def fit(
        self,
        model: Any,
        x: Array,
        y: Array,
        *,
        epochs: int,
        batch_size: int,
        seed: int,
        validation_data: tuple[Array, Array] | None = None,
        evaluate: Sequence[tuple[Array, Array]] = (),
        predict: Sequence[Array] = (),
        callbacks: Sequence[Any] = (),
        monitor: Monitor | None = None,
        augment: Augment | None = None,
        remedy: str = "",
    ) -> dict[str, list[float]]:
        """``model.fit`` with this attempt's reporting, checkpoints and batch order; returns Keras's History.

        A resumed attempt goes on where an earlier one has left off.

        Args:
            model: defined and compiled.
            x: what to train on, with ``y`` and ``epochs``, ``batch_size``, ``validation_data`` as in Keras.
            seed: what the order of rows is drawn from.
            evaluate: what will be evaluated afterwards, and ``predict`` what will be predicted: it is compiled beside
                the training.
            callbacks: Keras's; what they remember goes on in a later attempt.
            monitor: what makes an epoch the best, instead of the lowest loss. The saved models can be had again
                by :meth:`restored` then.
            augment: changes the training rows anew in every epoch; then :meth:`choose` must be told.
            remedy: what to try should the loss stop being a number.

        Raises:
            Stopped: the attempt was told to stop.
            AttemptFailed: the training diverged.
        """
        rows = Rows.of(x, y)
        validation = None if validation_data is None else Rows.of(*validation_data)
        resumed, self._resumed = self._resumed, None
        reporting = ReportEpochs(
            self._report,
            self._keeper,
            epochs=epochs,
            steps=math.ceil(len(x) / batch_size),
            remedy=remedy,
            others=callbacks,
            resumed=resumed,
            monitor=monitor,
            clock=self._clock,
        )
        if monitor is not None:
            self._keeper.keep_files()
        first = 0 if resumed is None else resumed.epoch
        plan = Plan(
            initial_epoch=first,
            epochs=first if resumed is not None and resumed.stopped else epochs,
            batch_size=batch_size,
            order=shuffled(len(rows), seed),
            validation=validation,
            augment=augment,
            on_steps=reporting.steps_done,
        )
        engine = self._engine(model)
        self._keeper.begin(model, reporting.course, resumed is not None)
        engine.prepare((rows, plan, Afterwards(evaluate=[Rows.of(*test) for test in evaluate], predict=predict)))
        if resumed is not None:
            self._keeper.resume(resumed)
            self.log(f"Going on with epoch {first + 1} of {epochs}, from the state that an earlier attempt has saved.")
        engine.fit(rows, plan, [*callbacks, reporting])
        self._keeper.finish()
        return reporting.history

    def cross_validate(
        self,
        build: Callable[[int], Any],
        folds: Sequence[Fold],
        *,
        epochs: int,
        batch_size: int,
        seed: int,
        of: int | None = None,
        like: Hashable = None,
        remedy: str = "",
    ) -> list[Scored]:
        """Train and score every fold, with this attempt's reporting, checkpoints and batch order.

        Each trains as :meth:`fit` would train it alone, with its held-out rows as ``validation_data``, and all share
        what is compiled. A resumed attempt goes on in the fold and epoch where an earlier one has left off.

        Args:
            build: a fold's model (from 0), compiled in Keras's sense; the same whenever it is asked.
            folds: what each trains on and is scored with.
            epochs: of each fold, with ``batch_size`` as in Keras.
            seed: what the order of rows is drawn from.
            of: where several cross-validations follow one another, how many folds all have together.
            like: those with the same word build models that differ in their values alone; they share what is compiled.
            remedy: what to try should the loss stop being a number.

        Raises:
            Stopped: the attempt was told to stop.
            AttemptFailed: the training diverged.
        """
        if self._cross_validation is None:
            resumed, self._resumed = self._resumed, None
            self._cross_validation = CrossValidation(
                self._report, self._keeper, self.log, self._clock, self._engine_arguments(), resumed
            )
        how: dict[str, Any] = {"epochs": epochs, "batch_size": batch_size, "seed": seed}
        return self._cross_validation.run(build, folds, self._choice, **how, of=of, like=like, remedy=remedy)

    def evaluate(self, model: Any, x: Array, y: Array) -> dict[str, float]:
        """``model.evaluate`` by metric name."""
        return self._engine(model).evaluate(Rows.of(x, y))

    def predict(self, model: Any, x: Array) -> Array:
        """``model.predict``."""
        return np.asarray(self._engine(model).predict(x))

    def restored(self, name: str) -> Any:
        """A model that this run has saved, loaded from its file; None where that is gone.

        Args:
            name: ``best``, ``last`` or that of an improvement.
        """
        self._progress.alive()
        self.check_stop()
        file = (None if self._keeper.kept is None else self._keeper.kept.file(name)) or self._fetch(name)
        self.check_stop()  # where it was told to while it waited for the file, there is none
        return load(file, self._directory)

    def _engine(self, model: Any) -> Engine:
        found = self._engines.get(id(model))
        if found is None:
            found = self._engines[id(model)] = Engine(model, self._choice, **self._engine_arguments())
        return found

    def _engine_arguments(self) -> dict[str, Any]:
        return {"check": self._step_done, "distrust": self._distrust, "say": self.log, "on_change": self._chosen}

    def show(self, exhibit: Exhibit) -> None:
        """Show something beside the curves, in the place of what has its name."""
        self._report(EventType.EXHIBIT, exhibit)

    def watch(self, look: Callable[[int], None], every: float = 1.0) -> Any:
        """A callback for :meth:`fit` that calls ``look`` with an epoch now and then, see :class:`Watch`."""
        return Watch(look, every, self._clock)

    def pace(self, per_second: int) -> Any:
        """A callback for :meth:`fit` that holds it back to so many epochs a second, see :class:`Pace`; 0 doesn't."""
        return Pace(per_second, self._wait, self._clock)

    def _wait(self, seconds: float) -> None:
        self._progress.alive()
        if self._stop.wait(seconds):
            raise Stopped

    def result(self, outcome: dict[str, Any]) -> None:
        """Report the lesson's outcome; numbers that aren't finite become null."""
        self._report(EventType.RESULT, _finite(outcome))

    def keep_checkpoints(self) -> None:
        """Write the states that aren't written yet, after a training that was cut short."""
        self._keeper.finish()


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(each) for each in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
