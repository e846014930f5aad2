"""The datasets as one machine has them, by name.

A dataset is looked for in the person's own folder first, then in the cache of earlier downloads, what is
bundled, and last the network. The server asks :meth:`Datasets.state` and :meth:`Datasets.resolve`, which open no
connection of their own and import no NumPy; a training process asks :meth:`Datasets.load` or
:meth:`Datasets.load_images`.
"""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from jobs.datasets.catalogue import CATALOGUE
from jobs.datasets.data import DatasetState, Images, Source, Tabular
from jobs.datasets.kinds import D, Dataset, Log
from jobs.datasets.places import Places
from jobs.datasets.problems import DatasetUnavailable


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
        catalogue: Iterable[Dataset[Any]] = CATALOGUE,
        reach: Callable[[str], bool] | None = None,
    ) -> None:
        self._places = Places(folder, cache, downloads, reach)
        self._catalogue = {each.name: each for each in catalogue}

    def names(self) -> tuple[str, ...]:
        """Every dataset's name, the course's own first."""
        return tuple(self._catalogue)

    def state(self, name: str) -> DatasetState:
        """What is known of ``name``; a file is read again only when it has changed.

        Raises:
            DatasetInvalid: a file is here, but not in the expected form.
            KeyError: there is no such dataset.
        """
        return self._catalogue[name].state(self._places)

    def shape(self, name: str) -> tuple[int, ...]:
        """The shape of one sample, as the published data has it; empty for a dataset that isn't known."""
        spec = self._catalogue.get(name)
        return () if spec is None else spec.shape_of_sample()

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

    def load(self, name: str, log: Log) -> Tabular:
        """Read the table ``name`` into memory, downloading it first where that is needed and allowed.

        ``log`` is told what happens, in sentences for people.

        Raises:
            DatasetUnavailable: it isn't here, or the download failed.
            DatasetInvalid: the file isn't in the expected form.
            KeyError: there is no such dataset.
            TypeError: it holds images.
        """
        return self._load(name, log, Tabular)

    def load_images(self, name: str, log: Log) -> Images:
        """Read the images ``name`` into memory; everything else as in :meth:`load`.

        Raises:
            DatasetUnavailable: it isn't here, or the download failed.
            DatasetInvalid: the file isn't in the expected form.
            KeyError: there is no such dataset.
            TypeError: it is a table.
        """
        return self._load(name, log, Images)

    def _load(self, name: str, log: Log, wanted: type[D]) -> D:
        data = self._catalogue[name].load(self._places, log)
        if not isinstance(data, wanted):
            raise TypeError(f"{name} is {type(data).__name__}, where {wanted.__name__} is wanted.")
        return data
