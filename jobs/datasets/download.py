"""Fetching a file whose SHA-256 is known, through pooch: complete and checked, or not there at all."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

TIMEOUT = 30.0
"""Seconds without a byte after which a download is given up."""


@dataclass
class Progress:
    """Speaks pooch's progress-bar protocol and turns it into a line for the log, at most one a second."""

    log: Callable[[str], None]
    clock: Callable[[], float] = time.monotonic
    total: int = 0
    _done: int = 0
    _told: float = field(default=float("-inf"))

    def update(self, chunk: int) -> None:
        """``chunk`` more bytes are here."""
        if self._done == 0:
            self._told = self.clock()  # the first second needs no line
        self._done += chunk
        if self.clock() - self._told >= 1.0:
            self._told = self.clock()
            share = f" ({self._done / self.total:.0%})" if self.total else ""
            self.log(f"{self._done / 1e6:.1f} MB are here{share}.")

    def reset(self) -> None:
        """Pooch calls this at the end, to fill the bar."""

    def close(self) -> None:
        """Pooch calls this last."""


def fetch(url: str, sha256: str, target: Path, log: Callable[[str], None]) -> Path:
    """Download ``url`` to ``target`` unless it is there already with this hash.

    Raises:
        OSError: no connection, a refusal, or the file can't be written.
        ValueError: what arrived has another SHA-256; nothing is kept.
    """
    import pooch

    pooch.get_logger().setLevel(logging.WARNING)
    downloader = pooch.HTTPDownloader(progressbar=Progress(log), timeout=TIMEOUT)
    path = pooch.retrieve(
        url, known_hash=f"sha256:{sha256}", fname=target.name, path=target.parent, downloader=downloader
    )
    return Path(path)
