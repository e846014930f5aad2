"""Datasets of one's own that lie with the server and not on the worker's machine: fetched once, kept by their SHA-256.

An own file on this machine is used as long as it is the very file that the server has, byte for byte: so a file that
was uploaded anew under its old name is never mistaken for the former. Who asks the server, and for how long, is told
by whoever borrows (:mod:`jobs.child` for training, :mod:`jobs.answering.child` for questions).
"""

import hashlib
import math
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from jobs.atomic import settle
from jobs.client import AttemptClient, Lent, Refused, Unreachable
from jobs.datasets import Datasets, Source, names
from jobs.datasets.own import ENDINGS, OwnFile
from jobs.protocol import Assignment
from jobs.stopping import Stopped

KEPT = 8
"""So many fetched files are kept at least, those that were used last."""

PAUSE = 1.0
"""Seconds between two tries while the server is away."""

YOUNG = 3600.0
"""Seconds for which a file that was used stays in any case: another attempt may be reading it."""

Ask = Callable[[str, Sequence[str], Path], Lent | None]
"""Asks the server for a dataset: from its name, the SHA-256 of what is here, and where to write another file, to what
the server has; None where it has none. May raise :class:`Unreachable`."""


Borrow = Callable[[str, OwnFile | None], OwnFile | None]
"""Gets the file of a name, given the one that is here."""

LENT = ".lent"
"""The folder of what was fetched, beside the downloads."""


class Borrowing:
    """Files that were fetched from the server.

    Args:
        folder: where they are kept; made when the first arrives.
        ask: the server.
        patience: for so many seconds an answer holds.
    """

    def __init__(self, folder: Path, ask: Ask, patience: float) -> None:
        self._folder = folder
        self._ask = ask
        self._patience = patience
        self._answers: dict[str, tuple[float, OwnFile | None]] = {}

    def get(self, name: str, here: OwnFile | None) -> OwnFile | None:
        """The file that the server has under this name; ``here`` where it has none.

        Raises:
            Unreachable: the server doesn't answer, or what has come is damaged.
            OSError: it can't be written.
        """
        if not names.usable(name):
            return here
        asked, known = self._answers.get(name, (-self._patience, None))
        if time.monotonic() - asked >= self._patience or known is None or not known.path.exists():
            known = self._fetched(name, here)
            self._answers[name] = time.monotonic(), known
        return known

    def _fetched(self, name: str, here: OwnFile | None) -> OwnFile | None:
        known = self._kept(name)
        if here is not None:
            with suppress(OSError):
                known[_sha256(here.path)] = here
        self._folder.mkdir(parents=True, exist_ok=True)
        aside = Path(tempfile.mkdtemp(dir=self._folder, prefix="."))
        try:
            lent = self._ask(name, list(known), aside / "file")
            if lent is None:
                return here
            if lent.sha256 not in known:
                known[lent.sha256] = self._keep(name, lent, aside / "file")
        finally:
            shutil.rmtree(aside, ignore_errors=True)
        found = known[lent.sha256]
        if here is None or found.path != here.path:
            os.utime(found.path.parent)
        self._forget(known[lent.sha256])
        return found

    def _kept(self, name: str) -> dict[str, OwnFile]:
        with suppress(OSError):
            return {
                folder.name: OwnFile(name, kind, Source.UPLOAD, folder / f"{name}{ending}")
                for folder in self._folder.iterdir()
                for ending, kind in ENDINGS.items()
                if not folder.name.startswith(".") and (folder / f"{name}{ending}").exists()
            }
        return {}

    def _keep(self, name: str, lent: Lent, file: Path) -> OwnFile:
        found = _sha256(file)
        if found != lent.sha256 or lent.ending not in ENDINGS:
            raise Unreachable(f"the file of {name} arrived damaged: announced {lent.sha256}, received {found}")
        target = self._folder / lent.sha256 / f"{name}{lent.ending}"
        target.parent.mkdir(exist_ok=True)
        settle(file, target)
        return OwnFile(name, ENDINGS[lent.ending], Source.UPLOAD, target)

    def _forget(self, used: OwnFile) -> None:
        """Remove what was used longest ago."""
        with suppress(OSError):
            folders = [
                one for one in self._folder.iterdir() if not one.name.startswith(".") and one != used.path.parent
            ]
            folders.sort(key=lambda one: -one.stat().st_mtime)
            for folder in folders[KEPT - 1 :]:
                if time.time() - folder.stat().st_mtime > YOUNG:
                    shutil.rmtree(folder, ignore_errors=True)


class BorrowingDatasets(Datasets):
    """The datasets of one machine, and those of one's own that the server has.

    Args:
        folder: as for :class:`jobs.datasets.Datasets`, and so is all the rest.
        borrow: gets files; None where nothing is borrowed.
    """

    def __init__(
        self,
        folder: Path | None,
        cache: Path,
        downloads: bool,
        *,
        borrow: Borrow | None = None,
        **more: Any,
    ) -> None:
        super().__init__(folder, cache, downloads, **more)
        self._borrow = borrow

    def own_file(self, name: str) -> OwnFile | None:
        """See :meth:`jobs.datasets.Datasets.own_file`."""
        here = super().own_file(name)
        return here if self._borrow is None or name in self.names() else self._borrow(name, here)


def borrowing(server: str, assignment: Assignment, cache: Path, stopped: Callable[[float], bool]) -> Borrow:
    """Borrows the dataset of an attempt's run, as often as it takes.

    Args:
        server: like ``http://127.0.0.1:8000``.
        assignment: of the attempt that asks.
        cache: where downloads are kept.
        stopped: waits so many seconds and says whether the attempt shall stop.
    """

    def ask(_name: str, known: Sequence[str], into: Path) -> Lent | None:
        client = AttemptClient(server, assignment)
        try:
            while True:
                try:
                    return client.dataset(known, into)
                except Unreachable:
                    if stopped(PAUSE):
                        raise Stopped from None
                except Refused:  # the attempt isn't wanted any more, which its reporter is told too
                    raise Stopped from None
        finally:
            client.close()

    found = Borrowing(cache / LENT, ask, math.inf)
    return lambda name, here: found.get(name, here) if name == assignment.params.get("dataset") else here


def _sha256(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
