"""The runs' files: checkpoints received from workers, each named by the SHA-256 of its bytes.

A file is written under a temporary name, fsynced and renamed, so that what has its final name is whole. Which file is
whose ``best`` or ``last`` stands in the database; a file without a row is invisible.
"""

import hashlib
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from typing import BinaryIO

from starlette.concurrency import run_in_threadpool


class WrongDigest(Exception):
    """The bytes that arrived have another SHA-256 than announced; the message names both."""


class RunFiles:
    """Files under ``<data folder>/runs/<run id>/``."""

    def __init__(self, data_dir: Path) -> None:
        self._root = data_dir / "runs"

    def checkpoint(self, run_id: str, sha256: str) -> Path:
        """Where a checkpoint lies, or would lie."""
        return self._root / run_id / "checkpoints" / f"{sha256}.keras"

    async def receive(self, run_id: str, sha256: str, chunks: AsyncIterator[bytes]) -> None:
        """Store an upload durably under its SHA-256.

        Raises:
            WrongDigest: and nothing is kept.
        """
        target = self.checkpoint(run_id, sha256)
        await run_in_threadpool(target.parent.mkdir, parents=True, exist_ok=True)
        digest = hashlib.sha256()
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=".receiving-")
        partial = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                async for chunk in chunks:
                    digest.update(chunk)
                    await run_in_threadpool(file.write, chunk)
                if digest.hexdigest() != sha256:
                    raise WrongDigest(f"announced {sha256}, received {digest.hexdigest()}")
                await run_in_threadpool(_settle, file, partial, target)
        finally:
            partial.unlink(missing_ok=True)

    def forget(self, run_id: str, digests: Iterable[str]) -> None:
        """Remove checkpoints that no row names any more."""
        for sha256 in digests:
            self.checkpoint(run_id, sha256).unlink(missing_ok=True)

    def remove(self, run_id: str) -> None:
        """Remove all files of a deleted run."""
        shutil.rmtree(self._root / run_id, ignore_errors=True)

    def remove_orphans(self, known: set[str]) -> None:
        """Remove the folders of runs that the database doesn't hold (a crash between the two halves of a delete)."""
        if self._root.is_dir():
            for folder in self._root.iterdir():
                if folder.name not in known:
                    shutil.rmtree(folder, ignore_errors=True)


def _settle(file: BinaryIO, partial: Path, target: Path) -> None:
    file.flush()
    os.fsync(file.fileno())
    partial.rename(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
