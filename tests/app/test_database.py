"""The database: one writer, many changes per transaction, readers that cannot write, answers that survive a kill."""

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import CancelledError, Future
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from app import database as databases
from app.database import BATCH, WAITING, Committed, Database
from app.errors import Problem
from app.models import Run
from app.runs import lifecycle
from jobs.protocol import now
from tests.app.conftest import MakeServer, fill
from tests.app.server import RUNS, Server, problem


def create(session: Session) -> str:
    """A change: one more run."""
    return lifecycle.create(session, lifecycle.NewRun(lesson="first-network", params={}, name="a run"), now()).id


def count(database: Database) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(Run)) or 0


class Audience:
    """Who is told of commits: one list of events per transaction."""

    def __init__(self) -> None:
        self.told: list[list[Committed]] = []
        self.fails = False

    def __call__(self, events: list[Committed]) -> None:
        self.told.append(events)
        if self.fails:
            raise RuntimeError("nobody is at home")


@pytest.fixture
def audience() -> Audience:
    return Audience()


@pytest.fixture
def url(tmp_path: Path, blank: Path) -> str:
    return f"sqlite:///{fill(tmp_path / 'data', blank) / 'fitboard.sqlite3'}"


@pytest.fixture
def database(url: str, audience: Audience) -> Iterator[Database]:
    database = Database(url, audience)
    yield database
    database.close()


class Busy:
    """Keeps the writer busy until told to go on, so that changes gather behind it."""

    def __init__(self, database: Database) -> None:
        self._go = threading.Event()
        self._begun = threading.Event()
        self._done = database.submit(self._wait)
        self._begun.wait(10)

    def _wait(self, _session: Session) -> None:
        self._begun.set()
        self._go.wait(30)

    def go(self) -> None:
        self._go.set()
        self._done.result(30)


class TestGroupCommit:
    """What waits shares a transaction."""

    def test_many_changes_at_once_are_few_transactions(self, database: Database, audience: Audience) -> None:
        busy = Busy(database)
        waiting = [database.submit(create) for _ in range(BATCH + 44)]
        busy.go()
        ids = [one.result(30) for one in waiting]
        assert len(set(ids)) == BATCH + 44 == count(database)
        assert [len(events) for events in audience.told] == [BATCH, 44]

    def test_events_are_told_after_the_commit_and_in_order(self, database: Database, audience: Audience) -> None:
        busy = Busy(database)
        waiting = [database.submit(create) for _ in range(5)]
        busy.go()
        ids = [one.result(30) for one in waiting]
        assert [one.run for one in audience.told[0]] == ids

    def test_a_change_is_on_disk_before_it_is_answered(self, database: Database, url: str) -> None:
        run = database.write(create)
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
            assert connection.execute("SELECT id FROM runs").fetchall() == [(run,)]

    def test_a_change_that_fails_disturbs_no_other_in_its_transaction(
        self, database: Database, audience: Audience
    ) -> None:
        def fail(session: Session) -> None:
            create(session)
            raise LookupError("on purpose")

        def twice(session: Session) -> None:
            for _ in range(2):
                session.add(Run(**{**ROW, "id": "the same"}))
                session.flush()

        busy = Busy(database)
        waiting: list[Future[Any]] = [database.submit(one) for one in (create, fail, create, twice, create)]
        busy.go()
        assert [one.exception(30).__class__ for one in waiting] == [
            type(None), LookupError, type(None), IntegrityError, type(None)
        ]  # fmt: skip
        assert count(database) == 3
        assert [len(events) for events in audience.told] == [3]

    def test_a_change_that_fails_alone_leaves_nothing_and_disturbs_none_after_it(
        self, database: Database, audience: Audience
    ) -> None:
        def fail(session: Session) -> None:
            create(session)
            raise LookupError("on purpose")

        def twice(session: Session) -> None:
            create(session)
            session.add_all([Run(**{**ROW, "id": "the same"}), Run(**{**ROW, "id": "the same"})])

        for change, failure in ((fail, LookupError), (twice, IntegrityError)):
            with pytest.raises(failure):
                database.write(change)
            assert count(database) == 0
        assert audience.told == []
        database.write(create)
        assert count(database) == 1

    def test_a_change_whose_caller_gave_up_before_it_began_is_left_out(self, database: Database) -> None:
        busy = Busy(database)
        given_up, other = database.submit(create), database.submit(create)
        assert given_up.cancel()
        busy.go()
        other.result(30)
        assert count(database) == 1
        with pytest.raises(CancelledError):
            given_up.result(0)

    def test_a_caller_that_gives_up_while_its_change_runs_disturbs_nobody(self, database: Database) -> None:
        async def give_up() -> None:
            busy = Busy(database)
            waiting = asyncio.ensure_future(database.awrite(create))
            await asyncio.sleep(0)
            waiting.cancel()
            busy.go()
            await database.awrite(create)

        asyncio.run(give_up())
        assert database.write(create)

    def test_an_audience_that_fails_disturbs_nobody(
        self, database: Database, audience: Audience, caplog: pytest.LogCaptureFixture
    ) -> None:
        audience.fails = True
        assert database.write(create)
        assert database.write(create)
        assert "showing 1 committed events failed" in caplog.text


