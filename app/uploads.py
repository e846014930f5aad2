"""Uploaded datasets: each checked before it is kept, stored whole under its own name, and removed again.

A file's name comes from a client. It is reduced to the name of a dataset, which must pass the rule of
:mod:`jobs.datasets.names`; nothing else of it is ever joined to a path.
"""

import os
import shutil
import tempfile
import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from app.errors import Problem, invalid_input
from app.room import LEAST
from app.sentences import FieldError, shown
from jobs.atomic import settle, to_disk
from jobs.datasets import DatasetInvalid, Datasets, Source
from jobs.datasets import names as rule
from jobs.datasets.catalogue import CATALOGUE
from jobs.datasets.checking import check
from jobs.datasets.own import ENDINGS, OwnFile

RECEIVING = ".receiving-"
"""How the name of a folder begins whose file hasn't been checked yet."""

MOST_UPLOADS = 100
"""So many uploaded datasets are kept at most."""

MOST_BYTES = 240
"""Of a dataset's name in UTF-8: with its ending it must fit into what file systems take."""

POINTER = "/file"


class Uploads:
    """The folder of uploaded datasets.

    Args:
        folder: where they are kept; made when the first arrives.
        datasets: the machine's, which know what names are taken.
        largest: bytes of the largest file that is kept.
    """

    def __init__(self, folder: Path, datasets: Datasets, largest: int) -> None:
        self._folder = folder
        self._datasets = datasets
        self._largest = largest
        self._lock = threading.Lock()

    def add(self, filename: str, content: BinaryIO) -> OwnFile:
        """Check a file, and keep it if it can be used.

        Raises:
            Problem: ``invalid-input`` for a name or a content that can't be used, ``dataset-exists`` for a name that is
                taken, ``storage-failed`` where it can't be stored. Nothing is kept then.
        """
        name, ending = dataset_name(filename)
        self._refuse_taken(name)
        self._refuse_large(content)
        try:
            with self._aside() as folder:
                path = folder / f"{name}{ending}"
                with open(path, "xb") as file:
                    shutil.copyfileobj(content, file, 1 << 20)
                _check(OwnFile(name, ENDINGS[ending], Source.UPLOAD, path))
                with self._lock:
                    self._refuse_taken(name)  # it may have been taken since
                    settle(path, self._folder / path.name)
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise Problem("storage-failed", f"{shown(filename)} could not be stored: {reason}.") from error
        return OwnFile(name, ENDINGS[ending], Source.UPLOAD, self._folder / f"{name}{ending}")

    def remove(self, name: str) -> None:
        """Delete an uploaded dataset.

        Raises:
            Problem: ``unknown-dataset``, or ``dataset-not-uploaded`` for one that isn't Fitboard's to remove.
        """
        with self._lock:
            file = self.find(name)
            try:
                file.path.unlink()
                to_disk(self._folder)
            except FileNotFoundError:
                raise unknown(self._datasets, name) from None
            except OSError as error:
                reason = error.strerror or type(error).__name__
                raise Problem("storage-failed", f"{name} could not be deleted: {reason}.") from error

    def find(self, name: str) -> OwnFile:
        """The uploaded dataset of this name.

        Raises:
            Problem: as for :meth:`remove`.
        """
        file = self._datasets.own_file(name)
        if file is not None and file.source is Source.UPLOAD:
            return file
        if file is None and name not in self._datasets.names():
            raise unknown(self._datasets, name)
        where = "lies in the datasets folder; delete its file there" if file else "is one that Fitboard knows"
        raise Problem("dataset-not-uploaded", f"{name} {where}. Only an uploaded dataset can be deleted here.")

    def tidy(self) -> None:
        """Remove what a crash has left of files that were being received."""
        for folder in self._folder.glob(f"{RECEIVING}*"):
            shutil.rmtree(folder, ignore_errors=True)

    @contextmanager
    def _aside(self) -> Iterator[Path]:
        """A folder for one file until it is checked; it is gone afterwards."""
        self._folder.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(dir=self._folder, prefix=RECEIVING))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _refuse_taken(self, name: str) -> None:
        if self._datasets.own_file(name) is not None or any(
            os.path.lexists(self._folder / f"{name}{ending}") for ending in ENDINGS
        ):
            raise Problem(
                "dataset-exists", f"There is a dataset {name} already. Rename the file, or delete that dataset first."
            )
        with suppress(FileNotFoundError):
            if sum(not entry.startswith(".") for entry in os.listdir(self._folder)) >= MOST_UPLOADS:
                raise Problem(
                    "dataset-exists",
                    f"There are {MOST_UPLOADS} uploaded datasets, and no more are kept. Delete one first.",
                )

    def _refuse_large(self, content: BinaryIO) -> None:
        size = content.seek(0, os.SEEK_END)
        content.seek(0)
        if size == 0:
            raise _unusable("missing", "The file is empty. Choose a .csv with a table or an .npz with images.")
        if size > self._largest:
            detail = (
                f"The file has {size / 1e6:,.1f} million bytes; at most {self._largest / 1e6:,.0f} million are kept. "
                "Use a smaller one, or raise FITBOARD_LARGEST_UPLOAD."
            )
            raise _unusable("too_large", detail)
        with suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
            free = shutil.disk_usage(self._folder).free
            if free - size < LEAST:
                raise Problem(
                    "storage-failed",
                    f"The file has {size / 1e6:,.1f} million bytes, and the data folder's disk has "
                    f"{free / 1e6:,.0f} million left, of which {LEAST / 1e6:.0f} are kept for runs. Free some space.",
                )


def dataset_name(filename: str) -> tuple[str, str]:
    """What a file's dataset is called, and the file's ending.

    Raises:
        Problem: ``invalid-input``, with what was received and what is possible.
    """
    # Some browsers send the folders too; of what anybody sends only the last part counts.
    last = unicodedata.normalize("NFC", filename.replace("\\", "/").rpartition("/")[2])
    name, ending = os.path.splitext(last)
    if not ending and last.lower() in ENDINGS:  # ".csv" alone
        name, ending = "", last
    ending = ending.lower()
    if ending not in ENDINGS:
        detail = f"The file is called {shown(last)}. Send a table in a .csv or images in an .npz."
        raise _unusable("unknown_ending", detail)
    if not rule.usable(name) or len(name.encode("utf-8", "surrogatepass")) > MOST_BYTES:
        detail = (
            f"The file is called {shown(last)}. Before {ending} use 1 to {rule.LONGEST} letters, digits, spaces, dots, "
            "dashes and underscores, not beginning with a dot, without a space at either end, and not auto alone."
        )
        raise _unusable("unusable_name", detail)
    if name in {one.name for one in CATALOGUE}:
        detail = f"{shown(last)} would be called {name}, as a dataset that Fitboard knows is. Rename the file."
        raise _unusable("unusable_name", detail)
    return name, ending


def unknown(datasets: Datasets, name: str) -> Problem:
    """The problem that there is no such dataset."""
    known = ", ".join([*datasets.names(), *(file.name for file in datasets.own())][:20])
    return Problem("unknown-dataset", f"There is no dataset {shown(name)}. There are: {known}.")


def _check(file: OwnFile) -> None:
    try:
        check(file)
    except DatasetInvalid as problem:
        raise _unusable("dataset_invalid", problem.detail) from None


def _unusable(code: str, detail: str) -> Problem:
    return invalid_input([FieldError(pointer=POINTER, code=code, detail=detail)])
