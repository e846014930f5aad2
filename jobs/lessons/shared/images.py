"""Labelled images on their way into a network: a part of them, pixels from 0 to 1, answers one-hot, and what misfits.

Arrays are channels last, (images, height, width, channels), as Keras has them by default.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from pydantic import Field

from jobs.lessons.base import Issue
from jobs.lessons.shared.parameters import TrainingParams

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from jobs.datasets import DatasetState, Images

TEST_SHARE = 4
"""With a part of the training images only, at most one test image is taken for so many of them."""


class ImageParams(TrainingParams, Protocol):
    """The parameters that every lesson about images has."""

    @property
    def dataset(self) -> str:
        """The images' name."""

    @property
    def samples(self) -> int:
        """How many are trained on at most; 0 for all."""


def samples(default: int) -> Any:
    """How many of the training images are taken."""
    return Field(
        default=default,
        ge=0,
        le=1_000_000,
        title="Training images",
        description=(
            "At most so many of the training images, the first ones, and a quarter as many test images. "
            "0 takes all there are. Half the images take half the time."
        ),
        json_schema_extra={"group": "Data", "unit": "images", "step": 500},
    )


def taken(samples: int, rows: int, test_rows: int) -> tuple[int, int]:
    """How many of the training and of the test images ``samples`` takes."""
    if samples == 0:
        return rows, test_rows
    return min(samples, rows), min(-(-samples // TEST_SHARE), test_rows)


def misfits(params: ImageParams, dataset: "DatasetState") -> list[Issue]:
    """What doesn't fit the data: a batch larger than the images that are trained on."""
    training, _ = taken(params.samples, dataset.rows, dataset.test_rows)
    if params.batch_size > training:
        detail = f"Batch size {params.batch_size} is larger than the {training} training images. Use 1 to {training}."
        return [Issue("batch_size", "too_large", detail)]
    return []


@dataclass(frozen=True)
class ImageParts:
    """What is trained on and what is tested on.

    ``train`` and ``test`` are ``(x, y)``: x float32 from 0 to 1 of shape (images, height, width, channels), y float32
    one-hot of shape (images, classes). ``pixels`` are the test images as they came, uint8, and ``truths`` their
    class numbers.
    """

    train: "tuple[NDArray[np.float32], NDArray[np.float32]]"
    test: "tuple[NDArray[np.float32], NDArray[np.float32]]"
    pixels: "NDArray[np.uint8]"
    truths: "NDArray[np.int64]"
    class_names: tuple[str, ...]

    @property
    def shape(self) -> tuple[int, int, int]:
        """Height, width and channels of one image."""
        _, height, width, channels = self.train[0].shape
        return height, width, channels

    def summary(self) -> str:
        """What was done, in a sentence."""
        height, width, channels = self.shape
        size = f"{height} by {width} pixels in {'grey' if channels == 1 else 'colour'}"
        count = f"{len(self.train[0]):,} images of {size} to train on, {len(self.test[0]):,} to test on"
        return f"{count}; pixels divided by 255, {len(self.class_names)} classes one-hot."


def parted(data: "Images", samples: int) -> ImageParts:
    """Take the first images, bring their pixels between 0 and 1, and write their classes one-hot."""
    training, test = taken(samples, len(data.x_train), len(data.x_test))
    classes = len(data.class_names)
    return ImageParts(
        train=(scaled(data.x_train[:training]), one_hot(data.y_train[:training], classes)),
        test=(scaled(data.x_test[:test]), one_hot(data.y_test[:test], classes)),
        pixels=data.x_test[:test],
        truths=data.y_test[:test],
        class_names=data.class_names,
    )


def scaled(pixels: "NDArray[np.uint8]") -> "NDArray[np.float32]":
    """Pixels from 0 to 255 as float32 from 0 to 1."""
    import numpy as np

    made: NDArray[np.float32] = np.divide(pixels, 255, dtype="float32")
    return made


def one_hot(labels: "NDArray[np.int64]", classes: int) -> "NDArray[np.float32]":
    """A row for each label with a 1 at its class and 0 elsewhere."""
    import numpy as np

    return np.eye(classes, dtype="float32")[labels]
