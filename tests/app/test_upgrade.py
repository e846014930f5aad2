"""An upgrade that is killed leaves the old database or the new one, never half. The kill is a real SIGKILL."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from alembic import command
from app.migrate import UPGRADING, config, migrate
from tests.app.test_migrations import head, revision

RUNS, EVENTS = 40, 400
OLD = "0003"

PROGRAM = "import sys; from app.migrate import migrate; print('ready', flush=True); input(); migrate(sys.argv[1])"


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database of the version before, with something in it."""
    file = tmp_path_factory.mktemp("old") / "fitboard.sqlite3"
    command.upgrade(config(f"sqlite:///{file}"), OLD)
    with closing(sqlite3.connect(file)) as connection:
        columns = "number, id, lesson, name, params, status, seq, packed, attempt, acknowledged, created_at"
        for number in range(1, RUNS + 1):
            values = (number, f"run{number}", "x", "y", "{}", "completed", EVENTS, 0, 1, 0, "2026-01-01 00:00:00")
            connection.execute(f"INSERT INTO runs ({columns}) VALUES ({','.join('?' * 11)})", values)
            told = [(number, seq, "log", "2026-01-01", '{"message": "' + "x" * 200 + '"}') for seq in range(EVENTS)]
            connection.executemany("INSERT INTO events VALUES (?, ?, ?, ?, ?)", told)
        connection.commit()
    return file


@pytest.fixture
def file(old: Path, tmp_path: Path) -> Path:
    """A copy of it for one test, part of which lies in its WAL."""
    target = tmp_path / "fitboard.sqlite3"
    with closing(sqlite3.connect(old)) as source, closing(sqlite3.connect(target)) as copy:
        source.backup(copy)
    # As a server leaves it that was killed: this process writes into the WAL and never closes.
    script = (
        "import os, sqlite3, sys; c = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "c.execute('PRAGMA journal_mode = WAL'); c.execute(\"UPDATE runs SET name = 'in the WAL'\"); os._exit(0)"
    )
    subprocess.run([sys.executable, "-c", script, str(target)], check=True)
    assert target.with_name(target.name + "-wal").stat().st_size > 0
    return target


def whole(file: Path) -> str | None:
    """The schema of a database in which nothing is missing or broken."""
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("SELECT count(*) FROM events").fetchone() == (RUNS * EVENTS,)
        assert connection.execute("SELECT DISTINCT name FROM runs").fetchall() == [("in the WAL",)]
        names = {name for _, name, *_ in connection.execute("PRAGMA table_info(runs)")}
    found = revision(file)
    assert found == (head() if {"deaths", "seams", "irreproducible"} <= names else OLD)
    assert found == head() or not {"deaths", "seams", "irreproducible"} & names
    return found


def killed(file: Path, when: Callable[[], bool]) -> bool:
    """Upgrade in a process of its own, and kill it as soon as ``when`` says so; whether it was killed."""
    child = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, f"sqlite:///{file}"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert child.stdin is not None
    assert child.stdout is not None
    with child, child.stdin, child.stdout:
        assert child.stdout.readline() == "ready\n"
        child.stdin.write("\n")
        child.stdin.flush()
        while child.poll() is None:
            if when():
                os.kill(child.pid, signal.SIGKILL)
                child.wait()
                return True
    assert child.returncode == 0
    return False


def finished(file: Path) -> None:
    """The next start brings the upgrade to its end and leaves nothing lying about."""
    migrate(f"sqlite:///{file}")
    assert whole(file) == head()
    copy = file.with_name(f"{file.name}.before-{OLD}")
    assert {path.name for path in file.parent.iterdir()} - {copy.name} == {file.name}
    assert revision(copy) == OLD


@pytest.mark.parametrize("name", [f".before-{OLD}.partial", f".before-{OLD}", UPGRADING, f"{UPGRADING}-journal"])
def test_killed_when_a_file_appears(file: Path, name: str) -> None:
    appears = file.with_name(file.name + name)
    assert killed(file, appears.exists), "the upgrade was over before it could be killed"
    assert whole(file) in (OLD, head())
    finished(file)


def test_killed_at_any_instant(file: Path, old: Path) -> None:
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    chance = random.Random(seed)
    kills, seen = 0, set()
    before = file.with_name("kept")
    for suffix in ("", "-wal"):
        Path(f"{before}{suffix}").write_bytes(Path(f"{file}{suffix}").read_bytes())
    for _ in range(8):
        until = time.monotonic() + chance.uniform(0, 0.25)
        kills += killed(file, lambda until=until: time.monotonic() >= until)  # type: ignore[misc]
        seen.add(whole(file))
        for path in file.parent.glob(f"{file.name}*"):
            path.unlink()
        for suffix in ("", "-wal"):
            Path(f"{file}{suffix}").write_bytes(Path(f"{before}{suffix}").read_bytes())
    assert kills > 0, "the upgrade is too quick for these instants"
    assert seen <= {OLD, head()}


def test_undisturbed_it_keeps_who_may_read_the_file(file: Path) -> None:
    file.chmod(0o600)
    migrate(f"sqlite:///{file}")
    assert file.stat().st_mode & 0o777 == 0o600
    finished(file)
