"""The same trainings by Fitboard's engine, in a child of the warm fork server as every attempt has one."""

import multiprocessing
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from benchmarks.plain import augmentation, cross_validation, dropout, first_network, mnist
from jobs.allocation import keep_freed_memory


def start() -> None:
    """Start the fork server, and wait until it has imported Keras."""
    keep_freed_memory()
    multiprocessing.set_forkserver_preload(["jobs.warm"])
    took(_nothing, Path(), Path())


@dataclass(frozen=True)
class Took:
    """What a training took: ``seconds`` of wall time, and its process's ``peak`` of resident memory, in MB."""

    seconds: float
    peak: float


def took(work: Callable[[Path, Path], None], datasets: Path, programs: Path) -> Took:
    """What ``work`` takes in a child of its own, from its fork to its end."""
    context = multiprocessing.get_context("forkserver")
    reader, writer = context.Pipe(duplex=False)
    began = time.perf_counter()
    process = context.Process(target=_child, args=(work, datasets, programs, writer))
    process.start()
    writer.close()
    done: float | str = reader.recv()
    seconds = time.perf_counter() - began
    process.join()
    if isinstance(done, str):
        raise RuntimeError(done)
    return Took(seconds, done)


def _child(work: Callable[[Path, Path], None], datasets: Path, programs: Path, answer: Connection) -> None:
    import tempfile

    from jobs.engine.cache import ProgramCache
    from jobs.xla import set_flags

    set_flags()
    with tempfile.TemporaryDirectory() as folder:
        cache = ProgramCache(programs, Path(folder) / "programs")
        cache.open()
        try:
            work(datasets, Path(folder))
        except Exception as error:
            answer.send(f"{type(error).__name__}: {error}")
        else:
            answer.send(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
        cache.publish()


def _nothing(_datasets: Path, _folder: Path) -> None:
    pass


def folds(datasets: Path, _folder: Path) -> None:
    """Lesson 6: ten folds."""
    from jobs.engine import Fold, Plan, Rows, Trainer, choose, shuffled

    x, y = first_network.data(datasets)
    rows = Rows.of(x, y)
    made = [Fold(rows.take(train), rows.take(test)) for train, test in cross_validation.parts(x, y)]
    choice = choose(first_network.model())

    def plan(fold: int) -> Any:
        order = shuffled(len(made[fold].training), 7)
        return Plan(epochs=first_network.EPOCHS, batch_size=first_network.BATCH_SIZE, order=order)

    trainer = Trainer(first_network.model(choice.jit_compile), choice)
    trainer.prepare(made, plan)
    for number, fold in enumerate(made):
        _, engine = trainer.fresh(first_network.model(choice.jit_compile), fold)
        engine.fit(fold.training, plan(number))
        engine.evaluate(fold.test)


def small(datasets: Path, folder: Path) -> None:
    """Lessons 8 to 10: dropout, a schedule, the best checkpoint."""
    from jobs.engine import Engine, Plan, Rows, choose, shuffled

    rows, validation = Rows.of(*dropout.data(datasets)).split(0.33)
    plan = Plan(
        epochs=dropout.EPOCHS,
        batch_size=dropout.BATCH_SIZE,
        order=shuffled(len(rows), 7),
        validation=validation,
        validation_batch_size=dropout.BATCH_SIZE,
    )
    choice = choose(dropout.model())
    Engine(dropout.model(choice.jit_compile), choice).fit(rows, plan, dropout.callbacks(str(folder / "best.keras")))


def images(datasets: Path, _folder: Path) -> None:
    """Lesson 12: the simple convolutional network."""
    from jobs.engine import Engine, Plan, Rows, choose, shuffled

    x, y, x_test, y_test = mnist.data(datasets)
    rows, validation = Rows.of(x, y), Rows.of(x_test, y_test)
    choice = choose(mnist.model(), nbytes=rows.nbytes)
    engine = Engine(mnist.model(choice.jit_compile), choice)
    plan = Plan(
        epochs=mnist.EPOCHS,
        batch_size=mnist.BATCH_SIZE,
        order=shuffled(len(rows), 7),
        validation=validation,
        validation_batch_size=mnist.BATCH_SIZE,
    )
    engine.fit(rows, plan)
    engine.evaluate(validation)


def augmented(datasets: Path, _folder: Path) -> None:
    """Lesson 14: the same network, every image turned and shifted anew."""
    from jobs.augmentation import Augmentation, Augmenter
    from jobs.engine import Engine, Plan, Rows, choose, shuffled

    rows = Rows.of(*mnist.data(datasets)[:2])
    choice = choose(mnist.model(), nbytes=rows.nbytes, augmented=True)
    plan = Plan(
        epochs=augmentation.EPOCHS,
        batch_size=augmentation.BATCH_SIZE,
        order=shuffled(len(rows), 7),
        augment=Augmenter(Augmentation(**augmentation.RANGES), rows.x, 7),
    )
    Engine(mnist.model(choice.jit_compile), choice).fit(rows, plan)


@dataclass(frozen=True)
class Unreported:
    """A first-network run with these params of which nobody hears and of which nothing is kept."""

    params: dict[str, Any]

    def __call__(self, datasets: Path, folder: Path) -> None:
        """Train, as :func:`took` calls it."""
        from unittest.mock import patch

        from jobs import training
        from jobs.callbacks import ReportEpochs
        from jobs.datasets import Datasets
        from jobs.keeper import Keeper
        from jobs.lessons.first_network.lesson import FirstNetworkParams, run
        from jobs.stopping import Stop

        class Silent(ReportEpochs):
            """Keeps the History, which the lesson wants, and does nothing else."""

            def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
                for name, value in (logs or {}).items():
                    self.history.setdefault(name, []).append(float(value))

        class Forgetful(Keeper):
            """Keeps nothing."""

            def begin(self, *_arguments: Any) -> None:
                pass

            def finish(self) -> None:
                pass

        with patch.object(training, "ReportEpochs", Silent), patch.object(training, "Keeper", Forgetful):
            session = training.Session(
                report=lambda _kind, _data: None,
                offer=lambda _checkpoint: None,
                datasets=Datasets(None, folder, downloads=False),
                stop=Stop(),
                directory=folder,
            )
            run(FirstNetworkParams(**self.params), session)
