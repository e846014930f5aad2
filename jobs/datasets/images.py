"""Reading labelled images from an ``.npz`` with Keras's four arrays, strictly: every shape, type and label is checked.

:func:`count_images` looks at the headers only, for the server; :func:`read_images` reads all, for training.
"""

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

from jobs.datasets.data import Images
from jobs.datasets.npz import ArrayHeader, Malformed, read_headers
from jobs.datasets.problems import DatasetInvalid

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from jobs.datasets.image_kinds import NpzFile

KEYS = ("x_train", "y_train", "x_test", "y_test")
"""What Keras's archives hold."""

LARGEST = 1024**3
"""Bytes that the arrays may take once unpacked; CIFAR-10 takes 184 million."""

Invalid = Callable[[str], DatasetInvalid]


def count_images(path: Path, spec: "NpzFile") -> tuple[int, int]:
    """How many training and test images a file holds; its shapes and types are checked, no pixel is read.

    Raises:
        DatasetInvalid: with the file's name (never its folder), the array and the remedy.
    """
    with _checked(path, spec) as (_, headers):
        return headers["x_train"].shape[0], headers["x_test"].shape[0]


def read_images(path: Path, spec: "NpzFile") -> Images:
    """Read and check a file.

    Raises:
        DatasetInvalid: as :func:`count_images`; or a label is none of the classes, or the file is damaged inside.
    """
    import zipfile
    import zlib

    import numpy as np

    with _checked(path, spec) as (file, _):
        file.seek(0)
        try:
            # The same open file whose headers were checked: nobody can put another in its place meanwhile.
            with np.load(file, allow_pickle=False) as archive:
                arrays = {key: archive[key] for key in KEYS}
        except (zipfile.BadZipFile, zlib.error, EOFError, ValueError) as error:
            raise DatasetInvalid(
                spec.name, f"{spec.filename} is damaged: {error}. Make or copy the file again.{spec.how_made()}"
            ) from None
    for key in ("y_train", "y_test"):
        _check_labels(arrays[key], key, spec)
    x_train, x_test = (
        np.ascontiguousarray(arrays[key].reshape(len(arrays[key]), *spec.shape)) for key in ("x_train", "x_test")
    )
    y_train, y_test = (arrays[key].reshape(-1).astype("int64") for key in ("y_train", "y_test"))
    return Images(x_train, y_train, x_test, y_test, spec.classes)


@contextmanager
def _checked(path: Path, spec: "NpzFile") -> Iterator[tuple[IO[bytes], dict[str, ArrayHeader]]]:
    """The open file and its headers, once these are what ``spec`` asks for."""

    def invalid(detail: str) -> DatasetInvalid:
        return DatasetInvalid(spec.name, f"{spec.filename}{detail}")

    try:
        if not stat.S_ISREG(os.stat(path).st_mode):  # before opening: nobody waits for a pipe
            raise invalid(" is not a file. Put the archive itself there.")
        with open(path, "rb") as file:
            headers = read_headers(file, KEYS)
            _check_headers(headers, spec, invalid)
            yield file, headers
    except Malformed as error:
        raise invalid(f"{error} {spec.expected()}") from None
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise invalid(f" cannot be read: {reason}. Make it a file that Fitboard may read.") from None


def _check_headers(headers: dict[str, ArrayHeader], spec: "NpzFile", invalid: Invalid) -> None:
    grey = spec.shape[:2] if spec.shape[2] == 1 else None
    for key, header in headers.items():
        if header.dtype != "|u1":
            raise invalid(
                f": {key} is of the type {header.dtype[:20]!r} where uint8 ('|u1') is expected. "
                f"{key}.astype('uint8') makes it so, with whole numbers from 0 to 255."
            )
        sample = header.shape[1:]
        if len(header.shape) == 0 or (sample not in (spec.shape, grey) if key[0] == "x" else sample not in ((), (1,))):
            raise invalid(f": {key} has the shape {header.shape}. {spec.expected()}")
    for x, y in (("x_train", "y_train"), ("x_test", "y_test")):
        images, labels = headers[x].shape[0], headers[y].shape[0]
        if images != labels:
            raise invalid(f": {x} has {images} images, but {y} {labels} labels. Each image needs one label.")
        if images == 0:
            raise invalid(f": {x} holds no image. Training and test need one at least.")
    size = sum(header.bytes for header in headers.values())
    if size > LARGEST:
        raise invalid(
            f" holds {size / 1e6:.0f} million bytes of images; at most {LARGEST / 1e6:.0f} million are read. "
            "Use a file with fewer images."
        )


def _check_labels(labels: "NDArray[np.uint8]", key: str, spec: "NpzFile") -> None:
    wrong = (labels.reshape(-1) >= len(spec.classes)).nonzero()[0]
    if len(wrong):
        raise DatasetInvalid(
            spec.name,
            f"{spec.filename}: {key} holds the label {labels.reshape(-1)[wrong[0]]} for image {wrong[0]} "
            f"(counted from 0). Labels go from 0 to {len(spec.classes) - 1}.",
        )
