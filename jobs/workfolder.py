"""The worker's folder on disk: one folder per attempt, locked as a whole while its worker lives.

An attempt's folder holds its journal, its checkpoints until they are uploaded, and its assignment, so that a worker
that comes after a crash can tell the server what the dead one couldn't.
"""

import contextlib
import fcntl
import os
import shutil
from pathlib import Path

from pydantic import ValidationError

from jobs.atomic import write_atomically
from jobs.protocol import Assignment

ASSIGNMENT = "assignment.json"
LOCK = "lock"

SCRATCH = "scratch"
"""The folder for temporary files: in an attempt's folder, and in the worker's for what belongs to no attempt."""


class FolderInUse(Exception):
    """Another living worker has this name and this folder."""


class WorkFolder:
    """The folder of the worker called ``name`` under ``root``; made and locked on construction.

    Attributes:
        scratch: the folder for temporary files of what belongs to no attempt; empty at first.

    Raises:
        FolderInUse: a worker of this name is running here.
    """

    def __init__(self, root: Path, name: str) -> None:
        self._root = root
        self._path = root / name
        self._path.mkdir(parents=True, exist_ok=True)
        lock = _lock(self._path)
        if lock is None:
            raise FolderInUse(f"A worker named {name!r} is running already. Choose another name with --name.")
        self._lock = lock
        self.scratch = self._path / SCRATCH
        self.scratch.mkdir(exist_ok=True)
        _empty(self.scratch)  # a worker of this name was killed

    def directory(self, assignment: Assignment) -> Path:
        """The folder of an attempt, there or not."""
        return self._path / f"{assignment.run}-{assignment.attempt}"

    def open(self, assignment: Assignment) -> Path:
        """Make the folder of an attempt and note the assignment in it.

        Nothing here waits for the disk, which may be busy for long: the worker has other attempts to stop meanwhile.
        After a power cut the lease runs out.

        Raises:
            OSError: the disk is full, say.
        """
        directory = self.directory(assignment)
        (directory / SCRATCH).mkdir(parents=True, exist_ok=True)
        write_atomically(directory / ASSIGNMENT, assignment.model_dump_json().encode(), mode=0o600, durably=False)
        return directory

    def leftovers(self) -> list[tuple[Assignment, Path]]:
        """The attempts of workers that are no more, this one's former lives included; they are this worker's now."""
        self._adopt()
        return _attempts(self._path)

    def remove(self, directory: Path) -> None:
        """Forget an attempt: the server has everything."""
        shutil.rmtree(directory, ignore_errors=True)

    def close(self) -> None:
        """Unlock; a folder that holds nothing any more is removed."""
        if not _attempts(self._path):
            shutil.rmtree(self._path, ignore_errors=True)
        os.close(self._lock)

    def _adopt(self) -> None:
        for path in sorted(self._root.iterdir()):
            if path == self._path or not path.is_dir():
                continue
            lock = _lock(path)
            if lock is None:
                continue
            for _, directory in _attempts(path):
                with contextlib.suppress(OSError):
                    directory.rename(self._path / directory.name)
            shutil.rmtree(path, ignore_errors=True)
            os.close(lock)


def _empty(folder: Path) -> None:
    """Remove what is in a folder and keep the folder: on a full disk it couldn't be made anew."""
    for path in folder.iterdir():
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def _lock(path: Path) -> int | None:
    descriptor = os.open(path / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


def _attempts(path: Path) -> list[tuple[Assignment, Path]]:
    found = []
    for note in sorted(path.glob(f"*/{ASSIGNMENT}")):
        with contextlib.suppress(ValidationError, OSError):
            found.append((Assignment.model_validate_json(note.read_bytes()), note.parent))
    return found
