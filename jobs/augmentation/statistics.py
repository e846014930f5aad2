"""Featurewise standardisation and ZCA whitening: measured once on the training images."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

EPSILON = 1e-6
"""Keeps a division from exploding where nothing varies; Keras's number."""


class Standard:
    """The scale of the training images, and how others are brought to it.

    Args:
        images: those to train on, ``(rows, height, width, channels)``; looked at only if something is asked for.
        center: subtract the mean of each channel.
        deviation: divide by the standard deviation of each channel; implies centring.
        whiten: decorrelate the pixels; implies centring, and takes the place of the deviation.
    """

    def __init__(self, images: NDArray[Any], *, center: bool, deviation: bool, whiten: bool) -> None:
        self._shape = images.shape[1:]
        self._mean = _mean(images) if center or deviation or whiten else None
        self._deviation = _deviation(images, self._mean) if deviation and not whiten else None
        self._whitening = _whitening(images, self._mean) if whiten else None

    def apply(self, images: Any) -> Any:
        """A batch of float32 images on that scale, as a tensor. Works within ``tf.data`` as well as on arrays."""
        import tensorflow as tf

        if self._mean is not None:
            images = images - self._mean
        if self._deviation is not None:
            images = images / self._deviation
        if self._whitening is not None:
            flat = tf.reshape(images, (-1, len(self._whitening)))
            images = tf.reshape(tf.matmul(flat, self._whitening), (-1, *self._shape))
        return images


def parts(images: NDArray[Any], rows: int = 1024) -> Iterator[NDArray[Any]]:
    """Some images at a time: a copy of all of them may not fit into memory."""
    for at in range(0, len(images), rows):
        yield images[at : at + rows]


def _mean(images: NDArray[Any]) -> NDArray[np.float32]:
    return np.asarray(images.mean(axis=(0, 1, 2), dtype="float64"), dtype="float32")


def _deviation(images: NDArray[Any], mean: Any) -> NDArray[np.float32]:
    squares = sum(np.square(part - mean, dtype="float64").sum(axis=(0, 1, 2)) for part in parts(images))
    return np.asarray(np.sqrt(squares / np.prod(images.shape[:3])) + EPSILON, dtype="float32")


def _whitening(images: NDArray[Any], mean: Any) -> NDArray[np.float32]:
    """The matrix that whitens flattened, centred images and stays closest to them."""
    size = int(np.prod(images.shape[1:]))
    covariance = np.zeros((size, size))
    for part in parts(images):
        flat = (part - mean).reshape(len(part), size)
        covariance += flat.T @ flat
    variances, directions = np.linalg.eigh(covariance / len(images))
    scale = 1.0 / np.sqrt(np.maximum(variances, 0.0) + EPSILON)
    return np.asarray((directions * scale) @ directions.T, dtype="float32")
