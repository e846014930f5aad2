"""A cross-validation as an attempt: what it reports and keeps, and that it comes to the same end however it is cut."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from jobs.checkpoints import location
from jobs.protocol import CheckpointData, EpochData, EventType, LogData
from jobs.stopping import Stop, Stopped

# Keras itself, when it hands its variables to h5py.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")

EPOCHS = 4
FOLDS = 3
Stopping = Callable[[EventType, Any], bool]


@dataclass
class Done:
    """What one attempt has told, kept and come to; ``results`` is None where it was stopped."""

    directory: Path
    told: list[EpochData] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    offers: list[CheckpointData] = field(default_factory=list)
    results: list[Any] | None = None

    @property
    def places(self) -> list[tuple[int | None, int]]:
        return [(one.fold, one.epoch) for one in self.told]

    def latest(self, kind: str) -> CheckpointData:
        return next(offer for offer in reversed(self.offers) if offer.kind == kind)

    def generation(self) -> Any:
        from jobs.generations import Generation

        return Generation.decode(location(self.directory, self.latest("generation")).read_bytes())

    def saved(self, kind: str) -> list[Any]:
        import keras

        model = keras.saving.load_model(location(self.directory, self.latest(kind)))
        return [variable.numpy() for variable in [*model.weights, *model.optimizer.variables]]  # files hold no seeds


def folds() -> list[Any]:
    from jobs.engine import Fold, Rows
    from tests.engine.training import table

    rows = Rows.of(*table(61))
    parts = np.array_split(np.arange(61), FOLDS)
    return [Fold(rows.take(np.setdiff1d(np.arange(61), part)), rows.take(part)) for part in parts]


def build(optimizer: str) -> Callable[[int], Any]:
    def made(_fold: int) -> Any:
        from tests.engine.training import dense

        model = dense(dropout=0.2)
        model.compile(loss="binary_crossentropy", optimizer=optimizer, metrics=["accuracy"], jit_compile=True)
        return model

    return made


def cross_validated(
    directory: Path,
    route: Any = "compiled",
    *,
    resumed: Any = None,
    optimizers: Sequence[str] = ("adam",),
    stop_at: Stopping = lambda kind, data: False,
) -> Done:
    """One attempt: a cross-validation for each of the optimizers."""
    from jobs.datasets import Datasets
    from jobs.engine import Choice
    from jobs.training import Session

    directory.mkdir()
    done, stop = Done(directory), Stop()

    def report(kind: EventType, data: Any) -> None:
        if isinstance(data, EpochData):
            done.told.append(data)
        if isinstance(data, LogData):
            done.lines.append(data.message)
        if stop_at(kind, data):
            stop.request("pause")

    session = Session(
        report=report,
        offer=done.offers.append,
        datasets=Datasets(None, directory, downloads=False),
        stop=stop,
        directory=directory,
        earlier=Choice(route, True, ""),
        resumed=resumed,
    )
    session.choose(build("adam")(0), *folds()[0].training.parts)
    try:
        done.results = [
            session.cross_validate(
                build(name), folds(), epochs=EPOCHS, batch_size=8, seed=2, of=FOLDS * len(optimizers), like=name
            )
            for name in optimizers
        ]
    except Stopped:
        session.keep_checkpoints()
    return done


def at(fold: int, epoch: int) -> Stopping:
    return lambda kind, data: kind is EventType.EPOCH and (data.fold, data.epoch) == (fold, epoch)


def assert_same(left: Sequence[Any], right: Sequence[Any]) -> None:
    for one, other in zip(left, right, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Done:
    """What it should come to."""
    return cross_validated(tmp_path_factory.mktemp("whole") / "1")


def test_each_fold_tells_its_epochs_and_is_scored_as_fit_would_score_it_alone(whole: Done) -> None:
    from jobs.engine import shuffled

    assert whole.results is not None
    (results,) = whole.results
    assert whole.places == [(fold, epoch) for fold in range(FOLDS) for epoch in range(EPOCHS)]
    assert {(one.folds, one.epochs) for one in whole.told} == {(FOLDS, EPOCHS)}
    for number, (fold, scored) in enumerate(zip(folds(), results, strict=True)):
        rows = [one.metrics for one in whole.told if one.fold == number]
        assert scored.history == {name: [row[name] for row in rows] for name in rows[0]}
        assert scored.scores == {name: scored.history[f"val_{name}"][-1] for name in scored.scores}
        model, order = build("adam")(0), shuffled(len(fold.training), 2)
        alone: dict[str, list[float]] = {}
        for epoch in range(EPOCHS):  # Keras's own shuffling is left out by ordering the rows before
            rows_of = fold.training.take(order(epoch)).parts
            trained = model.fit(*rows_of, batch_size=8, shuffle=False, validation_data=fold.test.parts, verbose=0)
            for name, (value,) in trained.history.items():
                alone.setdefault(name, []).append(float(value))
        # Keras shapes rows of plain arrays otherwise; to the last bit it is the plain way's, see below.
        assert list(alone) == list(scored.history)
        for name, values in alone.items():
            np.testing.assert_allclose(values, scored.history[name], rtol=1e-6)


def test_the_best_epoch_is_that_of_all_folds_and_its_model_says_so(whole: Done) -> None:
    lowest = min(whole.told, key=lambda one: one.metrics["val_loss"] or 0.0)
    best = whole.told[-1].best
    assert best is not None
    assert (best.fold, best.epoch, best.value) == (lowest.fold, lowest.epoch, lowest.metrics["val_loss"])
    saved = whole.latest("best")
    assert (saved.fold, saved.epoch, saved.value) == (best.fold, best.epoch, best.value)
    assert (whole.latest("last").fold, whole.latest("last").epoch) == (FOLDS - 1, EPOCHS - 1)


def test_the_rest_is_estimated_over_all_folds(whole: Done) -> None:
    left = [one.eta_seconds or 0.0 for one in whole.told]
    assert left[EPOCHS - 1] > 0, "a fold is done, and two are to come"
    assert left[-1] == 0


def between(kind: EventType, data: Any) -> bool:
    return kind is EventType.LOG and data.message.startswith("Fold 2 of 3 is done")


@pytest.mark.parametrize(
    ("route", "cuts"), [("compiled", [at(0, 1), between, at(2, EPOCHS - 1)]), ("plain", [at(1, 1)])]
)
def test_cut_anywhere_it_comes_to_the_same_end(whole: Done, tmp_path: Path, route: Any, cuts: list[Stopping]) -> None:
    attempts: list[Done] = []
    for number, cut in enumerate([*cuts, lambda kind, data: False]):
        resumed = attempts[-1].generation() if attempts else None
        attempts.append(cross_validated(tmp_path / str(number), route, resumed=resumed, stop_at=cut))
    assert [place for one in attempts for place in one.places] == whole.places
    told = [one for attempt in attempts for one in attempt.told]
    assert [one.metrics for one in told] == [one.metrics for one in whole.told]
    assert [one.best for one in told] == [one.best for one in whole.told]
    assert attempts[-1].results == whole.results
    assert any(line.startswith("Going on with fold ") for line in attempts[-1].lines)
    assert_same(attempts[-1].saved("last"), whole.saved("last"))
    newest = next(one for one in reversed(attempts) if any(offer.kind == "best" for offer in one.offers))
    assert_same(newest.saved("best"), whole.saved("best"))


def test_a_search_goes_on_too_through_models_that_are_built_otherwise(tmp_path: Path) -> None:
    names = ("adam", "sgd")
    undisturbed = cross_validated(tmp_path / "whole", optimizers=names)
    assert [one.fold for one in undisturbed.told] == [fold for fold in range(2 * FOLDS) for _ in range(EPOCHS)]
    first = cross_validated(tmp_path / "1", optimizers=names, stop_at=at(FOLDS, 1))
    second = cross_validated(tmp_path / "2", optimizers=names, resumed=first.generation(), stop_at=at(FOLDS, 2))
    third = cross_validated(tmp_path / "3", optimizers=names, resumed=second.generation())
    assert second.places[0] == (FOLDS, 2)
    assert third.results == undisturbed.results
    assert_same(third.saved("last"), undisturbed.saved("last"))
    told = [*first.told, *second.told, *third.told]
    assert [one.best for one in told] == [one.best for one in undisturbed.told], "however often it is cut"
    offers = [*first.offers, *second.offers, *third.offers]
    assert [one for one in offers if one.kind == "best"][-1].value == undisturbed.latest("best").value
