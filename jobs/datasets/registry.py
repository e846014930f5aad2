"""Where each dataset is found, and how it gets into memory.

The order is: a file in the datasets folder (used as it is once checked), the cache of earlier downloads, what is
bundled, and last the network. The server asks :meth:`Datasets.state` and :meth:`Datasets.resolve`, which open no
connection of their own and import no NumPy; a training process asks :meth:`Datasets.load`.
"""

import contextlib
import hashlib
import os
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from jobs.datasets.catalogue import CATALOGUE, Bundled, CsvFile, Dataset
from jobs.datasets.problems import DatasetInvalid, DatasetUnavailable
from jobs.datasets.reach import Reach
from jobs.datasets.tables import read_table

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Source(StrEnum):
    """Where a dataset comes from."""

    BUNDLED = "bundled"
    FOLDER = "folder"
    CACHE = "cache"
    DOWNLOAD = "download"
    ABSENT = "absent"


@dataclass(frozen=True)
class DatasetState:
    """What is known of a dataset here and now.

    ``rows`` and ``columns`` (features, without the class) are the file's own where there is a file, else those of
    the published data. ``detail`` is a sentence for people.
    """

    name: str
    title: str
    source: Source
    rows: int
    columns: int
    classes: tuple[str, ...]
    detail: str


@dataclass(frozen=True)
class Tabular:
    """A table in memory: ``x`` float32 of shape (rows, features), ``y`` float32 of shape (rows,) with class numbers."""

    x: "NDArray[np.float32]"
    y: "NDArray[np.float32]"
    feature_names: tuple[str, ...]
    class_names: tuple[str, ...]


class Datasets:
    """The datasets as one machine has them.

    Args:
        folder: the person's own datasets folder, or None.
        cache: where downloads are kept; made when the first arrives.
        downloads: whether the network may be used at all.
        catalogue: which datasets there are; tests put their own sources here.
        reach: whether an address answers.
    """

    def __init__(
        self,
        folder: Path | None,
        cache: Path,
        downloads: bool,
        *,
        catalogue: Iterable[Dataset] = CATALOGUE,
        reach: Callable[[str], bool] | None = None,
    ) -> None:
        self.folder = folder
        self.cache = cache
        self.downloads = downloads
        self._catalogue = {each.name: each for each in catalogue}
        self._reach = Reach() if reach is None else reach
        self._seen: dict[tuple[str, str], tuple[tuple[int, int], DatasetState | DatasetInvalid]] = {}
        self._lock = threading.Lock()

    def names(self) -> tuple[str, ...]:
        """Every dataset's name, the course's own first."""
        return tuple(self._catalogue)

    def state(self, name: str) -> DatasetState:
        """What is known of ``name``; a file is read again only when it has changed.

        Raises:
            DatasetInvalid: a file is here, but not in the expected form.
            KeyError: there is no such dataset.
        """
        spec = self._catalogue[name]
        if isinstance(spec, Bundled):
            detail = f"{spec.rows} rows with {len(spec.features)} features, bundled: no file and no network needed."
            return _state(spec, Source.BUNDLED, spec.rows, detail)
        assert isinstance(spec, CsvFile)
        found = self._find(spec)
        if found is not None:
            return self._state_of_file(spec, *found)
        if self._downloadable(spec):
            detail = f"{spec.rows} rows; will be downloaded ({_kilobytes(spec)}) when a run first needs it."
            return _state(spec, Source.DOWNLOAD, spec.rows, detail)
        return _state(spec, Source.ABSENT, spec.rows, self._remedy(spec))

    def resolve(self, wanted: str, candidates: tuple[str, ...]) -> DatasetState:
        """Which dataset ``wanted`` means here: itself, or for ``auto`` the first candidate that can be had.

        Raises:
            DatasetUnavailable: asked for by name, and neither here nor to be downloaded.
            DatasetInvalid: a file is here, but not in the expected form (``auto`` says so too, and doesn't pass
                over a file that someone meant to be used).
            KeyError: there is no such dataset.
        """
        if wanted != "auto":
            state = self.state(wanted)
            if state.source is Source.ABSENT:
                raise DatasetUnavailable(wanted, state.detail)
            return state
        for name in candidates:
            state = self.state(name)
            if state.source is not Source.ABSENT:
                return state
        raise DatasetUnavailable(candidates[0], self.state(candidates[0]).detail)

    def load(self, name: str, log: Callable[[str], None]) -> Tabular:
        """Read ``name`` into memory, downloading it first where that is needed and allowed.

        ``log`` is told what happens, in sentences for people.

        Raises:
            DatasetUnavailable: it isn't here, or the download failed.
            DatasetInvalid: the file isn't in the expected form.
            KeyError: there is no such dataset.
        """
        import numpy as np

        spec = self._catalogue[name]
        if isinstance(spec, Bundled):
            return _load_bundled(spec)
        assert isinstance(spec, CsvFile)
        found = self._find(spec)
        path = self._download(spec, log) if found is None else found[1]
        table = read_table(path, spec)
        x = np.array(table.rows, dtype="float32")
        y = np.array(table.labels, dtype="float32")
        if spec.ordered:
            order = np.random.default_rng(0).permutation(len(x))
            x, y = x[order], y[order]
        return Tabular(x, y, spec.features, spec.classes)

    def _find(self, spec: CsvFile) -> tuple[Source, Path] | None:
        # os.path's exists is False where Path's raises: in a folder that may not be looked into.
        if self.folder is not None and os.path.exists(own := self.folder / spec.filename):
            return Source.FOLDER, own
        cached = self.cache / spec.filename
        # A cached file that isn't the pinned one is a leftover: it is downloaded again, not used.
        with contextlib.suppress(OSError):
            if hashlib.sha256(cached.read_bytes()).hexdigest() == spec.sha256:
                return Source.CACHE, cached
        return None

    def _state_of_file(self, spec: CsvFile, source: Source, path: Path) -> DatasetState:
        key, stamp = (spec.name, str(path)), _stamp(path)
        with self._lock:
            seen = self._seen.get(key)
        if seen is None or seen[0] != stamp:
            seen = stamp, _read_state(spec, source, path)
            with self._lock:
                self._seen[key] = seen
        if isinstance(seen[1], DatasetInvalid):
            raise DatasetInvalid(seen[1].name, seen[1].detail)
        return seen[1]

    def _downloadable(self, spec: CsvFile) -> bool:
        return self.downloads and self._reach(spec.url)

    def _download(self, spec: CsvFile, log: Callable[[str], None]) -> Path:
        if not self.downloads:
            raise DatasetUnavailable(spec.name, self._remedy(spec))
        from jobs.datasets.download import fetch

        log(f"Downloading {spec.filename} ({_kilobytes(spec)}) from {spec.url}.")
        try:
            path = fetch(spec.url, spec.sha256, self.cache / spec.filename, log)
        except (OSError, ValueError) as error:
            detail = f"Downloading {spec.filename} failed: {_reason(error)}. {self._remedy(spec)}"
            raise DatasetUnavailable(spec.name, detail) from error
        log(f"Downloaded {spec.filename} and checked its SHA-256.")
        return path

    def _remedy(self, spec: CsvFile) -> str:
        where = "the datasets folder" if self.folder else "a folder, name it in FITBOARD_DATASETS_DIR"
        network = "its source cannot be reached" if self.downloads else "downloads are turned off"
        bundled = [each.name for each in self._catalogue.values() if isinstance(each, Bundled)]
        now = f" {bundled[0]} is bundled and works now." if bundled else ""
        return (
            f"{spec.filename} is not here, and {network}. Put {spec.filename} (without a header, "
            f"{len(spec.features)} numbers and the class {' or '.join(spec.labels)} in each line) into {where}"
            f"{'' if self.folder else ' and start again'}.{now}"
        )


