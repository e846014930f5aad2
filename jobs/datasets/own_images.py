"""A person's own labelled images in an ``.npz`` with Keras's four arrays: what it holds, and the data for training.

Unlike the course's files (:mod:`jobs.datasets.images`), nothing is known of these beforehand: size, colour and the
number of classes are the file's own. The server learns them without NumPy, labels included: it needs to know how many
classes there are.
"""

import os
import stat
import sys
from array import array
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO

from jobs.datasets.data import DatasetState, Images, numbers
from jobs.datasets.images import KEYS, LARGEST
from jobs.datasets.kinds import where
from jobs.datasets.npz import ArrayHeader, Malformed, read_headers, read_start, read_through
from jobs.datasets.own import OwnFile
from jobs.datasets.problems import DatasetInvalid

SMALLEST_SIDE, LARGEST_SIDE = 8, 256
"""Pixels of an image's height and width."""

MOST_CLASSES = 50

MOST_IMAGES = 1_000_000
"""Training images, and test images."""

EXPECTED = (
    "Expected are x_train and x_test of shape (images, height, width) for grey or (images, height, width, 3) for "
    f"colour, uint8, {SMALLEST_SIDE} to {LARGEST_SIDE} pixels a side, y_train and y_test with one whole number per "
    "image."
)

Invalid = Callable[[str], DatasetInvalid]


@dataclass(frozen=True)
class Found:
    """What a file holds.

    Attributes:
        shape: height, width and channels.
        train: how many training images there are of class 0, 1, …; ``test`` the same of the test images.
    """

    shape: tuple[int, int, int]
    train: tuple[int, ...]
    test: tuple[int, ...]

    @property
    def classes(self) -> tuple[str, ...]:
        """What the classes are called: their numbers, because the file has no names."""
        return tuple(map(str, range(len(self.train))))


@dataclass(frozen=True)
class FirstImages:
    """The first training images: ``pixels`` of each, row by row, channels last, and its class number."""

    shape: tuple[int, int, int]
    images: tuple[tuple[bytes, int], ...]


def examine(file: OwnFile) -> DatasetState:
    """What is known of a file that is here; no pixel is read.

    Raises:
        DatasetInvalid: with the file's name (never its folder), the array and the remedy.
    """
    found = look(file)
    height, width, channels = found.shape
    train, test = sum(found.train), sum(found.test)
    size = f"{height} by {width} pixels in {'grey' if channels == 1 else 'colour'}"
    detail = (
        f"{train:,} training and {test:,} test images of {size} in {len(found.train)} classes, from {file.filename} "
        f"{where(file.source)}."
    )
    return DatasetState(
        name=file.name,
        title=file.title,
        source=file.source,
        rows=train,
        columns=numbers(found.shape),
        classes=found.classes,
        detail=detail,
        test_rows=test,
        shape=found.shape,
    )


def look(file: OwnFile) -> Found:
    """Shape and classes of a file.

    Raises:
        DatasetInvalid: as :func:`examine`.
    """
    with _checked(file) as (archive, headers, invalid):
        train, test = (Counter(_labels(archive, key, headers[key])) for key in ("y_train", "y_test"))
    classes = _classes(train, test, invalid)
    shape = _shape(headers["x_train"])
    return Found(shape, tuple(train[one] for one in range(classes)), tuple(test[one] for one in range(classes)))


