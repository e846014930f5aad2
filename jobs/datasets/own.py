"""A person's own files: what lies in the datasets folder and among the uploads beside the datasets that Fitboard knows.

``NAME.csv`` is a table and ``NAME.npz`` are images, called ``NAME``; the ending may be in capitals. Only the folders
are listed here; what is in a file is the business of :mod:`jobs.datasets.own_tables` and
:mod:`jobs.datasets.own_images`.
"""

import os
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

import jobs.datasets.names as names
from jobs.datasets.data import Kind, Source
from jobs.datasets.files import Unreadable
from jobs.datasets.places import Places

ENDINGS = {".csv": Kind.TABLE, ".npz": Kind.IMAGES}
"""What a file's ending says of its content."""


@dataclass(frozen=True)
class OwnFile:
    """A file of a person's own: ``name`` is the dataset's, ``source`` is ``FOLDER`` or ``UPLOAD``."""

    name: str
    kind: Kind
    source: Source
    path: Path

    @property
    def title(self) -> str:
        """What people read, who have datasets that Fitboard knows beside it."""
        return f"{self.name} (your own)"

    @property
    def ending(self) -> str:
        """The file's ending, in small letters."""
        return self.path.suffix.lower()

    @property
    def filename(self) -> str:
        """The file's name without its folder."""
        return self.path.name

    def checked_path(self) -> Path:
        """Where the file really lies.

        Raises:
            Unreadable: it is a link that leads out of its folder.
        """
        # Not Path.resolve: it has a defect to tell of a link that leads to itself; opening it tells that too.
        folder, found = (Path(os.path.realpath(one)) for one in (self.path.parent, self.path))
        if found.parent != folder and folder not in found.parents:
            raise Unreadable("is a link that leads out of its folder. Put the file itself there.")
        return found


def listed(places: Places, known: Collection[str]) -> Iterator[OwnFile]:
    """The own files of a machine by name, those of the datasets folder before the uploads; each name once.

    Args:
        places: the folders.
        known: names of the datasets that Fitboard knows: no own file is called so.
    """
    taken = set(known)
    for source, folder in ((Source.FOLDER, places.folder), (Source.UPLOAD, places.uploads)):
        for entry in _entries(folder):
            name, ending = os.path.splitext(entry)
            kind = ENDINGS.get(ending.lower())
            if kind is not None and name not in taken and names.usable(name) and folder is not None:
                taken.add(name)
                yield OwnFile(name, kind, source, folder / entry)


def _entries(folder: Path | None) -> list[str]:
    """What is in a folder, sorted: a table comes before images of its name."""
    try:
        return [] if folder is None else sorted(os.listdir(folder))
    except OSError:  # not made yet, or not to be looked into
        return []
