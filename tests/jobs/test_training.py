"""One attempt with real Keras: what it reports, how it is repeated to the bit, and every way it can end."""

import errno
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from jobs.checkpoints import location
from jobs.protocol import EventType, LogData, Outcome, Stage
from jobs.stopping import Stop
from tests.jobs.attempting import Attempted, attempt

# Keras itself, when it hands its variables to h5py.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")

SMALL: dict[str, Any] = {"dataset": "breast-cancer", "epochs": 3, "batch_size": 64, "hidden_layers": [6]}


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Attempted:
    """An attempt that went well."""
    return attempt(tmp_path_factory.mktemp("small"), SMALL)


def load(attempted: Attempted, kind: str) -> Any:
    import keras

    return keras.saving.load_model(location(attempted.directory, attempted.latest(kind)))


def weights(model: Any) -> list[Any]:
    return [variable.numpy() for variable in [*model.variables, *model.optimizer.variables]]


def same(left: list[Any], right: list[Any]) -> bool:
    return all(np.array_equal(a, b) for a, b in zip(left, right, strict=True))


def test_the_stages_are_told_in_keras_order_each_with_what_it_produced(small: Attempted) -> None:
    told = [(data["stage"], data["state"]) for data in small.of(EventType.STAGE)]
    assert told == [(stage, state) for stage in Stage for state in ("started", "done")]
    assert all(data["summary"] for data in small.of(EventType.STAGE) if data["state"] == "done")
    assert small.end is not None
    assert small.end.outcome is Outcome.COMPLETED


def test_the_environment_names_backend_device_route_and_versions(small: Attempted) -> None:
    [environment] = small.of(EventType.ENVIRONMENT)
    assert environment["backend"] == "tensorflow"
    assert environment["device"].startswith(("CPU", "GPU: "))
    assert (environment["route"], environment["jit_compile"]) == ("compiled", True)
    assert {"keras", "tensorflow", "numpy", "python"} <= set(environment["versions"])


def test_the_model_is_described_by_keras(small: Attempted) -> None:
    [model] = small.of(EventType.MODEL)
    assert "Dense" in model["summary"]
    assert model["parameters"] == 30 * 6 + 6 + 6 + 1


def test_each_epoch_is_a_row_of_the_history(small: Attempted) -> None:
    rows = small.of(EventType.EPOCH)
    assert [row["epoch"] for row in rows] == [0, 1, 2]
    assert set(small.history) == {"loss", "accuracy", "val_loss", "val_accuracy"}
    assert rows[-1]["eta_seconds"] == 0
    best = int(np.argmin(small.history["val_loss"]))
    assert rows[-1]["best"] == {"epoch": best, "monitor": "val_loss", "value": small.history["val_loss"][best]}


def test_the_result_is_what_keras_says_of_the_last_state(small: Attempted) -> None:
    [result] = small.of(EventType.RESULT)
    json.dumps(result, allow_nan=False)
    assert set(result) == {"train", "test", "headline", "band", "predictions"}
    assert result["test"]["loss"] == pytest.approx(small.history["val_loss"][-1], rel=1e-5)
    assert result["headline"] == {"metric": "test accuracy", "value": result["test"]["accuracy"]}
    assert result["predictions"]["columns"][-2:] == ["truth", "right"]
    assert len(result["predictions"]["rows"]) == 8
    assert all(row[-1] == (row[2] == row[3]) for row in result["predictions"]["rows"])


def test_without_held_out_rows_the_score_is_the_training_rows(tmp_path: Path) -> None:
    done = attempt(tmp_path, {**SMALL, "validation_split": 0.0, "epochs": 1, "scale_features": False})
    [result] = done.of(EventType.RESULT)
    assert result["test"] is None
    assert result["headline"]["metric"] == "train accuracy"
    assert done.of(EventType.EPOCH)[0]["best"]["monitor"] == "loss"


def test_the_same_seed_gives_the_same_to_the_bit_and_another_does_not(small: Attempted, tmp_path: Path) -> None:
    again = attempt(tmp_path / "again", SMALL)
    assert again.history == small.history
    assert same(weights(load(again, "last")), weights(load(small, "last")))
    other = attempt(tmp_path / "other", {**SMALL, "seed": 8})
    assert other.history != small.history


def test_checkpoints_hold_the_state_after_their_epoch_optimizer_included(small: Attempted, tmp_path: Path) -> None:
    assert small.latest("last").epoch == 2
    for kind in ("best", "last"):
        data = small.latest(kind)
        shorter = attempt(tmp_path / kind, {**SMALL, "epochs": data.epoch + 1})
        assert same(weights(load(shorter, "last")), weights(load(small, kind)))


def test_the_best_state_is_kept_when_later_epochs_are_worse(tmp_path: Path) -> None:
    worsening = {**SMALL, "epochs": 12, "learning_rate": 0.05, "hidden_layers": [64, 64], "validation_split": 0.5}
    worsening["batch_size"] = 16
    done = attempt(tmp_path, worsening)
    losses = done.history["val_loss"]
    best = int(np.argmin(losses))
    assert best < 11, "these parameters are meant to overfit"
    data = done.latest("best")
    assert (data.epoch, data.value) == (best, losses[best])
    model = load(done, "best")
    from jobs.datasets import Datasets
    from jobs.lessons.shared.tables import parted

    table = Datasets(None, tmp_path, False).load("breast-cancer", print)
    parts = parted(table, validation_split=0.5, scale_features=True)
    assert parts.test is not None
    assert model.evaluate(*parts.test, verbose=0)[0] == losses[best]


