"""Saved models, loaded again from their files by the attempt itself, to see that they are what they are said to be.

A file is loaded only if its SHA-256 is the recorded one, and in Keras's safe mode.
"""

import hashlib
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jobs.client import AttemptClient, Unreachable
from jobs.protocol import Assignment, CheckpointData
from jobs.resuming import PAUSE


@dataclass(frozen=True)
class File:
    """A model's file: its bytes, and the SHA-256 that was recorded when it was saved."""

    content: bytes
    sha256: str


Fetch = Callable[[str], File | None]
"""Takes the name of a saved model and gets its file; None where there is none."""


def nothing(_name: str) -> None:
    """There are no models of earlier attempts."""


class Kept:
    """Files of an attempt that stay until it is over: the newest under each name.

    Args:
        directory: the attempt's folder.
    """

    def __init__(self, directory: Path) -> None:
        self._folder = directory / "kept"
        self._recorded: dict[str, str] = {}

    def keep(self, data: CheckpointData, file: Path) -> None:
        """Keep a file that was just written; it may be removed where it lies."""
        self._folder.mkdir(exist_ok=True)
        target = self._folder / data.called
        target.unlink(missing_ok=True)
        try:
            os.link(file, target)
        except OSError:  # a file system without links
            shutil.copyfile(file, target)
        self._recorded[data.called] = data.sha256

    def file(self, name: str) -> File | None:
        """The file under a name, or None."""
        if name not in self._recorded:
            return None
        return File((self._folder / name).read_bytes(), self._recorded[name])


def load(file: File | None, directory: Path) -> Any:
    """The Keras model in a file; None where there is no file, or another than was recorded.

    Args:
        file: what was saved.
        directory: where it is laid while Keras reads it.
    """
    import keras

    if file is None or hashlib.sha256(file.content).hexdigest() != file.sha256:
        return None
    path = directory / ".restored.keras"
    try:
        path.write_bytes(file.content)
        return keras.saving.load_model(path, safe_mode=True)
    finally:
        path.unlink(missing_ok=True)


def fetching(server: str, assignment: Assignment, stopped: Callable[[float], bool]) -> Fetch:
    """Gets files from the server, as often as it takes.

    Args:
        server: like ``http://127.0.0.1:8000``.
        assignment: of the attempt that asks.
        stopped: waits so many seconds and says whether the attempt shall stop.
    """

    def fetch(name: str) -> File | None:
        client = AttemptClient(server, assignment)
        try:
            while True:
                try:
                    found = client.checkpoint(name)
                except Unreachable:
                    if stopped(PAUSE):
                        return None
                else:
                    return None if found is None else File(*found)
        finally:
            client.close()

    return fetch
