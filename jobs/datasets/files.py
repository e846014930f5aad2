"""Reading a small file that a person put there: a regular file, not too large, or a sentence that says why not."""

import stat
from pathlib import Path

LARGEST_TABLE = 8 * 1024 * 1024
"""Bytes of the largest table that is read; the course's own have 23 and 76 thousand."""


class Unreadable(Exception):
    """The file can't be read; the text goes on after its name."""


def table_bytes(path: Path) -> bytes:
    """What stands in a table's file.

    Raises:
        Unreadable: it isn't a file, is too large, or may not be read.
    """
    try:
        about = path.stat()
        if not stat.S_ISREG(about.st_mode):  # before opening: nobody waits for a pipe
            raise Unreadable("is not a file. Put the table itself there.")
        if about.st_size > LARGEST_TABLE:
            raise Unreadable(
                f"has {about.st_size / 1e6:.1f} million bytes; at most {LARGEST_TABLE / 1e6:.1f} million are read. "
                "Use a file with fewer rows."
            )
        return path.read_bytes()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise Unreadable(f"cannot be read: {reason}. Make it a file that Fitboard may read.") from None
