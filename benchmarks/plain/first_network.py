"""Lesson 5: the Pima table, 150 epochs in batches of 10."""

import sys
from pathlib import Path
from typing import Any

EPOCHS, BATCH_SIZE = 150, 10


def data(folder: Path) -> Any:
    """Features and classes."""
    import numpy as np

    table = np.loadtxt(folder / "pima-indians-diabetes.csv", delimiter=",", dtype="float32")
    return table[:, :8], table[:, 8]


def model(jit_compile: Any = "auto") -> Any:
    """12 and 8 neurons, compiled."""
    import keras

    keras.utils.set_random_seed(7)
    made = keras.Sequential(
        [
            keras.Input((8,)),
            keras.layers.Dense(12, activation="relu", kernel_initializer="random_uniform"),
            keras.layers.Dense(8, activation="relu", kernel_initializer="random_uniform"),
            keras.layers.Dense(1, activation="sigmoid", kernel_initializer="random_uniform"),
        ]
    )
    made.compile(loss="binary_crossentropy", optimizer="adam", metrics=["accuracy"], jit_compile=jit_compile)
    return made


if __name__ == "__main__":
    x, y = data(Path(sys.argv[1]))
    network = model()
    network.fit(x, y, epochs=EPOCHS, batch_size=BATCH_SIZE, verbose=0)
    print(network.evaluate(x, y, verbose=0)[1])
