"""The datasets as one machine has them, by name: those that Fitboard knows, and a person's own files.

A dataset that Fitboard knows is looked for in the person's own folder first, then in the cache of earlier downloads,
what is bundled, and last the network. A name that is none of theirs is looked up among the own files. The server asks
:meth:`Datasets.state` and :meth:`Datasets.resolve`, which open no connection of their own and import no NumPy; a
training process asks :meth:`Datasets.load` or :meth:`Datasets.load_images`.
"""

from collections.abc import Callable, Iterable
from itertools import islice
from pathlib import Path
from typing import Any

import jobs.datasets.own as own
import jobs.datasets.own_images as own_images
import jobs.datasets.own_tables as own_tables
from jobs.datasets.catalogue import CATALOGUE
from jobs.datasets.data import DatasetState, Images, Kind, Source, Tabular
from jobs.datasets.files import Unreadable
from jobs.datasets.kinds import D, Dataset, Log
from jobs.datasets.names import AUTO
from jobs.datasets.numbers import short
from jobs.datasets.own import OwnFile
from jobs.datasets.places import Places
from jobs.datasets.problems import DatasetInvalid, DatasetUnavailable
from jobs.datasets.reading import AS_IT_IS, Reading

MOST_OFFERED = 100
"""So many own datasets are offered at most, the first by name; others can be used by their name."""

MOST_NAMED = 10
"""So many names stand in a sentence."""


