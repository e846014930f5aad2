"""Writes as an attempt does while its disk is really full: ``python -m tests.jobs.filling FOLDER``.

``test_full_disk.py`` starts it where ``FOLDER`` is a small file system of its own.
"""

import errno
import sys
from collections.abc import Callable
from pathlib import Path

from jobs.atomic import write_atomically
from jobs.journal import Journal
from jobs.protocol import EventType, LogData

BLOCK = 4096


def fill(path: Path) -> None:
    """Write until not one more byte finds room."""
    with path.open("wb", buffering=0) as file:
        try:
            while file.write(b"x" * BLOCK):
                pass
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise


def refused(act: Callable[[], object]) -> None:
    """Something that must fail because there is no space left."""
    try:
        act()
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
    else:
        raise AssertionError("it found room")


def main(folder: Path) -> None:
    """Save and report, first with room, then without, then with room again."""
    state, ballast = folder / "generation.npz", folder / "ballast"
    write_atomically(state, b"the last one")
    journal = Journal(folder / "attempt")
    journal.append(EventType.LOG, LogData(level="info", message="with room"))
    fill(ballast)

    refused(lambda: write_atomically(state, b"n" * 20 * BLOCK))
    assert state.read_bytes() == b"the last one", "the last state is intact"
    assert not list(folder.glob(".*tmp*")), "nothing half written is left"
    refused(lambda: journal.append(EventType.LOG, LogData(level="info", message="w" * 2 * BLOCK)))
    assert [entry.n for entry in journal.pending()] == [1, 2], "the server is told all the same"
    assert [entry.n for entry in Journal(folder / "attempt").pending()] == [1], "the file ends with a whole entry"

    ballast.unlink()
    write_atomically(state, b"n" * 2 * BLOCK)
    assert state.read_bytes() == b"n" * 2 * BLOCK
    print("all of it")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
