"""Keeps what C++ libraries print away from the terminal, without losing it."""

import contextlib
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def quiet_terminal() -> Iterator[None]:
    """Hold back what is written to standard error inside the block; show it only if the block fails."""
    sys.stderr.flush()
    terminal = os.dup(2)
    with tempfile.TemporaryFile() as held:
        os.dup2(held.fileno(), 2)
        try:
            yield
        except BaseException:
            held.seek(0)
            os.write(terminal, held.read())
            raise
        finally:
            sys.stderr.flush()
            os.dup2(terminal, 2)
            os.close(terminal)


def redirect_output(path: Path) -> None:
    """From now on this process writes to ``path`` what it would have written to the terminal."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for stream in (1, 2):
        os.dup2(descriptor, stream)
    os.close(descriptor)


def last_lines(path: Path, count: int = 20, most: int = 4000) -> str:
    """The end of a file of output, for a log."""
    try:
        content = path.read_bytes()[-most:]
    except FileNotFoundError:
        return ""
    return "\n".join(content.decode(errors="replace").strip().splitlines()[-count:])
