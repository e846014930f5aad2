"""Labelled images: in an ``.npz`` as Keras publishes them, or bundled as stand-ins for these."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from jobs.datasets.data import DatasetState, Images, Source
from jobs.datasets.images import count_images, read_images
from jobs.datasets.kinds import Bundled, DataFile, Log, where
from jobs.datasets.places import Places

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Arrays = tuple[NDArray[np.uint8], NDArray[np.int64], NDArray[np.uint8], NDArray[np.int64]]


@dataclass(frozen=True, kw_only=True)
class BundledImages(Bundled[Images]):
    """Images that need no file: they come with a package, or are drawn when they are loaded.

    Attributes:
        shape: height, width and channels.
        origin: where they come from and what they stand in for: a sentence for people.
        source: gives ``x_train, y_train, x_test, y_test`` as in :class:`jobs.datasets.data.Images`; imports what it
            needs when called, and gives the same arrays every time.
    """

    shape: tuple[int, int, int]
    origin: str
    source: "Callable[[], Arrays]"

    def shape_of_sample(self) -> tuple[int, ...]:
        """``(height, width, channels)``."""
        return self.shape

    def state(self, places: Places) -> DatasetState:
        """Always here."""
        amount = _amount(self.rows, self.test_rows, self.shape)
        return self.described(Source.BUNDLED, f"{amount}, bundled: no file and no network needed. {self.origin}")

    def load(self, places: Places, log: Log) -> Images:
        """Read or draw them."""
        return Images(*self.source(), self.classes)


@dataclass(frozen=True, kw_only=True)
class NpzFile(DataFile[Images]):
    """Images in one ``.npz`` with Keras's keys ``x_train``, ``y_train``, ``x_test`` and ``y_test``, all uint8.

    Attributes:
        shape: height, width and channels. Grey images may lack the last axis in the file.
        listing: how Keras makes the file, as a sentence, or empty.
    """

    shape: tuple[int, int, int]
    listing: str = ""

    def shape_of_sample(self) -> tuple[int, ...]:
        """``(height, width, channels)``."""
        return self.shape

    def amount(self) -> str:
        """The published numbers of images."""
        return _amount(self.rows, self.test_rows, self.shape)

    def form(self) -> str:
        """The keys."""
        return "with the arrays x_train, y_train, x_test and y_test as Keras has them"

    def how_made(self) -> str:
        """How Keras makes the file."""
        return f" {self.listing}" if self.listing else ""

    def expected(self) -> str:
        """What the file must hold, after a complaint."""
        sample = ", ".join(map(str, self.shape if self.shape[2] > 1 else self.shape[:2]))
        return (
            f"Expected are x_train and x_test of shape (images, {sample}), y_train and y_test with one label "
            f"per image, all uint8.{self.how_made()}"
        )

    def examine(self, source: Source, path: Path) -> DatasetState:
        """Read the headers."""
        train, test = count_images(path, self)
        whole = (train, test) == (self.rows, self.test_rows)
        part = "" if whole else f" (the published data has {self.rows:,} and {self.test_rows:,})"
        detail = f"{_amount(train, test, self.shape)}, from {self.filename} {where(source)}{part}."
        return self.described(source, detail, train, test)

    def read(self, path: Path) -> Images:
        """The checked images."""
        return read_images(path, self)


def _amount(train: int, test: int, shape: tuple[int, int, int]) -> str:
    height, width, channels = shape
    size = f"{height} by {width} pixels in {'grey' if channels == 1 else 'colour'}"
    return f"{train:,} training and {test:,} test images of {size}"