class Datasets:
    """The datasets as one machine has them.

    Args:
        folder: the person's own datasets folder, or None.
        cache: where downloads are kept; made when the first arrives.
        downloads: whether the network may be used at all.
        uploads: where uploaded files are kept, or None; made when the first arrives.
        catalogue: which datasets Fitboard knows; tests put their own sources here.
        reach: whether an address answers.
    """

    def __init__(
        self,
        folder: Path | None,
        cache: Path,
        downloads: bool,
        *,
        uploads: Path | None = None,
        catalogue: Iterable[Dataset[Any]] = CATALOGUE,
        reach: Callable[[str], bool] | None = None,
    ) -> None:
        self._places = Places(folder, cache, downloads, uploads, reach)
        self._catalogue = {each.name: each for each in catalogue}

    def names(self) -> tuple[str, ...]:
        """The name of every dataset that Fitboard knows, the course's own first."""
        return tuple(self._catalogue)

    def own(self, kind: Kind | None = None) -> tuple[OwnFile, ...]:
        """The person's own files, or those of one kind: a listing of the folders, in which nothing is opened."""
        found = own.listed(self._places, self._catalogue)
        return tuple(islice((file for file in found if kind in (None, file.kind)), MOST_OFFERED))

    def own_file(self, name: str) -> OwnFile | None:
        """The own file of this name; None where there is none, and for every dataset that Fitboard knows."""
        return next((file for file in own.listed(self._places, self._catalogue) if file.name == name), None)

    def kind_of(self, candidates: tuple[str, ...]) -> Kind | None:
        """What a lesson with these datasets learns from; None for one that has none."""
        return self._catalogue[candidates[0]].kind if candidates else None

    def offered(self, candidates: tuple[str, ...]) -> tuple[str, ...]:
        """What a lesson with these datasets can learn from: these, and all own datasets of their kind."""
        kind = self.kind_of(candidates)
        return candidates if kind is None else (*candidates, *(file.name for file in self.own(kind)))

    def state(self, name: str, reading: Reading = AS_IT_IS) -> DatasetState:
        """What is known of ``name``; a file is read again only when it has changed.

        ``reading`` says how an own table is read.

        Raises:
            DatasetInvalid: a file is here, but not in the expected form.
            DatasetUnavailable: there is no such dataset.
        """
        if name in self._catalogue:
            return self._catalogue[name].state(self._places)
        file = self.own_file(name)
        if file is None:
            known = self._known((*self.names(), *(one.name for one in self.own())))
            raise DatasetUnavailable(name, f"There is no dataset {short(name)}. {known}")
        return self._own_state(file, reading)

    def shape(self, name: str) -> tuple[int, ...]:
        """The shape of one sample, as the published data or the own file has it; empty where it isn't known."""
        if name in self._catalogue:
            return self._catalogue[name].shape_of_sample()
        try:
            return self.state(name).shape
        except (DatasetInvalid, DatasetUnavailable):
            return ()

    def resolve(self, wanted: str, candidates: tuple[str, ...], reading: Reading = AS_IT_IS) -> DatasetState:
        """Which dataset ``wanted`` means here: itself, or for ``auto`` the first candidate that can be had.

        An own dataset must be asked for by name, and be of the candidates' kind.

        Raises:
            DatasetUnavailable: asked for by name, and neither here nor to be downloaded, or of another kind.
            DatasetInvalid: a file is here, but not in the expected form (``auto`` says so too, and doesn't pass
                over a file that someone meant to be used).
        """
        if wanted == AUTO:
            return self._first(candidates)
        file = self.own_file(wanted)
        if file is not None and file.kind is self.kind_of(candidates):
            return self._own_state(file, reading)
        if wanted not in candidates:
            raise DatasetUnavailable(wanted, self._refusal(wanted, file, candidates))
        state = self.state(wanted)
        if state.source is Source.ABSENT:
            raise DatasetUnavailable(wanted, state.detail)
        return state

    def _first(self, candidates: tuple[str, ...]) -> DatasetState:
        for name in candidates:
            state = self.state(name)
            if state.source is not Source.ABSENT:
                return state
        raise DatasetUnavailable(candidates[0], self.state(candidates[0]).detail)

    def load(self, name: str, log: Log, reading: Reading = AS_IT_IS) -> Tabular:
        """Read the table ``name`` into memory, downloading it first where that is needed and allowed.

        ``log`` is told what happens, in sentences for people; ``reading`` says how an own table is read.

        Raises:
            DatasetUnavailable: it isn't here, or the download failed.
            DatasetInvalid: the file isn't in the expected form.
            TypeError: it holds images.
        """
        return self._load(name, log, Tabular, reading)

    def load_images(self, name: str, log: Log) -> Images:
        """Read the images ``name`` into memory; everything else as in :meth:`load`.

        Raises:
            DatasetUnavailable: it isn't here, or the download failed.
            DatasetInvalid: the file isn't in the expected form.
            TypeError: it is a table.
        """
        return self._load(name, log, Images, AS_IT_IS)

    def _load(self, name: str, log: Log, wanted: type[D], reading: Reading) -> D:
        data: Any
        file = self.own_file(name)
        if name in self._catalogue:
            data = self._catalogue[name].load(self._places, log)
        elif file is None:
            raise DatasetUnavailable(name, f"The dataset {name} is not here any more. Put its file back.")
        else:
            _path_of(file)
            data = own_tables.load(file, reading) if file.kind is Kind.TABLE else own_images.load(file)
        if not isinstance(data, wanted):
            raise TypeError(f"{name} is {type(data).__name__}, where {wanted.__name__} is wanted.")
        return data

    def _own_state(self, file: OwnFile, reading: Reading) -> DatasetState:
        def examine() -> DatasetState:
            return own_tables.examine(file, reading) if file.kind is Kind.TABLE else own_images.examine(file)

        return self._places.state_of(_path_of(file), examine, (file, reading))

    def _refusal(self, wanted: str, file: OwnFile | None, candidates: tuple[str, ...]) -> str:
        """Why a lesson with these candidates can't take a dataset, and what it can take."""
        there = file is not None or wanted in self._catalogue
        why = "is not one that this lesson can learn from" if there else "is not here"
        return f"The dataset {short(wanted)} {why}. {self._known(self.offered(candidates))}"

    def _known(self, names: tuple[str, ...]) -> str:
        told = ", ".join(names[:MOST_NAMED])
        more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
        kind = self.kind_of(names)
        put = {Kind.TABLE: "a .csv", Kind.IMAGES: "an .npz"}.get(kind or Kind.TABLE, "")
        where = "the datasets folder" if self._places.folder else "a folder that FITBOARD_DATASETS_DIR names"
        return f"There are: {told}{more}. To add one of your own, put {put} into {where}."


def _path_of(file: OwnFile) -> Path:
    """Where an own file really lies.

    Raises:
        DatasetInvalid: outside of its folder.
    """
    try:
        return file.checked_path()
    except Unreadable as error:
        raise DatasetInvalid(file.name, f"{file.filename} {error}") from None
