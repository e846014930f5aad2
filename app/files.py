"""The runs' files: checkpoints and generations received from workers, each named by the SHA-256 of its bytes.

A file is written under a temporary name, fsynced and renamed, so that what has its final name is whole. Which file is
whose ``best``, ``last`` or ``generation`` stands in the database; a file without a row is invisible.
"""

import hashlib
import os
import shutil
import tempfile
import threading
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from starlette.concurrency import run_in_threadpool

RECEIVING = ".receiving-"
"""How the name of an upload begins that hasn't arrived yet."""

DELETED = ".deleted-"
"""How the name of a folder begins that is being removed."""


class WrongDigest(Exception):
    """The bytes that arrived have another SHA-256 than announced; the message names both."""


class RunFiles:
    """Files under ``<data folder>/runs/<run id>/``."""

    def __init__(self, data_dir: Path) -> None:
        self._root = data_dir / "runs"
        self._lock = threading.Lock()
        self._readers: Counter[Path] = Counter()
        self._doomed: set[Path] = set()

    def checkpoint(self, run_id: str, sha256: str) -> Path:
        """Where a checkpoint lies, or would lie."""
        return self._root / run_id / "checkpoints" / f"{sha256}.keras"

    def size(self, run_id: str, sha256: str) -> int | None:
        """The bytes of a checkpoint, or None where there is none."""
        try:
            return self.checkpoint(run_id, sha256).stat().st_size
        except OSError:
            return None

    def hold(self, run_id: str, sha256: str) -> Path | None:
        """Keep a checkpoint's file until :meth:`release`, whatever replaces it meanwhile; None where there is none."""
        path = self.checkpoint(run_id, sha256)
        with self._lock:
            if not path.is_file():
                return None
            self._readers[path] += 1
            return path

    def release(self, path: Path) -> None:
        """Let go of a file that was held; one that was replaced meanwhile is removed now."""
        with self._lock:
            self._readers[path] -= 1
            if self._readers[path] <= 0:
                del self._readers[path]
                if path in self._doomed:
                    self._doomed.discard(path)
                    path.unlink(missing_ok=True)

    async def receive(self, run_id: str, sha256: str, chunks: AsyncIterator[bytes]) -> None:
        """Store an upload durably under its SHA-256.

        Raises:
            WrongDigest: and nothing is kept.
        """
        target = self.checkpoint(run_id, sha256)
        await run_in_threadpool(target.parent.mkdir, parents=True, exist_ok=True)
        digest = hashlib.sha256()
        handle, name = await run_in_threadpool(tempfile.mkstemp, dir=target.parent, prefix=RECEIVING)
        partial = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                async for chunk in chunks:
                    digest.update(chunk)
                    await run_in_threadpool(file.write, chunk)
                if digest.hexdigest() != sha256:
                    raise WrongDigest(f"announced {sha256}, received {digest.hexdigest()}")
                await run_in_threadpool(_sync, file)
                await run_in_threadpool(self._settle, partial, target)
        finally:
            partial.unlink(missing_ok=True)

    def forget(self, run_id: str, digests: Iterable[str]) -> None:
        """Remove checkpoints that no row names any more."""
        for sha256 in digests:
            path = self.checkpoint(run_id, sha256)
            with self._lock:
                if self._readers[path] > 0:
                    self._doomed.add(path)
                else:
                    path.unlink(missing_ok=True)

    def remove(self, run_id: str) -> None:
        """Remove all files of a deleted run. What a crash leaves half removed, :meth:`tidy` finishes."""
        aside = self._root / f"{DELETED}{run_id}"
        with suppress(FileNotFoundError):
            (self._root / run_id).rename(aside)
            shutil.rmtree(aside, ignore_errors=True)

    def tidy(self, named: Mapping[str, set[str]]) -> None:
        """Finish what a crash interrupted: half removed runs, uploads never named.

        Only what is surely ours to remove is removed: the folder of a run that this database doesn't know may belong
        to a database that is put back tomorrow.

        Args:
            named: by the id of each run at rest, the SHA-256 of the checkpoints that its rows name.
        """
        if not self._root.is_dir():
            return
        for folder in self._root.iterdir():
            if folder.name.startswith(DELETED):
                shutil.rmtree(folder, ignore_errors=True)
            elif folder.name in named:
                for file in folder.glob("checkpoints/*"):
                    if file.name.startswith(RECEIVING) or file.stem not in named[folder.name]:
                        file.unlink(missing_ok=True)

    def _settle(self, partial: Path, target: Path) -> None:
        with self._lock:
            self._doomed.discard(target)
            partial.rename(target)
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _sync(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())
