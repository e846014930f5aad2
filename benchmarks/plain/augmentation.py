"""Lesson 14: MNIST, every image turned and shifted anew by ``ImageDataGenerator``, 1 epoch in batches of 200."""

import sys
from pathlib import Path
from typing import Any

from benchmarks.plain import mnist

EPOCHS, BATCH_SIZE = 1, 200
RANGES: dict[str, Any] = {"rotation_range": 20, "width_shift_range": 0.1, "height_shift_range": 0.1}


if __name__ == "__main__":
    from tensorflow.keras.preprocessing.image import ImageDataGenerator

    x, y, _, _ = mnist.data(Path(sys.argv[1]))
    network = mnist.model()
    generator = ImageDataGenerator(**RANGES)
    history = network.fit(generator.flow(x, y, batch_size=BATCH_SIZE), epochs=EPOCHS, verbose=0)
    print(history.history["accuracy"])
