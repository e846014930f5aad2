"""scikit-learn's handwritten digits, enlarged to MNIST's size: what stands in for MNIST without a network.

The 1,797 images have 8 by 8 pixels from 0 to 16. They are resized to 28 by 28 by bilinear interpolation, in whole
numbers, so that every machine comes to the same pixels. The split is by order, not by chance: neighbours are often of
one hand, and chance would put them on both sides, which flatters a test.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

TRAIN = 1437
"""Images to learn from; the other 360 are for the test."""

SIZE = 28
_SMALL = 8
_BRIGHTEST = 16


def load_digits() -> "tuple[NDArray[np.uint8], NDArray[np.int64], NDArray[np.uint8], NDArray[np.int64]]":
    """``x_train, y_train, x_test, y_test``: x uint8 of shape (images, 28, 28, 1), y int64 of shape (images,)."""
    from sklearn import datasets

    small, labels = datasets.load_digits(return_X_y=True)
    x = enlarge(small.reshape(-1, _SMALL, _SMALL).astype("int64"))[..., None]
    y = labels.astype("int64")
    return x[:TRAIN], y[:TRAIN], x[TRAIN:], y[TRAIN:]


def enlarge(images: "NDArray[np.int64]") -> "NDArray[np.uint8]":
    """Images of shape (n, 8, 8) with values 0 to 16 as (n, 28, 28) with values 0 to 255.

    The middle of output pixel ``i`` lies at ``(i + 1/2) * 8/28 - 1/2`` of the small image, a multiple of 1/14 (and
    beyond the edge the edge goes on): all weights are fourteenths, and nothing is rounded before the end.
    """
    import numpy as np

    place = np.clip(4 * np.arange(SIZE) - 5, 0, 14 * (_SMALL - 1))
    left = np.minimum(place // 14, _SMALL - 2)
    weights = np.zeros((SIZE, _SMALL), "int64")
    weights[np.arange(SIZE), left + 1] = place - 14 * left
    weights[np.arange(SIZE), left] = 14 - (place - 14 * left)
    whole = 14 * 14 * _BRIGHTEST
    large = weights @ images @ weights.T
    return ((2 * 255 * large + whole) // (2 * whole)).astype("uint8")
