"""A worker without the server's files fetches a dataset of one's own, once, and never mistakes one for another."""

import hashlib
import io
import os
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from jobs.borrowing import KEPT, YOUNG, Borrowing, BorrowingDatasets
from jobs.client import Lent, Unreachable
from jobs.datasets import Kind, Source
from jobs.datasets.own import OwnFile
from tests.conftest import MakeFitboard
from tests.datafiles import own_pictures
from tests.running import Running, wait_until


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


class Has:
    """A server that has one file, and counts what it was asked and what it sent."""

    def __init__(self, content: bytes | None) -> None:
        self.content = content
        self.asked = self.sent = 0
        self.announced: str | None = None

    def __call__(self, name: str, known: Sequence[str], into: Path) -> Lent | None:
        self.asked += 1
        if self.content is None:
            return None
        digest = self.announced or sha256(self.content)
        if digest not in known:
            self.sent += 1
            into.write_bytes(self.content)
        return Lent(digest, ".npz")


def here(folder: Path, content: bytes) -> OwnFile:
    (folder / "bars.npz").write_bytes(content)
    return OwnFile("bars", Kind.IMAGES, Source.FOLDER, folder / "bars.npz")


def test_a_file_is_fetched_once_and_again_when_the_server_has_another(tmp_path: Path) -> None:
    server = Has(b"first")
    borrowing = Borrowing(tmp_path / "lent", server, 0.0)
    for _ in range(3):
        found = borrowing.get("bars", None)
        assert found is not None
        assert (found.name, found.kind, found.filename) == ("bars", Kind.IMAGES, "bars.npz")
        assert found.path.read_bytes() == b"first"
    assert (server.asked, server.sent) == (3, 1)
    server.content = b"second"
    found = borrowing.get("bars", None)
    assert found is not None
    assert found.path.read_bytes() == b"second"
    server.content = b"first"
    found = borrowing.get("bars", None)
    assert found is not None
    assert (found.path.read_bytes(), server.sent) == (b"first", 2), "it is here still"


def test_the_file_that_is_here_is_used_only_if_it_is_the_servers(tmp_path: Path) -> None:
    mine = here(tmp_path, b"same")
    server = Has(b"same")
    borrowing = Borrowing(tmp_path / "lent", server, 0.0)
    assert borrowing.get("bars", mine) == mine
    assert server.sent == 0
    server.content = b"another"
    found = borrowing.get("bars", mine)
    assert found is not None
    assert found.path.read_bytes() == b"another"
    server.content = None
    assert borrowing.get("bars", mine) == mine, "the server has none: a folder of the worker's own"


def test_what_arrives_damaged_is_not_kept(tmp_path: Path) -> None:
    server = Has(b"cut sho")
    server.announced = sha256(b"cut short")
    with pytest.raises(Unreachable, match="arrived damaged"):
        Borrowing(tmp_path, server, 0.0).get("bars", None)
    assert list(tmp_path.iterdir()) == []


def test_a_name_that_is_no_datasets_is_never_joined_to_a_path(tmp_path: Path) -> None:
    server = Has(b"x")
    assert Borrowing(tmp_path, server, 0.0).get("../bars", None) is None
    assert server.asked == 0


def test_an_answer_holds_for_a_while(tmp_path: Path) -> None:
    server = Has(b"first")
    borrowing = Borrowing(tmp_path, server, 1000.0)
    assert borrowing.get("bars", None) == borrowing.get("bars", None)
    assert server.asked == 1


def test_files_that_nobody_has_used_for_long_are_removed(tmp_path: Path) -> None:
    server = Has(b"0")
    borrowing = Borrowing(tmp_path, server, 0.0)
    for number in range(KEPT + 3):
        server.content = b"%d" % number
        found = borrowing.get("bars", None)
        assert found is not None
        old = time.time() - YOUNG - 100 + number
        os.utime(found.path.parent, (old, old))
    server.content = b"last"
    borrowing.get("bars", None)
    kept = {next(folder.iterdir()).read_bytes() for folder in tmp_path.iterdir()}
    assert kept == {b"last", *(b"%d" % number for number in range(4, KEPT + 3))}


def test_only_own_datasets_are_asked_for(tmp_path: Path) -> None:
    asked: list[str] = []

    def borrow(name: str, _here: OwnFile | None) -> None:
        asked.append(name)

    datasets = BorrowingDatasets(None, tmp_path, False, borrow=borrow)
    assert datasets.own_file("mnist") is None
    assert datasets.own_file("bars") is None
    assert asked == ["bars"]


def archive(classes: int) -> bytes:
    file = io.BytesIO()
    np.savez_compressed(file, **own_pictures(train=40, test=12, shape=(8, 8), classes=classes))
    return file.getvalue()


def asked_of(running: Running, run: str, expected: set[str]) -> bool:
    """Whether the process that answers has the file with these classes by now."""
    answer = running.http.get(f"/api/v1/runs/{run}/samples")
    return answer.status_code == 200 and {one["truth"] for one in answer.json()["samples"]} == expected


def test_a_worker_that_shares_no_folder_with_the_server_trains_and_answers(
    make_fitboard: MakeFitboard, tmp_path: Path
) -> None:
    running = make_fitboard(worker=False)
    key = (running.data / "worker.key").read_text()
    running.env |= {"FITBOARD_DATA_DIR": str(tmp_path / "elsewhere"), "FITBOARD_WORKER_KEY": key}
    running.start_worker()
    for classes in (3, 4):  # the second under the name of the first
        content = archive(classes)
        assert running.http.post("/api/v1/datasets", files={"file": ("bars.npz", content)}).status_code == 201
        run = running.run("mnist", dataset="bars", epochs=1, batch_size=8)["id"]
        done = running.finished(run)
        assert done["status"] == "completed", done["error"]
        shown = {one["name"]: one for one in running.http.get(f"/api/v1/runs/{run}/exhibits").json()["items"]}
        assert len(shown["confusion"]["content"]["classes"]) == classes
        kept = tmp_path / "elsewhere" / "datasets" / ".lent" / sha256(content) / "bars.npz"
        assert kept.read_bytes() == content
        expected = {str(one) for one in range(classes)}
        wait_until(partial(asked_of, running, run, expected), what=f"questions about {classes} classes")
        assert running.http.delete("/api/v1/datasets/bars").status_code == 204

    other = running.run("mnist", dataset="digits", epochs=1, samples=100, batch_size=50)["id"]
    assert running.finished(other)["status"] == "completed"