def _state(spec: Dataset, source: Source, rows: int, detail: str) -> DatasetState:
    return DatasetState(spec.name, spec.title, source, rows, len(spec.features), spec.classes, detail)


def _stamp(path: Path) -> tuple[int, int]:
    try:
        about = path.stat()
    except OSError:  # removed a moment ago: reading it will tell
        return 0, 0
    return about.st_mtime_ns, about.st_size


def _read_state(spec: CsvFile, source: Source, path: Path) -> DatasetState | DatasetInvalid:
    try:
        table = read_table(path, spec)
    except DatasetInvalid as error:
        return error
    counts = " and ".join(f"{table.count(index)} {name}" for index, name in enumerate(spec.classes))
    where = "in the datasets folder" if source is Source.FOLDER else "in the cache of downloads"
    detail = f"{len(table.rows)} rows ({counts}) from {spec.filename} {where}."
    return _state(spec, source, len(table.rows), detail)


def _load_bundled(spec: Bundled) -> Tabular:
    from sklearn.datasets import load_breast_cancer

    x, y = load_breast_cancer(return_X_y=True)
    return Tabular(x.astype("float32"), y.astype("float32"), spec.features, spec.classes)


def _kilobytes(spec: CsvFile) -> str:
    return f"{spec.size / 1000:.0f} kB"


def _reason(error: Exception) -> str:
    """The innermost cause in a few words: requests wraps what went wrong several times."""
    cause: BaseException = error
    while (inner := cause.__cause__ or cause.__context__) is not None:
        cause = inner
    text = str(cause).strip().splitlines()
    return (text[0] if text else type(cause).__name__).rstrip(".")[:300]
