"""Changing images: all random numbers of an epoch at once, one resampling per image, whole batches at a time."""

from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jobs.augmentation.parameters import DRAWS, Augmentation
from jobs.augmentation.statistics import Standard, parts

STREAM = 1
"""Parts these random numbers from those of the batch order, which come from ``(seed, epoch)`` alone."""


class Measured:
    """Training images and what was measured on them, for several augmenters: each number is found out once.

    Args:
        images: those to train on, ``(rows, height, width, channels)``.

    Raises:
        ValueError: these are no images.
    """

    def __init__(self, images: NDArray[Any]) -> None:
        if images.ndim != 4 or not len(images):
            raise ValueError(f"Images have the shape (rows, height, width, channels), not {images.shape}.")
        self._images = images
        self._standards: dict[tuple[bool, bool, bool], Standard] = {}
        self.shape = images.shape[1:]

    @cached_property
    def range(self) -> tuple[float, float]:
        """The smallest and the largest value."""
        return float(self._images.min()), float(self._images.max())

    def standard(self, what: Augmentation) -> Standard:
        """The scale that an augmentation brings images to."""
        whiten = what.zca_whitening  # it implies centring, and takes the deviation's place
        asked = (whiten or what.centers, not whiten and what.featurewise_std_normalization, whiten)
        if asked not in self._standards:
            center, deviation, whiten = asked
            self._standards[asked] = Standard(self._images, center=center, deviation=deviation, whiten=whiten)
        return self._standards[asked]


class Augmenter:
    """Changes images of one size, and brings those of tests to the same scale.

    Args:
        augmentation: what may happen.
        images: those to train on, ``(rows, height, width, channels)``; measured as far as it is needed.
        seed: with the epoch it decides what happens.

    Raises:
        ValueError: these are no images.
    """

    def __init__(self, augmentation: Augmentation, images: NDArray[Any] | Measured, seed: int) -> None:
        measured = images if isinstance(images, Measured) else Measured(images)
        self._what = augmentation
        self._seed = seed
        self._shape = measured.shape
        self._range = measured.range if augmentation.brightness_range else (0.0, 0.0)
        self._standard = measured.standard(augmentation)

    def draw(self, epoch: int, rows: int) -> NDArray[np.float32]:
        """What happens to each row of the training data in this epoch (from 0), for :meth:`apply`.

        The first rows are the same however many there are.

        Returns:
            Per row eight numbers that say from where each pixel comes, and the factor of its brightness.
        """
        draws = np.random.default_rng([self._seed, epoch, STREAM]).random((rows, len(DRAWS)))
        places = self._what.transforms(draws, *self._shape[:2]).reshape(rows, 9)[:, :8]
        low, high = self._what.brightness_range or (1.0, 1.0)
        light = low + (high - low) * draws[:, DRAWS.index("light")]
        return np.column_stack([places, light]).astype("float32")

    def apply(self, images: Any, drawn: Any) -> Any:
        """Images of a training, changed as was drawn for them and standardised, as a float32 tensor.

        Works within ``tf.data`` as well as on arrays.

        Args:
            images: ``(rows, height, width, channels)``.
            drawn: the lines of :meth:`draw` that belong to them.
        """
        import tensorflow as tf

        images = tf.cast(images, tf.float32)
        if self._what.moves:
            images = tf.raw_ops.ImageProjectiveTransformV3(
                images=images,
                transforms=drawn[:, :8],
                output_shape=self._shape[:2],
                fill_value=0.0,
                interpolation="BILINEAR",
                fill_mode=self._what.fill_mode.upper(),
            )
        if self._what.brightness_range is not None:
            images = tf.clip_by_value(images * tf.reshape(drawn[:, 8], (-1, 1, 1, 1)), *self._range)
        return self._standard.apply(images)

    def standardize(self, images: NDArray[Any]) -> NDArray[np.float32]:
        """Images of a test or a prediction: brought to the scale of the training, never changed by chance."""
        made = [self._standard.apply(part.astype("float32")) for part in parts(images)]
        return np.concatenate([np.asarray(part) for part in made]) if made else images.astype("float32")