def test_a_diverging_training_fails_naming_the_epoch_and_a_remedy(datasets_folder: Path, tmp_path: Path) -> None:
    params = {
        "dataset": "pima-indians-diabetes",
        "optimizer": "sgd",
        "learning_rate": 10.0,
        "activation": "selu",
        "hidden_layers": [512, 512],
        "scale_features": False,
        "batch_size": 4,
        "epochs": 5,
    }
    done = attempt(tmp_path, params, datasets=datasets_folder)
    last = done.of(EventType.EPOCH)[-1]
    assert last["metrics"]["loss"] is None
    assert last["non_finite"]["loss"] == "nan"
    assert done.end is not None
    assert (done.end.outcome, done.end.reason) == (Outcome.FAILED, "diverged")
    assert done.end.error is not None
    assert f"In epoch {last['epoch'] + 1} the training loss was not a number any more (NaN)." in done.end.error.detail
    assert "Use a smaller learning rate than 10, or scale the features." in done.end.error.detail


@pytest.mark.parametrize("stage", list(Stage))
def test_a_stop_is_obeyed_in_every_stage(tmp_path: Path, stage: Stage) -> None:
    def watch(kind: EventType, data: dict[str, Any], stop: Stop) -> None:
        if kind is EventType.STAGE and data == {**data, "stage": stage, "state": "started"}:
            stop.request("cancel")

    done = attempt(tmp_path, SMALL, watch=watch)
    assert done.end is not None
    assert done.end.outcome is Outcome.CANCELED
    reached = {data["stage"] for data in done.of(EventType.STAGE)}
    assert len(reached) <= list(Stage).index(stage) + 2
    assert done.of(EventType.RESULT) == []


def test_a_stop_in_the_middle_keeps_the_states_of_finished_epochs(tmp_path: Path) -> None:
    def watch(kind: EventType, data: dict[str, Any], stop: Stop) -> None:
        if kind is EventType.EPOCH and data["epoch"] == 1:
            stop.request("cancel")

    done = attempt(tmp_path, {**SMALL, "epochs": 1000}, watch=watch)
    assert len(done.of(EventType.EPOCH)) == 2
    assert done.latest("last").epoch == 1
    shorter = attempt(tmp_path / "shorter", {**SMALL, "epochs": 2})
    assert same(weights(load(done, "last")), weights(load(shorter, "last")))


def test_a_worker_that_stops_hands_the_run_back(tmp_path: Path) -> None:
    done = attempt(tmp_path, SMALL, watch=lambda kind, data, stop: stop.request("release"))
    assert done.end is not None
    assert (done.end.outcome, done.end.reason) == (Outcome.RELEASED, "worker-stopped")


def test_missing_data_fails_with_the_remedy(tmp_path: Path) -> None:
    done = attempt(tmp_path, {"dataset": "ionosphere"})
    assert done.end is not None
    assert (done.end.outcome, done.end.reason) == (Outcome.FAILED, "data")
    assert done.end.error is not None
    assert "Put ionosphere.csv" in done.end.error.detail


def test_a_broken_file_fails_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "ionosphere.csv").write_text("1,2,g\n")
    done = attempt(tmp_path / "a", {"dataset": "ionosphere"}, datasets=tmp_path)
    assert done.end is not None
    assert done.end.error is not None
    assert done.end.error.detail.startswith("ionosphere.csv, line 1: 3 values where 35 are expected")


@pytest.mark.parametrize(
    ("error", "outcome", "reason", "said"),
    [
        (MemoryError(), Outcome.FAILED, "out-of-memory", "Use smaller layers or a smaller batch size."),
        (OSError(errno.ENOSPC, "No space left on device"), Outcome.PAUSED, "disk-full", "when there is room"),
        (ZeroDivisionError("division by zero"), Outcome.FAILED, "error", "ZeroDivisionError: division by zero"),
    ],
)
def test_whatever_goes_wrong_has_a_reason(
    tmp_path: Path, error: Exception, outcome: Outcome, reason: str, said: str
) -> None:
    def watch(kind: EventType, data: dict[str, Any], stop: Stop) -> None:
        if kind is EventType.MODEL:
            raise error

    done = attempt(tmp_path, SMALL, watch=watch)
    assert done.end is not None
    assert (done.end.outcome, done.end.reason) == (outcome, reason)
    assert done.end.error is not None
    assert said in done.end.error.detail
    traces = [LogData.model_validate(data) for data in done.of(EventType.LOG)]
    assert bool(traces) == (reason == "error")
    assert all(trace.level == "error" and "Traceback" in trace.message for trace in traces)


@pytest.mark.parametrize(("lesson", "params"), [("no-such-lesson", {}), ("first-network", {"epoch": 3})])
def test_what_this_worker_does_not_know_fails_clearly(tmp_path: Path, lesson: str, params: dict[str, Any]) -> None:
    done = attempt(tmp_path, params, lesson=lesson)
    assert done.end is not None
    assert done.end.error is not None
    assert done.end.error.title == "The worker does not know this lesson or its parameters"
