"""Carries listings out as a reader would: alone in a folder, with the data file beside them and a bare environment.

Importing Keras takes ten seconds and more, so a process that has done nothing but import it is kept
(``warm_listing.py``), and a listing runs in a fork of it: no device is touched before, no module of Fitboard's is
there. A listing that chooses something before it imports Keras (its backend, say) gets a process that was started with
that choice. ``clean=True`` starts a process of its own instead, which is what the other way is held against.
"""

import ast
import atexit
import csv
import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path

LISTING = "listing.py"
SERVER = Path(__file__).with_name("warm_listing.py")

KEPT = ("PATH", "HOME", "LANG", "LD_LIBRARY_PATH")
"""What a listing is given of our environment."""

LIMIT = 240.0
"""Seconds until a listing is given up, the time to import Keras included."""

LIBRARIES = {"keras", "tensorflow", "jax"}
"""What reads its environment when it is imported."""


def history_of(listing: str, folder: Path, data: Path, *, clean: bool = False) -> tuple[dict[str, list[float]], str]:
    """Run a listing and read the ``history.csv`` that it writes; also what it printed.

    Args:
        listing: Python.
        folder: made for it.
        data: its files are laid beside the listing if it names them.
        clean: in a process of its own, which takes ten seconds more.
    """
    printed = output_of(listing, folder, data, clean=clean)
    with (folder / "history.csv").open() as file:
        rows = list(csv.DictReader(file))
    names = [
        name for name, value in rows[0].items() if name != "epoch" and value != "NA"
    ]  # NA: there is no such metric
    return {name: [float(row[name]) for row in rows] for name in names}, printed


def output_of(listing: str, folder: Path, data: Path, *, clean: bool = False) -> str:
    """Run a listing, as :func:`history_of` does, and return what it printed."""
    folder.mkdir()
    (folder / LISTING).write_text(listing)
    for file in sorted(data.iterdir()):
        if file.is_file() and file.name in listing:
            (folder / file.name).symlink_to(file.resolve())
    if clean:
        return _alone(folder)
    return _server(tuple(sorted(chosen_before_importing(listing).items()))).run(folder)


def chosen_before_importing(listing: str) -> dict[str, str]:
    """The environment variables that a listing sets before it imports a library that reads them then."""
    chosen: dict[str, str] = {}
    for statement in ast.parse(listing).body:
        match statement:
            case ast.Import(names=names) if LIBRARIES & {name.name.partition(".")[0] for name in names}:
                break
            case ast.ImportFrom(module=str(module)) if module.partition(".")[0] in LIBRARIES:
                break
            case ast.Assign(
                targets=[ast.Subscript(value=ast.Attribute(attr="environ"), slice=ast.Constant(value=str(name)))],
                value=ast.Constant(value=str(value)),
            ):
                chosen[name] = value
    return chosen


def _bare(chosen: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name in KEPT} | dict(chosen)


def _alone(folder: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-I", LISTING], cwd=folder, env=_bare({}), capture_output=True, text=True, timeout=LIMIT
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


class _Server:
    """A warm process that runs listings in forks of itself, one after the other."""

    def __init__(self, chosen: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-I", str(SERVER)],
            env=_bare(chosen),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # so that a listing that hangs can be ended with it
        )
        atexit.register(self.stop)

    def run(self, folder: Path) -> str:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(str(folder)).encode() + b"\n")
        self._process.stdin.flush()
        ready, _, _ = select.select([self._process.stdout], [], [], LIMIT)
        answer = self._process.stdout.readline() if ready else b""
        if not answer:  # too slow, or dead: the next listing needs another one
            self.stop()
            _server.cache_clear()
        complaint = (folder / "stderr.txt").read_text() if (folder / "stderr.txt").exists() else "Keras wasn't imported"
        assert answer == b"0\n", complaint
        return (folder / "stdout.txt").read_text()

    def stop(self) -> None:
        """End it, and what it runs."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            with suppress(OSError):
                pipe.close()
        atexit.unregister(self.stop)


@cache
def _server(chosen: tuple[tuple[str, str], ...]) -> _Server:
    return _Server(dict(chosen))
