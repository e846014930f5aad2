"""A power cut, simulated: of what SQLite has written only a part reaches the disk, wherever it is torn off.

A server stores entries one by one while the database and its WAL are as they are at any instant: the WAL has grown, and
nothing is folded back yet. Copies whose WAL ends at many offsets must open, whole, with a prefix of what was stored.
"""

import json
import random
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from app.runs import lifecycle
from tests.app.conftest import MakeServer
from tests.app.server import Server

ENTRIES = 60
CUTS = 120


def copies(data: Path) -> tuple[Path, Path]:
    """The database's file and its WAL."""
    return data / "fitboard.sqlite3", data / "fitboard.sqlite3-wal"


@contextmanager
def opened(folder: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(folder / "fitboard.sqlite3")) as connection:
        yield connection


def stored(folder: Path) -> tuple[int, list[int], int]:
    """What a database holds: entries acknowledged, epochs told, and the run's newest seq."""
    with opened(folder) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        found = connection.execute("SELECT number, acknowledged, seq FROM runs").fetchall()
        if not found:
            return 0, [], 0
        ((number, acknowledged, seq),) = found
        query = "SELECT seq, type, data FROM events WHERE run_number = ? ORDER BY seq"
        events = connection.execute(query, (number,)).fetchall()
    assert [one[0] for one in events] == list(range(1, seq + 1)), "events and the run are of one instant"
    return acknowledged, [json.loads(data)["epoch"] for _, kind, data in events if kind == "epoch"], seq


def report(server: Server) -> list[int]:
    """Entries one by one; the size that the WAL has after each."""
    attempt = server.running()
    _, wal = copies(server.settings.data_dir)
    sizes = []
    for epoch in range(ENTRIES):
        attempt.epoch(epoch, loss=epoch / 7)
        sizes.append(wal.stat().st_size)
    return sizes


@pytest.fixture
def cut(make_server: MakeServer, tmp_path: Path) -> tuple[Path, list[int]]:
    """The files of a server that works, as they are on the disk at one instant, and the WAL's size after each entry."""
    server = make_server()
    sizes = report(server)
    folder = tmp_path / "as it is"
    folder.mkdir()
    for file in copies(server.settings.data_dir):
        shutil.copy(file, folder)
    return folder, sizes


def at(folder: Path, target: Path, offset: int, damaged: bool = False) -> Path:
    """The files as they would be if the WAL ended at an offset; ``damaged``: with garbage where it had been torn."""
    target.mkdir()
    database, wal = copies(folder)
    shutil.copy(database, target)
    content = wal.read_bytes()
    torn = content[:offset] + (b"\x5a" * 512 if damaged else b"")
    (target / wal.name).write_bytes(torn)
    return target


def test_wherever_the_log_is_torn_off_what_is_left_is_a_prefix(cut: tuple[Path, list[int]], tmp_path: Path) -> None:
    folder, sizes = cut
    assert sizes == sorted(set(sizes)), "nothing was folded into the database meanwhile, each entry made it grow"
    size = copies(folder)[1].stat().st_size
    chance = random.Random(4)
    offsets = {0, 1, 31, 32, 33, size - 1, size, *sizes, *(chance.randrange(size) for _ in range(CUTS))}
    for number, offset in enumerate(sorted(offsets)):
        target = at(folder, tmp_path / f"cut-{number}", offset, damaged=number % 3 == 2)
        acknowledged, epochs, _ = stored(target)
        assert epochs == list(range(acknowledged)), f"at offset {offset}"
        safe = sum(1 for one in sizes if one <= offset)
        assert acknowledged >= safe, f"{safe} entries were on the disk at offset {offset}, {acknowledged} are there"
        shutil.rmtree(target)


def test_a_server_goes_on_from_where_it_was_torn_off(
    cut: tuple[Path, list[int]], tmp_path: Path, make_server: MakeServer
) -> None:
    folder, sizes = cut
    at(folder, tmp_path / "torn", sizes[ENTRIES // 2] + 100)
    server = make_server(data_dir=tmp_path / "torn")
    run = server.http.get("/api/v1/runs").json()["items"][0]
    assert (run["status"], run["epoch"]) == ("running", ENTRIES // 2)
    with server.board.database.read() as session:
        assert lifecycle.find(session, run["id"]).acknowledged == ENTRIES // 2 + 1
