"""Data is recognized by its numbers, whatever they are called and however they lie in memory."""

from dataclasses import replace

import numpy as np
import pytest

from jobs.datasets import Images, Tabular
from jobs.datasets.fingerprint import fingerprint

TABLE = Tabular(np.arange(6, dtype="float32").reshape(3, 2), np.array([0, 1, 0], "float32"), ("a", "b"), ("x", "y"))
IMAGES = Images(
    np.arange(24, dtype="uint8").reshape(2, 3, 4, 1), np.array([0, 1]),
    np.arange(12, dtype="uint8").reshape(1, 3, 4, 1), np.array([1]), ("x", "y"),
)  # fmt: skip


def test_the_same_numbers_are_the_same_data() -> None:
    named = replace(TABLE, feature_names=("c", "d"), class_names=("no", "yes"), x=np.asfortranarray(TABLE.x))
    assert fingerprint(named) == fingerprint(TABLE)
    assert fingerprint(replace(IMAGES, x_train=np.asfortranarray(IMAGES.x_train))) == fingerprint(IMAGES)


@pytest.mark.parametrize(
    "other",
    [
        replace(TABLE, x=TABLE.x[::-1]),
        replace(TABLE, x=TABLE.x.reshape(2, 3)),
        replace(TABLE, y=1 - TABLE.y),
        replace(IMAGES, x_train=IMAGES.x_train[::-1]),
        replace(IMAGES, y_train=IMAGES.y_train[::-1]),
        replace(IMAGES, x_test=IMAGES.x_test + 1),
        replace(IMAGES, y_test=IMAGES.y_test * 0),
    ],
)
def test_other_numbers_are_other_data(other: Tabular | Images) -> None:
    assert fingerprint(other) != fingerprint(TABLE if isinstance(other, Tabular) else IMAGES)
