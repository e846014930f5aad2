"""Lesson 12: the simple convolutional network on MNIST, 2 epochs in batches of 200."""

import sys
from pathlib import Path
from typing import Any

EPOCHS, BATCH_SIZE = 2, 200


def data(folder: Path) -> Any:
    """Images between 0 and 1, one-hot labels: to train on and to test on."""
    import keras
    import numpy as np

    with np.load(folder / "mnist.npz") as file:
        images = [file[name][..., np.newaxis].astype("float32") / 255 for name in ("x_train", "x_test")]
        labels = [keras.utils.to_categorical(file[name]) for name in ("y_train", "y_test")]
    return images[0], labels[0], images[1], labels[1]


def model(jit_compile: Any = "auto") -> Any:
    """Convolution, pooling, dense, softmax."""
    import keras

    keras.utils.set_random_seed(7)
    made = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            keras.layers.Conv2D(32, 3, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.Dropout(0.2),
            keras.layers.Flatten(),
            keras.layers.Dense(128, activation="relu"),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    made.compile(loss="categorical_crossentropy", optimizer="adam", metrics=["accuracy"], jit_compile=jit_compile)
    return made


if __name__ == "__main__":
    x, y, x_test, y_test = data(Path(sys.argv[1]))
    network = model()
    network.fit(x, y, validation_data=(x_test, y_test), epochs=EPOCHS, batch_size=BATCH_SIZE, verbose=0)
    print(network.evaluate(x_test, y_test, verbose=0)[1])