ROW: dict[str, Any] = {
    "lesson": "x", "name": "x", "params": {}, "status": "queued", "seq": 0, "attempt": 0, "acknowledged": 0,
    "created_at": now(),
}  # fmt: skip


class TestReading:
    """Readers see one moment and change nothing."""

    @pytest.mark.parametrize("sql", ["DELETE FROM runs", "CREATE TABLE x (y)", "UPDATE runs SET name = 'x'"])
    def test_a_reader_cannot_write(self, database: Database, sql: str) -> None:
        with database.read() as session, pytest.raises(OperationalError, match="readonly"):
            session.execute(text(sql))

    def test_a_reader_sees_one_moment_whatever_is_written_meanwhile(self, database: Database) -> None:
        with database.read() as session:
            before = session.scalar(select(func.count()).select_from(Run))
            database.write(create)
            assert session.scalar(select(func.count()).select_from(Run)) == before
        assert count(database) == 1

    def test_readers_do_not_wait_for_the_writer(self, database: Database) -> None:
        busy = Busy(database)
        assert count(database) == 0
        busy.go()

    def test_foreign_keys_hold_and_every_commit_is_synchronous(self, database: Database) -> None:
        def ask(session: Session) -> list[Any]:
            return [session.scalar(text(f"PRAGMA {name}")) for name in ("foreign_keys", "synchronous", "journal_mode")]

        assert database.write(ask) == [1, 2, "wal"]


class TestTrouble:
    """A database that is held, a queue that is full, a server that stops."""

    def test_a_database_that_another_program_holds_is_busy_and_asks_to_come_back(
        self, make_server: MakeServer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        monkeypatch.setattr(databases, "BUSY_MILLISECONDS", 50)
        server = make_server()
        run = server.create()
        with closing(sqlite3.connect(server.settings.data_dir / "fitboard.sqlite3")) as other:
            other.execute("BEGIN IMMEDIATE")
            answer = server.http.post(RUNS, json={"lesson": "first-network"})
            body = problem(answer, 503, "busy")
            assert "database is locked" in body["detail"]
            assert "Try again in two seconds" in body["detail"]
            assert answer.headers["retry-after"] == "2"
            assert server.read(run["id"]) == run
            other.rollback()
        assert server.create()["status"] == "queued"
        assert "a transaction of 1 changes failed" in caplog.text

    def test_a_worker_whose_entries_could_not_be_stored_sends_them_again(
        self, make_server: MakeServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(databases, "BUSY_MILLISECONDS", 50)
        attempt = make_server().running()
        entry = attempt.entry("epoch", epoch=0, metrics={"loss": 0.5}, seconds=1)
        with closing(sqlite3.connect(attempt.worker.server.settings.data_dir / "fitboard.sqlite3")) as other:
            other.execute("BEGIN IMMEDIATE")
            problem(attempt.post(entry), 503, "busy")
        assert attempt.post(entry).json() == {"n": 1}

    def test_with_too_much_waiting_callers_are_told_to_come_back(self, database: Database) -> None:
        busy = Busy(database)
        waiting = [database.submit(lambda _session: None) for _ in range(WAITING)]
        with pytest.raises(Problem, match=f"{WAITING} changes are waiting") as caught:
            database.submit(create)
        assert caught.value.headers == {"Retry-After": "1"}
        busy.go()
        assert all(one.exception(30) is None for one in waiting)

    def test_what_waits_when_the_server_stops_is_still_done_and_what_comes_after_is_refused(self, url: str) -> None:
        database = Database(url)
        busy = Busy(database)
        waiting = [database.submit(create) for _ in range(3)]
        closing_it = threading.Thread(target=database.close)
        closing_it.start()
        busy.go()
        closing_it.join(30)
        assert all(one.result(0) for one in waiting)
        with pytest.raises(Problem, match="The server is stopping"):
            database.submit(create)
        database.close()

    def test_the_last_one_folds_everything_into_one_file(self, url: str) -> None:
        database = Database(url)
        database.write(create)
        database.close()
        folder = Path(url.removeprefix("sqlite:///")).parent
        assert not list(folder.glob("*-wal"))


ANSWER_UNTIL_KILLED = """
import sys
from app.database import Database
from tests.app.test_database import create
database = Database(sys.argv[1])
while True:
    print(database.write(create), flush=True)
"""


def test_every_answered_change_survives_a_kill(url: str) -> None:
    child = subprocess.Popen([sys.executable, "-c", ANSWER_UNTIL_KILLED, url], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    answered = [child.stdout.readline().strip() for _ in range(50)]
    os.kill(child.pid, signal.SIGKILL)
    answered += [line.strip() for line in child.stdout if line.endswith("\n")]
    child.stdout.close()
    child.wait()
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
        stored = {run for (run,) in connection.execute("SELECT id FROM runs")}
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert set(answered) <= stored
    assert len(stored) - len(answered) <= 1


def test_what_json_holds_comes_back_and_none_is_null(server: Server) -> None:
    attempt = server.running()
    result = {"text": "größer ≥ 1 <b>", "nested": [{"a": None}, [1.5, True]], "empty": {}}
    attempt.tell("result", **result)
    assert server.read(attempt.run)["result"] == result
    with server.board.database.read() as session:
        assert session.scalar(text("SELECT count(*) FROM runs WHERE error IS NULL")) == 1
