"""An attempt goes on where an earlier one has left off, and comes to the same end, bit by bit."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from jobs.checkpoints import location
from jobs.protocol import EventType, Outcome
from jobs.stopping import Stop
from tests.jobs.attempting import Attempted, attempt

# Keras itself, when it hands its variables to h5py.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")

SMALL: dict[str, Any] = {"dataset": "breast-cancer", "epochs": 6, "batch_size": 60, "hidden_layers": [6], "seed": 3}


def left_by(attempted: Attempted) -> Any:
    """The newest generation, as the next attempt gets it."""
    from jobs.generations import Generation

    return Generation.decode(location(attempted.directory, attempted.latest("generation")).read_bytes())


def until(epoch: int, why: Any = "pause") -> Any:
    def watch(kind: EventType, data: dict[str, Any], stop: Stop) -> None:
        if kind is EventType.EPOCH and data["epoch"] == epoch:
            stop.request(why)

    return watch


def saved(attempted: Attempted, kind: str) -> list[Any]:
    import keras

    model = keras.saving.load_model(location(attempted.directory, attempted.latest(kind)))
    return [variable.numpy() for variable in [*model.variables, *model.optimizer.variables]]


def assert_same(left: Sequence[Any], right: Sequence[Any]) -> None:
    for one, other in zip(left, right, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Attempted:
    """What it should come to. Where two of those differ, so does what is held against it below."""
    return attempt(tmp_path_factory.mktemp("undisturbed"), SMALL)


@pytest.mark.parametrize("route", ["compiled", "plain"])
def test_a_pause_after_any_epoch_leaves_the_same_end(undisturbed: Attempted, tmp_path: Path, route: Any) -> None:
    how: dict[str, Any] = {"route": route, "jit_compile": True}
    first = attempt(tmp_path / "1", SMALL, watch=until(1), **how)
    assert first.end is not None
    assert (first.end.outcome, first.end.reason) == (Outcome.PAUSED, "paused")
    second = attempt(tmp_path / "2", SMALL, watch=until(3), resumed=left_by(first), **how)
    third = attempt(tmp_path / "3", SMALL, resumed=left_by(second), **how)
    assert third.end is not None
    assert third.end.outcome is Outcome.COMPLETED
    epochs = [row["epoch"] for one in (first, second, third) for row in one.of(EventType.EPOCH)]
    assert epochs == list(range(6))
    rows = [row["metrics"] for one in (first, second, third) for row in one.of(EventType.EPOCH)]
    assert {name: [row[name] for row in rows] for name in rows[0]} == undisturbed.history
    for kind in ("best", "last"):
        assert_same(saved(third, kind), saved(undisturbed, kind))
    assert third.of(EventType.RESULT) == undisturbed.of(EventType.RESULT)


def test_before_anything_is_compiled_there_is_a_generation_to_begin_from(
    undisturbed: Attempted, tmp_path: Path
) -> None:
    def at_compiling(kind: EventType, data: dict[str, Any], stop: Stop) -> None:
        if kind is EventType.LOG and data["message"].startswith("Compiled in"):
            stop.request("release")

    first = attempt(tmp_path / "1", SMALL, watch=at_compiling)
    assert first.latest("generation").epoch == 0
    assert first.offers[0].kind == "generation"
    second = attempt(tmp_path / "2", SMALL, resumed=left_by(first))
    assert second.history == undisturbed.history
    assert_same(saved(second, "last"), saved(undisturbed, "last"))


def test_a_worse_epoch_after_a_resume_never_replaces_the_best(tmp_path: Path) -> None:
    worsening = {**SMALL, "learning_rate": 0.5, "optimizer": "sgd", "epochs": 12, "validation_split": 0.5}
    whole = attempt(tmp_path / "whole", worsening)
    values = whole.history["val_loss"]
    best = values.index(min(values))
    assert best < 11, "these params are no case for this test"
    first = attempt(tmp_path / "1", worsening, watch=until(best))
    second = attempt(tmp_path / "2", worsening, resumed=left_by(first))
    assert second.latest("best").epoch == best
    assert_same(saved(second, "best"), saved(whole, "best"))


def test_a_training_that_was_done_is_not_trained_again(undisturbed: Attempted, tmp_path: Path) -> None:
    again = attempt(tmp_path, SMALL, resumed=left_by(undisturbed))
    assert again.of(EventType.EPOCH) == []
    assert again.of(EventType.RESULT) == undisturbed.of(EventType.RESULT)
    assert_same(saved(again, "best"), saved(undisturbed, "best"))


def test_with_more_epochs_a_training_goes_on(undisturbed: Attempted, tmp_path: Path) -> None:
    longer = {**SMALL, "epochs": 8}
    whole = attempt(tmp_path / "whole", longer)
    more = attempt(tmp_path / "more", longer, resumed=left_by(undisturbed))
    assert [row["epoch"] for row in more.of(EventType.EPOCH)] == [6, 7]
    assert_same(saved(more, "last"), saved(whole, "last"))


def test_a_state_of_another_network_is_not_gone_on_with(undisturbed: Attempted, tmp_path: Path) -> None:
    other = attempt(tmp_path, {**SMALL, "hidden_layers": [7]}, resumed=left_by(undisturbed))
    assert other.end is not None
    assert other.end.error is not None
    assert (other.end.outcome, other.end.error.title) == (Outcome.FAILED, "The saved state does not fit")


class Trained:
    """A training with everything that remembers something, in a session of its own."""

    def __init__(self, directory: Path, route: Any, resumed: Any = None, stop_after: int | None = None) -> None:
        import keras

        from jobs.datasets import Datasets
        from jobs.engine import Choice
        from jobs.protocol import CheckpointData
        from jobs.stopping import Stopped
        from jobs.training import Session
        from tests.engine.training import table, values

        directory.mkdir()
        stop = Stop()
        self.told: list[int] = []
        offers: list[CheckpointData] = []

        def report(kind: EventType, data: Any) -> None:
            if kind is EventType.EPOCH:
                self.told.append(data.epoch)
                if data.epoch == stop_after:
                    stop.request("pause")

        session = Session(
            report=report,
            offer=offers.append,
            datasets=Datasets(None, directory, downloads=False),
            stop=stop,
            directory=directory,
            earlier=Choice(route, True, ""),
            resumed=resumed,
        )
        keras.utils.set_random_seed(5)
        self.model = keras.Sequential(
            [
                keras.Input((5,)),
                keras.layers.GaussianNoise(0.1),
                keras.layers.Dense(8, activation="relu"),
                keras.layers.BatchNormalization(),
                keras.layers.Dropout(0.3),
                keras.layers.Dense(1, activation="sigmoid"),
            ]
        )
        x, y = table(200)
        jit_compile = session.choose(self.model, x, y)
        optimizer = keras.optimizers.Adam(0.1, use_ema=True, ema_momentum=0.5, ema_overwrite_frequency=7)
        self.model.compile(loss="binary_crossentropy", optimizer=optimizer, metrics=["auc"], jit_compile=jit_compile)
        callbacks = [
            keras.callbacks.EarlyStopping(monitor="val_loss", patience=5, min_delta=0.02, restore_best_weights=True),
            keras.callbacks.ReduceLROnPlateau(monitor="val_loss", patience=1, factor=0.5),
        ]
        try:
            self.history = session.fit(
                self.model,
                x[:150],
                y[:150],
                epochs=40,
                batch_size=16,
                seed=9,
                validation_data=(x[150:], y[150:]),
                callbacks=callbacks,
            )
        except Stopped:
            session.keep_checkpoints()
        self.values = values(self.model)
        newest = [offer for offer in offers if offer.kind == "generation"][-1]
        self.generation = location(directory, newest).read_bytes()


def test_dropout_noise_patience_and_learning_rates_go_on_too(tmp_path: Path) -> None:
    from jobs.generations import Generation

    route = "compiled"  # the plain one is held against it above
    whole = Trained(tmp_path / "whole", route)
    epochs = len(whole.told)
    assert 8 < epochs < 40, "it should stop early, for the callbacks to matter"
    assert len(set(whole.history["learning_rate"])) > 2
    first = Trained(tmp_path / "1", route, stop_after=2)
    second = Trained(tmp_path / "2", route, Generation.decode(first.generation), stop_after=epochs - 3)
    third = Trained(tmp_path / "3", route, Generation.decode(second.generation))
    assert first.told + second.told + third.told == list(range(epochs))
    assert third.history == whole.history
    assert_same(third.values, whole.values)
