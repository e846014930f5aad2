"""What a dataset answers: where it is and what it holds (:class:`DatasetState`), and the data itself in memory."""

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from jobs.datasets.reading import Reading

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Source(StrEnum):
    """Where a dataset comes from."""

    BUNDLED = "bundled"
    FOLDER = "folder"
    UPLOAD = "upload"
    CACHE = "cache"
    DOWNLOAD = "download"
    ABSENT = "absent"


class Kind(StrEnum):
    """What a dataset holds, and so which lessons can learn from it."""

    TABLE = "table"
    IMAGES = "images"


@dataclass(frozen=True)
class DatasetState:
    """What is known of a dataset here and now.

    The numbers are the file's own where there is a file, else those of the published data.

    Attributes:
        rows: rows of a table; training images.
        columns: numbers in one row: a table's features (without the class), an image's pixels times channels.
        detail: a sentence for people.
        test_rows: images held back by the data itself; 0 for tables, where a lesson splits.
        shape: of one sample: ``(features,)`` or ``(height, width, channels)``.
        reading: of an own table, how it was read, with nothing left to find out; None for all others.
        counts: of an own table, how many rows each class has; empty for all others.
    """

    name: str
    title: str
    source: Source
    rows: int
    columns: int
    classes: tuple[str, ...]
    detail: str
    test_rows: int = 0
    shape: tuple[int, ...] = ()
    reading: Reading | None = None
    counts: tuple[int, ...] = ()

    @property
    def unit(self) -> str:
        """What one of the ``rows`` is: ``row`` or ``image``."""
        return "image" if len(self.shape) == 3 else "row"


@dataclass(frozen=True)
class Tabular:
    """A table in memory: ``x`` float32 of shape (rows, features), ``y`` float32 of shape (rows,) with class numbers."""

    x: "NDArray[np.float32]"
    y: "NDArray[np.float32]"
    feature_names: tuple[str, ...]
    class_names: tuple[str, ...]


@dataclass(frozen=True)
class Images:
    """Labelled images in memory, already split as their publisher split them.

    ``x_train`` and ``x_test`` are uint8, 0 to 255, of shape (images, height, width, channels): channels last, one
    channel for grey. ``y_train`` and ``y_test`` are int64 class numbers of shape (images,).
    """

    x_train: "NDArray[np.uint8]"
    y_train: "NDArray[np.int64]"
    x_test: "NDArray[np.uint8]"
    y_test: "NDArray[np.int64]"
    class_names: tuple[str, ...]

    @property
    def shape(self) -> tuple[int, int, int]:
        """Height, width and channels of one image."""
        _, height, width, channels = self.x_train.shape
        return height, width, channels


def numbers(shape: tuple[int, ...]) -> int:
    """How many numbers a sample of this shape has."""
    return math.prod(shape)
