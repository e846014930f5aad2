"""What counts as an improvement, and what its file is called, held against Keras's own ``ModelCheckpoint``."""

import math
from pathlib import Path
from typing import Any

import pytest

from jobs.monitor import Mode, Monitor, usual

# Keras itself, when it hands its variables to h5py.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")

VALUES = [0.5, 0.7, 0.7, 0.62, 0.71, 0.2, 0.19999, 0.9]


@pytest.fixture(scope="module")
def model() -> Any:
    import keras
    import numpy as np

    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, activation="sigmoid")])
    model.compile(loss="binary_crossentropy", metrics=["accuracy"])
    model.fit(np.zeros((2, 1)), np.zeros((2, 1)), verbose=0)  # only then Keras knows which way its metrics go
    return model


@pytest.mark.parametrize("metric", ["val_accuracy", "val_loss", "accuracy", "loss"])
@pytest.mark.parametrize("mode", ["auto", "min", "max"])
def test_the_files_are_those_of_keras(model: Any, tmp_path: Path, metric: str, mode: Mode) -> None:
    import keras

    monitor = Monitor(metric, mode, every=True)
    checkpoint = keras.callbacks.ModelCheckpoint(
        tmp_path / monitor.pattern(), monitor=metric, mode=mode, save_best_only=True
    )
    checkpoint.set_model(model)
    for epoch, value in enumerate(VALUES):
        checkpoint.on_epoch_end(epoch, {metric: value})
    written = {path.name for path in tmp_path.iterdir()}
    assert {monitor.file(epoch, VALUES[epoch]) for epoch in monitor.improvements(VALUES)} == written


def test_what_is_not_finite_is_no_improvement() -> None:
    assert Monitor("loss").improvements([math.nan, 2.0, math.inf, None, 1.0, -math.inf]) == [1, 4]


def test_the_usual_is_the_lowest_loss_of_held_out_rows() -> None:
    assert usual(["loss", "val_loss"]) == Monitor("val_loss", "min")
    assert usual(["loss", "accuracy"]) == Monitor("loss", "min")
