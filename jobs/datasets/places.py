"""Where files lie on this machine: a person's own folder, what was uploaded, the cache of downloads, the network.

Knows nothing of what is in a file; that is the business of the kinds of datasets (:mod:`jobs.datasets.kinds`).
"""

import hashlib
import os
from collections.abc import Callable, Hashable
from pathlib import Path

from jobs.datasets.data import DatasetState, Source
from jobs.datasets.problems import DatasetInvalid
from jobs.datasets.reach import Reach
from jobs.datasets.stamps import ByStamp


class Places:
    """The places of one machine.

    Args:
        folder: the person's own datasets folder, or None.
        cache: where downloads are kept; made when the first arrives.
        downloads: whether the network may be used at all.
        uploads: where uploaded files are kept, or None; made when the first arrives.
        reach: whether an address answers.
    """

    def __init__(
        self,
        folder: Path | None,
        cache: Path,
        downloads: bool,
        uploads: Path | None = None,
        reach: Callable[[str], bool] | None = None,
    ) -> None:
        self.folder = folder
        self.uploads = uploads
        self.cache = cache
        self.downloads = downloads
        self._reach = Reach() if reach is None else reach
        self._hashes: ByStamp[str | None] = ByStamp()
        self._states: ByStamp[DatasetState | DatasetInvalid] = ByStamp()

    def find(self, filename: str, sha256: str | None) -> tuple[Source, Path] | None:
        """Where ``filename`` lies. In the cache only the file with this hash counts, if one is known.

        A cached file that isn't the pinned one is a leftover: it is downloaded again, not used.
        """
        # os.path's exists is False where Path's raises: in a folder that may not be looked into.
        if self.folder is not None and os.path.exists(own := self.folder / filename):
            return Source.FOLDER, own
        cached = self.cache / filename
        if not os.path.exists(cached):
            return None
        if sha256 is None or self._hashes(cached, lambda: _sha256(cached)) == sha256:
            return Source.CACHE, cached
        return None

    def reachable(self, url: str | None) -> bool:
        """Whether ``url`` may be used and answers."""
        return url is not None and self.downloads and self._reach(url)

    def state_of(self, path: Path, examine: Callable[[], DatasetState], about: Hashable = None) -> DatasetState:
        """What ``examine`` says of a file, which is opened again only when it has changed, or ``about`` is another.

        Raises:
            DatasetInvalid: as ``examine`` does; this too is remembered.
        """

        def outcome() -> DatasetState | DatasetInvalid:
            try:
                return examine()
            except DatasetInvalid as error:
                return error

        known = self._states(path, outcome, about)
        if isinstance(known, DatasetInvalid):
            raise known.again()
        return known


def _sha256(path: Path) -> str | None:
    try:
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None