def first(file: OwnFile, count: int) -> FirstImages:
    """The first training images with their labels, to be shown; none where the file has its numbers in Fortran's order.

    Raises:
        DatasetInvalid: as :func:`examine`.
    """
    with _checked(file) as (archive, headers, _):
        header = headers["x_train"]
        shape = _shape(header)
        size = numbers(shape)
        pixels = b"" if header.fortran else read_start(archive, "x_train", count * size)
        labels = list(_labels(archive, "y_train", headers["y_train"], count))
    images = tuple((pixels[at * size : (at + 1) * size], labels[at]) for at in range(len(pixels) // size))
    return FirstImages(shape, images)


def load(file: OwnFile) -> Images:
    """Read and check a file.

    Raises:
        DatasetInvalid: as :func:`examine`; or the file is damaged inside.
    """
    import zipfile
    import zlib

    import numpy as np

    with _checked(file) as (archive, headers, invalid):
        archive.seek(0)
        try:
            # The same open file whose headers were checked: nobody can put another in its place meanwhile.
            with np.load(archive, allow_pickle=False) as held:
                arrays = {key: held[key] for key in KEYS}
        except (zipfile.BadZipFile, zlib.error, EOFError, ValueError) as error:
            raise invalid(f" is damaged: {error}. Make or copy the file again.") from None
    y_train, y_test = (arrays[key].reshape(-1) for key in ("y_train", "y_test"))
    classes = _classes(Counter(y_train.tolist()), Counter(y_test.tolist()), invalid)
    shape = _shape(headers["x_train"])
    x_train, x_test = (
        np.ascontiguousarray(arrays[key].reshape(len(arrays[key]), *shape)) for key in ("x_train", "x_test")
    )
    names = tuple(map(str, range(classes)))
    return Images(x_train, y_train.astype("int64"), x_test, y_test.astype("int64"), names)


def whole(file: OwnFile) -> None:
    """Look at a file and read all of it, so that damage to its pixels shows too.

    Raises:
        DatasetInvalid: as :func:`load`.
    """
    look(file)
    with _checked(file) as (archive, _, _):
        read_through(archive, KEYS)


@contextmanager
def _checked(file: OwnFile) -> Iterator[tuple[IO[bytes], dict[str, ArrayHeader], Invalid]]:
    """The open file and its headers, once they are such images'; and what makes a complaint about it."""

    def invalid(detail: str) -> DatasetInvalid:
        return DatasetInvalid(file.name, f"{file.filename}{detail}")

    try:
        if not stat.S_ISREG(os.stat(file.path).st_mode):  # before opening: nobody waits for a pipe
            raise invalid(" is not a file. Put the archive itself there.")
        with open(file.path, "rb") as archive:
            headers = read_headers(archive, KEYS)
            _check_images(headers, invalid)
            _check_labels(headers, invalid)
            yield archive, headers, invalid
    except Malformed as error:
        raise invalid(f"{error} {EXPECTED}") from None
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise invalid(f" cannot be read: {reason}. Make it a file that Fitboard may read.") from None


def _check_images(headers: dict[str, ArrayHeader], invalid: Invalid) -> None:
    for key in ("x_train", "x_test"):
        header = headers[key]
        if header.dtype != "|u1":
            raise invalid(
                f": {key} is of the type {header.dtype[:20]!r} where uint8 ('|u1') is expected. "
                f"{key}.astype('uint8') makes it so, with whole numbers from 0 to 255."
            )
        sides, channels = header.shape[1:3], header.shape[3:]
        fits = len(sides) == 2 and all(SMALLEST_SIDE <= side <= LARGEST_SIDE for side in sides)
        if not fits or channels not in ((), (1,), (3,)):
            raise invalid(f": {key} has the shape {_short(header.shape)}. {EXPECTED}")
        if not 1 <= header.shape[0] <= MOST_IMAGES:
            raise invalid(f": {key} holds {header.shape[0]:,} images. Use 1 to {MOST_IMAGES:,}.")
    train, test = (_shape(headers[key]) for key in ("x_train", "x_test"))
    if train != test:
        raise invalid(f": x_train has images of shape {train}, x_test of shape {test}. Both need the same.")
    size = sum(headers[key].bytes for key in ("x_train", "x_test"))
    if size > LARGEST:
        raise invalid(
            f" holds {size / 1e6:.0f} million bytes of images; at most {LARGEST / 1e6:.0f} million are read. "
            "Use fewer images, or smaller ones."
        )


def _check_labels(headers: dict[str, ArrayHeader], invalid: Invalid) -> None:
    for key in ("y_train", "y_test"):
        header = headers[key]
        if header.itemsize == 0 or header.dtype[1] not in "iu":
            raise invalid(
                f": {key} is of the type {header.dtype[:20]!r} where whole numbers (uint8 or int64) are expected. "
                "Number the classes from 0."
            )
        if len(header.shape) == 0 or header.shape[1:] not in ((), (1,)):
            raise invalid(f": {key} has the shape {_short(header.shape)}, where one number per image is expected.")
        images, labels = headers[f"x{key[1:]}"].shape[0], header.shape[0]
        if images != labels:
            raise invalid(f": x{key[1:]} has {images} images, but {key} {labels} labels. Each image needs one label.")


def _classes(train: Counter[int], test: Counter[int], invalid: Invalid) -> int:
    """How many classes there are: every one from 0 to the largest label has a training image."""
    last = max(train)
    if min(min(train), min(test)) < 0:
        raise invalid(f": there is the label {min(min(train), min(test))}. Number the classes from 0.")
    if max(last, max(test)) >= MOST_CLASSES:
        raise invalid(
            f": there is the label {max(last, max(test))}. Number the classes from 0; at most {MOST_CLASSES} are taken."
        )
    if last == 0:
        raise invalid(": every training image has the label 0. A network tells at least two classes apart.")
    missing = next((one for one in range(max(last, max(test)) + 1) if not train[one]), None)
    if missing is not None:
        raise invalid(
            f": no training image has the label {missing}, though there are labels up to {max(last, max(test))}. "
            "Number the classes from 0 without a gap; each needs an image to learn from."
        )
    return last + 1


def _labels(file: IO[bytes], key: str, header: ArrayHeader, most: int = MOST_IMAGES) -> "array[int]":
    """The first labels of an array, without NumPy."""
    signed = header.dtype[1] == "i"
    code = {1: "b", 2: "h", 4: "i", 8: "q"}[header.itemsize]
    values: array[int] = array(code if signed else code.upper())
    values.frombytes(read_start(file, key, most * header.itemsize))
    if header.itemsize > 1 and (header.dtype[0] == ">") != (sys.byteorder == "big"):
        values.byteswap()
    return values


def _shape(header: ArrayHeader) -> tuple[int, int, int]:
    height, width, *channels = header.shape[1:]
    return height, width, channels[0] if channels else 1


def _short(shape: tuple[int, ...]) -> str:
    text = str(shape)
    return text if len(text) <= 60 else f"{text[:57]}…)"
