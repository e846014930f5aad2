"""How often states are written: best ones once a second, generations every two seconds and within their share."""

from pathlib import Path
from typing import Any

import pytest

from jobs.protocol import Best, CheckpointData

# Keras itself, when it hands its variables to h5py.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")

EPOCH = 0.125
"""Seconds that an epoch takes here; sums of it are exact."""


class Kept:
    """A training whose clock is put on by hand, and whose generations take ``writing`` seconds each."""

    def __init__(self, folder: Path, writing: float = 0.0) -> None:
        import keras

        from jobs.keeper import Course, Keeper

        self.now = 0.0
        self.offers: list[CheckpointData] = []
        self._writing = writing
        self._epoch = 0
        model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
        model.compile(loss="mse", optimizer="sgd")
        self.keeper = Keeper(folder, self._offer, lambda: self.now)
        self.keeper.begin(model, lambda: Course({}, (), False), resumed=False)

    def epochs(self, count: int, better: bool = True) -> None:
        """Train so many epochs, of which each is the best so far, or none."""
        for epoch in range(self._epoch, self._epoch + count):
            self.now += EPOCH
            self.keeper.epoch_ended(epoch, Best(epoch=epoch if better else 0, monitor="loss", value=1.0))
        self._epoch += count

    def written(self, kind: str) -> list[int]:
        """The epochs of what was written."""
        return [data.epoch for data in self.offers if data.kind == kind]

    def _offer(self, data: CheckpointData) -> None:
        self.offers.append(data)
        if data.kind == "generation":
            self.now += self._writing


def test_a_generation_is_written_every_two_seconds(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    kept.epochs(50)
    assert kept.written("generation") == [0, 16, 32, 48]
    kept.keeper.finish()
    assert kept.written("generation")[-1] == 50


def test_writing_generations_takes_a_hundredth_of_the_time(tmp_path: Path) -> None:
    kept = Kept(tmp_path, writing=0.5)
    kept.epochs(1000, better=False)
    told = kept.written("generation")
    assert told[:3] == [0, 396, 792], "half a second of writing in fifty"


def test_the_best_state_is_written_once_a_second_and_at_the_end(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    kept.epochs(20)
    assert kept.written("best") == [0, 8, 16]
    kept.keeper.finish()
    assert kept.written("best") == [0, 8, 16, 19]


def test_where_nothing_gets_better_nothing_is_written(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    kept.epochs(20, better=False)
    kept.keeper.finish()
    assert kept.written("best") == [0]


def test_a_better_state_waits_for_its_second_and_isn_t_forgotten(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    kept.epochs(3)
    kept.epochs(10, better=False)
    assert kept.written("best") == [0, 2]


def test_what_is_finished_twice_is_written_once(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    kept.epochs(3)
    kept.keeper.finish()
    offers: list[Any] = [*kept.offers]
    kept.keeper.finish()
    assert kept.offers == offers
