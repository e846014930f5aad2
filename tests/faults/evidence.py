"""What a run has left behind, in a form in which two runs can be held against each other."""

import hashlib
import io
import sqlite3
import zipfile
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import h5py
import httpx
import numpy as np


class Left(Protocol):
    """Where a run has left something: a server in a process of its own, or in this one."""

    @property
    def http(self) -> httpx.Client:
        """A client for it."""

    @property
    def data(self) -> Path:
        """Its data folder."""

    def read(self, run: str) -> dict[str, Any]:
        """The run as it stands."""


@dataclass(frozen=True)
class Evidence:
    """What a finished run came to.

    Attributes:
        tensors: per checkpoint and variable, the SHA-256 of its bytes.
        metrics: Keras's History as the API gives it.
        result: the lesson's outcome.
    """

    tensors: dict[str, str]
    metrics: dict[str, Any]
    result: dict[str, Any]


def of(running: Left, run: str) -> Evidence:
    """Read what a completed run has left, by the public API."""
    tensors: dict[str, str] = {}
    for kind in ("best", "last"):
        answer = running.http.get(f"/api/v1/runs/{run}/checkpoints/{kind}")
        assert answer.status_code == 200, answer.text
        tensors |= {f"{kind}/{name}": digest for name, digest in _tensors(answer.content).items()}
    metrics = running.http.get(f"/api/v1/runs/{run}/history").json()
    return Evidence(tensors, metrics, running.read(run)["result"])


def _tensors(content: bytes) -> dict[str, str]:
    """The variables in a ``.keras`` file, the optimizer's among them."""
    found: dict[str, str] = {}

    def note(name: str, item: Any) -> None:
        if isinstance(item, h5py.Dataset):
            found[name] = hashlib.sha256(np.asarray(item).tobytes()).hexdigest()

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        weights = io.BytesIO(archive.read("model.weights.h5"))
    with h5py.File(weights) as file:
        file.visititems(note)
    assert found
    return found


def assert_nothing_was_lost(running: Left, run: str, seen: list[dict[str, Any]]) -> None:
    """What must hold of any run, however often its processes died.

    A watcher saw the events 1 to N once each; every epoch was told once, in order; the database is sound; each
    attempt had one owner; what was trained again came out the same; no temporary file is left.
    """
    assert running.read(run)["status"] == "completed", "the run didn't come to its end"
    numbers = [event["seq"] for event in seen]
    assert numbers == list(range(1, len(numbers) + 1)), "events were missed or came twice"
    epochs = [event["data"]["epoch"] for event in seen if event["type"] == "epoch"]
    assert epochs == list(range(running.read(run)["epochs"])), "epochs were missed or told twice"
    assert running.read(run)["irreproducible"] is None
    attempts = [
        event["data"]["attempt"]
        for event in seen
        if event["type"] == "status" and event["data"]["status"] == "running" and event["data"]["reason"] is None
    ]
    assert attempts == list(range(1, len(attempts) + 1)), "an attempt had two owners"
    with closing(sqlite3.connect(f"file:{running.data / 'fitboard.sqlite3'}?mode=ro", uri=True)) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert leftovers(running.data) == []


def leftovers(data: Path) -> list[str]:
    """Files that somebody was about to write when they died."""
    return sorted(
        str(path.relative_to(data)) for path in data.rglob("*") if ".tmp" in path.name or ".partial" in path.name
    )
