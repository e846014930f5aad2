"""Improvements of a training: each stays, the same file however often its epoch is trained, and can be restored."""

import hashlib
from pathlib import Path
from typing import Any

import pytest

from jobs.checkpoints import location, unannounced
from jobs.protocol import CheckpointData, EventType, Outcome
from jobs.restoring import File
from jobs.stopping import Stop
from tests.jobs.attempting import Attempted, attempt

# Keras itself, when it hands its variables to h5py.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")

SMALL: dict[str, Any] = {
    "dataset": "breast-cancer", "epochs": 8, "batch_size": 60, "hidden_layers": [6], "monitor": "val_loss", "seed": 3,
    "mode": "min",
}  # fmt: skip


def trained(directory: Path, params: dict[str, Any], **options: Any) -> Attempted:
    """An attempt that names its layers as a process of its own would."""
    import keras

    keras.utils.clear_session(free_memory=False)
    return attempt(directory, params, lesson="checkpoints", route="plain", jit_compile=False, **options)


def improvements(attempted: Attempted) -> dict[str, CheckpointData]:
    return {offer.called: offer for offer in attempted.offers if offer.kind == "improvement"}


def shown(attempted: Attempted) -> list[list[Any]]:
    rows: list[list[Any]] = attempted.of(EventType.EXHIBIT)[-1]["content"]["rows"]
    return rows


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Attempted:
    return trained(tmp_path_factory.mktemp("undisturbed"), SMALL)


def test_every_improvement_stays_and_is_restored_with_its_value(undisturbed: Attempted) -> None:
    import keras

    values = undisturbed.history["val_loss"]
    best = [epoch for epoch, value in enumerate(values) if value == min(values[: epoch + 1])]
    assert len(best) > 2, "these params are no case for this test"
    names = [f"weights-improvement-{epoch + 1:02d}-{values[epoch]:.2f}.keras" for epoch in best]
    found = improvements(undisturbed)
    assert list(found) == names
    assert [(one.epoch, one.monitor, one.value) for one in found.values()] == [
        (epoch, "val_loss", values[epoch]) for epoch in best
    ]
    assert [row[0] for row in shown(undisturbed)] == [*names, "best", "last"]
    assert all(row[2] == row[3] and row[4] is True for row in shown(undisturbed))
    # What was written last is the model that was trained, not the one that was restored into it.
    file = location(undisturbed.directory, undisturbed.latest("last"))
    assert keras.saving.load_model(file).count_params() > 0


def test_an_improvement_trained_again_after_a_death_is_the_same_file(undisturbed: Attempted, tmp_path: Path) -> None:
    from jobs.generations import Generation

    def die(kind: EventType, data: dict[str, Any], stop: Stop) -> None:
        if kind is EventType.EPOCH and data["epoch"] == 4:
            stop.request("release")

    first = trained(tmp_path / "1", SMALL, watch=die)
    oldest = next(offer for offer in first.offers if offer.kind == "generation")
    assert oldest.epoch == 0, "everything so far is trained again"
    saved = improvements(first)
    assert saved

    def fetch(name: str) -> File | None:
        data = saved.get(name)
        return None if data is None else File(location(first.directory, data).read_bytes(), data.sha256)

    resumed = Generation.decode(location(first.directory, oldest).read_bytes())
    second = trained(tmp_path / "2", SMALL, resumed=resumed, fetch=fetch)
    assert second.end is not None
    assert second.end.outcome is Outcome.COMPLETED
    again = improvements(second)
    assert {name: again[name].sha256 for name in saved} == {name: data.sha256 for name, data in saved.items()}
    assert {name: data.sha256 for name, data in again.items()} == {
        name: data.sha256 for name, data in improvements(undisturbed).items()
    }
    assert second.of(EventType.RESULT) == undisturbed.of(EventType.RESULT)
    newest = Generation.decode(location(first.directory, first.latest("generation")).read_bytes())
    third = trained(tmp_path / "3", SMALL, resumed=newest, fetch=fetch)
    assert not set(improvements(third)) & set(saved), "what the first attempt has saved needs no training"
    assert third.of(EventType.RESULT) == undisturbed.of(EventType.RESULT)


def test_only_so_many_are_kept_and_the_log_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("jobs.callbacks", "jobs.lessons.checkpoints.lesson"):
        monkeypatch.setattr(f"{module}.MOST", 2)
    attempted = trained(tmp_path, SMALL)
    assert len(improvements(attempted)) == 2
    warnings = [line["message"] for line in attempted.of(EventType.LOG) if line["level"] == "warning"]
    assert warnings == [
        "2 improvements are saved, and no more are. The best and the last model are saved all the same."
    ]
    values = attempted.history["val_loss"]
    assert attempted.latest("best").epoch == values.index(min(values))
    assert [row[0] for row in shown(attempted)][2:] == ["best", "last"]


def test_the_best_alone_leaves_no_improvements(tmp_path: Path) -> None:
    attempted = trained(tmp_path, {**SMALL, "keep": "best", "epochs": 2})
    assert improvements(attempted) == {}
    assert [row[0] for row in shown(attempted)] == ["best", "last"]
    assert all(row[4] is True for row in shown(attempted))


def test_what_a_crash_left_unannounced_is_found_again(undisturbed: Attempted) -> None:
    found = improvements(undisturbed)
    announced = {next(iter(found.values())).sha256}
    left = [data.called for data in unannounced(undisturbed.directory, announced)]
    assert [name for name in left if name.endswith(".keras")] == sorted(found)[1:]


def test_a_file_that_is_not_the_recorded_one_is_not_loaded(undisturbed: Attempted, tmp_path: Path) -> None:
    from jobs.restoring import load

    content = location(undisturbed.directory, undisturbed.latest("last")).read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    assert load(File(content, digest), tmp_path) is not None
    assert load(File(content[:-1] + b"x", digest), tmp_path) is None
    assert load(None, tmp_path) is None
    assert list(tmp_path.iterdir()) == []
