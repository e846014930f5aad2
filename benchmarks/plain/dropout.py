"""Lessons 8 to 10 in one: dropout, a decaying learning rate, the best checkpoint; 300 epochs in batches of 16."""

import sys
from pathlib import Path
from typing import Any

EPOCHS, BATCH_SIZE = 300, 16


def data(folder: Path) -> Any:
    """The ionosphere table: features and classes, in an order that mixes both classes."""
    import numpy as np

    table = np.loadtxt(folder / "ionosphere.csv", delimiter=",", dtype=str)
    order = np.random.default_rng(0).permutation(len(table))
    return table[order, :34].astype("float32"), (table[order, 34] == "g").astype("float32")


def model(jit_compile: Any = "auto") -> Any:
    """Two hidden layers with dropout and max-norm, SGD with a schedule inside."""
    import keras

    keras.utils.set_random_seed(7)
    norm = keras.constraints.MaxNorm(3)
    made = keras.Sequential(
        [
            keras.Input((34,)),
            keras.layers.Dropout(0.2),
            keras.layers.Dense(60, activation="relu", kernel_constraint=norm),
            keras.layers.Dropout(0.2),
            keras.layers.Dense(30, activation="relu", kernel_constraint=norm),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )
    rate = keras.optimizers.schedules.InverseTimeDecay(0.1, 1, 1e-4)
    made.compile(
        loss="binary_crossentropy",
        optimizer=keras.optimizers.SGD(rate, momentum=0.9),
        metrics=["accuracy"],
        jit_compile=jit_compile,
    )
    return made


def callbacks(path: str) -> list[Any]:
    """Keep the best model."""
    import keras

    return [keras.callbacks.ModelCheckpoint(path, monitor="val_accuracy", mode="max", save_best_only=True)]


if __name__ == "__main__":
    import tempfile

    x, y = data(Path(sys.argv[1]))
    with tempfile.TemporaryDirectory() as folder:
        history = model().fit(
            x,
            y,
            validation_split=0.33,
            epochs=EPOCHS,
            batch_size=BATCH_SIZE,
            verbose=0,
            callbacks=callbacks(f"{folder}/best.keras"),
        )
    print(max(history.history["val_accuracy"]))
