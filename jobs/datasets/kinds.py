"""What every kind of dataset can do, and what the two sources have in common: what is bundled, and what is a file.

What a table is stands in :mod:`jobs.datasets.table_kinds`, what images are in :mod:`jobs.datasets.image_kinds`.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from jobs.datasets.data import DatasetState, Images, Kind, Source, Tabular, numbers
from jobs.datasets.places import Places
from jobs.datasets.problems import DatasetUnavailable

D = TypeVar("D", Tabular, Images)
Log = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Dataset(ABC, Generic[D]):
    """A dataset: what is known of it before any file has been opened, and how it is had.

    Attributes:
        name: as in ``params.dataset``.
        title: for people.
        rows: how many rows, or training images, the published data has.
        test_rows: how many images of it are held back; 0 for tables.
        classes: what class 0, 1, … are called.
    """

    name: str
    title: str
    rows: int
    test_rows: int = 0
    classes: tuple[str, ...]

    @property
    def kind(self) -> Kind:
        """What it holds."""
        return Kind.TABLE if len(self.shape_of_sample()) == 1 else Kind.IMAGES

    @abstractmethod
    def shape_of_sample(self) -> tuple[int, ...]:
        """The shape of one sample: ``(features,)`` or ``(height, width, channels)``."""

    @abstractmethod
    def state(self, places: Places) -> DatasetState:
        """What is known of it on this machine, without NumPy and without loading it.

        Raises:
            DatasetInvalid: a file is here, but not in the expected form.
        """

    @abstractmethod
    def load(self, places: Places, log: Log) -> D:
        """Read it into memory, downloading it first where that is needed and allowed.

        Raises:
            DatasetUnavailable: it isn't here, or the download failed.
            DatasetInvalid: the file isn't in the expected form.
        """

    def described(
        self, source: Source, detail: str, rows: int | None = None, test_rows: int | None = None
    ) -> DatasetState:
        """A state; without numbers of its own those of the published data."""
        shape = self.shape_of_sample()
        return DatasetState(
            self.name,
            self.title,
            source,
            self.rows if rows is None else rows,
            numbers(shape),
            self.classes,
            detail,
            self.test_rows if test_rows is None else test_rows,
            shape,
        )


@dataclass(frozen=True, kw_only=True)
class Bundled(Dataset[D]):
    """A dataset that comes with what is installed anyway: always here, no network needed."""


@dataclass(frozen=True, kw_only=True)
class DataFile(Dataset[D]):
    """A dataset in one file.

    Attributes:
        filename: in the datasets folder and in the cache.
        stand_in: the bundled dataset that works without the file.
        url: where it is downloaded from, or None; ``sha256`` and ``size`` (bytes) are of exactly that file.
    """

    filename: str
    stand_in: str
    url: str | None = None
    sha256: str | None = None
    size: int = 0

    @abstractmethod
    def examine(self, source: Source, path: Path) -> DatasetState:
        """The state of a file that is here.

        Raises:
            DatasetInvalid: it isn't in the expected form.
        """

    @abstractmethod
    def read(self, path: Path) -> D:
        """The data of a file that is here.

        Raises:
            DatasetInvalid: it isn't in the expected form.
        """

    @abstractmethod
    def amount(self) -> str:
        """How much the published data holds, in words."""

    @abstractmethod
    def form(self) -> str:
        """What the file must hold, in words that go behind its name in brackets."""

    def how_made(self) -> str:
        """A sentence on how the file can be made, or nothing."""
        return ""

    def state(self, places: Places) -> DatasetState:
        """See :meth:`Dataset.state`."""
        found = places.find(self.filename, self.sha256)
        if found is not None:
            source, path = found
            return places.state_of(path, lambda: self.examine(source, path))
        if places.reachable(self.url):
            detail = f"{self.amount()}; will be downloaded ({self._size()}) when a run first needs it."
            return self.described(Source.DOWNLOAD, detail)
        return self.described(Source.ABSENT, self.remedy(places))

    def load(self, places: Places, log: Log) -> D:
        """See :meth:`Dataset.load`."""
        found = places.find(self.filename, self.sha256)
        return self.read(self._download(places, log) if found is None else found[1])

    def remedy(self, places: Places) -> str:
        """Why it isn't here, what to put where, and what works right now."""
        where = "the datasets folder" if places.folder else "a folder, name it in FITBOARD_DATASETS_DIR"
        if self.url is None:
            network = "Fitboard does not download it"
        else:
            network = "its source cannot be reached" if places.downloads else "downloads are turned off"
        return (
            f"{self.filename} is not here, and {network}. Put {self.filename} ({self.form()}) into {where}"
            f"{'' if places.folder else ' and start again'}.{self.how_made()} "
            f"{self.stand_in} is bundled and works now."
        )

    def _download(self, places: Places, log: Log) -> Path:
        if self.url is None or self.sha256 is None or not places.downloads:
            raise DatasetUnavailable(self.name, self.remedy(places))
        from jobs.datasets.download import fetch

        log(f"Downloading {self.filename} ({self._size()}) from {self.url}.")
        try:
            path = fetch(self.url, self.sha256, places.cache / self.filename, log)
        except (OSError, ValueError) as error:
            detail = f"Downloading {self.filename} failed: {_reason(error)}. {self.remedy(places)}"
            raise DatasetUnavailable(self.name, detail) from error
        log(f"Downloaded {self.filename} and checked its SHA-256.")
        return path

    def _size(self) -> str:
        return f"{self.size / 1000:.0f} kB" if self.size < 1_000_000 else f"{self.size / 1e6:.1f} MB"


def where(source: Source) -> str:
    """The place of a file that was found, for people."""
    return {Source.FOLDER: "in the datasets folder", Source.UPLOAD: "that was uploaded"}.get(
        source, "in the cache of downloads"
    )


def _reason(error: Exception) -> str:
    """The innermost cause in a few words: requests wraps what went wrong several times."""
    cause: BaseException = error
    while (inner := cause.__cause__ or cause.__context__) is not None:
        cause = inner
    text = str(cause).strip().splitlines()
    return (text[0] if text else type(cause).__name__).rstrip(".")[:300]
