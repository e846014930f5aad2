"""Files that are there whole or not at all: written under another name, synced to the disk, renamed."""

import os
from pathlib import Path

from jobs.faults import kill_point


def write_atomically(path: Path, content: bytes, mode: int = 0o666, *, durably: bool = True) -> None:
    """Put ``content`` at ``path``; after a crash there is the old file or the new one, never half of one.

    Waits until it is on the disk, unless it needn't outlive a power cut: then ``durably`` is False.
    """
    temporary = path.with_name(f".{path.name}.tmp")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        if durably:
            settle(temporary, path)
        else:
            os.replace(temporary, path)
    except OSError:
        temporary.unlink(missing_ok=True)  # a full disk leaves half of it
        raise


def settle(temporary: Path, path: Path) -> None:
    """Move a finished file to its place, durably: file synced, renamed, folder synced."""
    to_disk(temporary)
    kill_point("file.before_rename")
    os.replace(temporary, path)
    to_disk(path.parent)


def to_disk(path: Path) -> None:
    """Wait until a file's content, or a folder's list of files, is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
