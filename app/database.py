"""The database: engines, pragmas, readers, and the one writer.

Only the server process opens the database, and within it only one connection writes: SQLite before 3.51.3 can
corrupt a WAL database when two connections write or checkpoint at the same moment. So every change is a function
handed to :meth:`Database.write`; one thread runs all that is waiting in a single transaction (one that fails undoes
itself alone, and may be called twice for that) and answers each caller once the commit is on disk. Readers have
connections of their own and never wait for the writer. No query lives here; those are in :mod:`app.runs`.
"""

import asyncio
import logging
import queue
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app.errors import Problem

log = logging.getLogger("fitboard")

T = TypeVar("T")
Outcome = tuple[Any, BaseException | None]
"""What a change returned, or what it raised."""

BATCH = 256
"""How many waiting changes share one transaction at most."""

WAITING = 4096
"""How many changes may wait; past that callers are told to come back."""

BUSY_MILLISECONDS = 5000


@dataclass(frozen=True, slots=True)
class Committed:
    """An event that is on disk and can be shown: the id of its run and what its row says; ``data`` is JSON."""

    run: str
    seq: int
    type: str
    time: datetime
    data: str


@dataclass
class _Job:
    change: Callable[[Session], Any]
    done: "Future[Any]" = field(default_factory=Future)


def _configure_sqlite(engine: Engine, *, writer: bool) -> None:
    @event.listens_for(engine, "connect")
    def _pragmas(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # transactions begin where we say, not where sqlite3 guesses
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
        cursor.execute("PRAGMA foreign_keys = ON")
        if writer:
            cursor.execute("PRAGMA journal_mode = WAL")
            cursor.execute("PRAGMA synchronous = FULL")  # an answered change survives a power cut
        else:
            cursor.execute("PRAGMA query_only = ON")
            cursor.execute("PRAGMA wal_autocheckpoint = 0")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writer else "BEGIN")


def make_engine(url: str, *, writer: bool) -> Engine:
    """An engine with Fitboard's rules: for SQLite WAL, foreign keys and ``BEGIN IMMEDIATE`` for the writer."""
    if make_url(url).get_backend_name() != "sqlite":
        isolation = "READ COMMITTED" if writer else "REPEATABLE READ"
        return create_engine(url, pool_pre_ping=True, pool_size=1 if writer else 10, isolation_level=isolation)
    engine = create_engine(
        url, pool_size=1 if writer else 8, max_overflow=0 if writer else 64, connect_args={"check_same_thread": False}
    )
    _configure_sqlite(engine, writer=writer)
    return engine


class Database:
    """Readers and the one writer of a migrated database.

    Args:
        url: SQLAlchemy URL; the schema must be there (:func:`app.migrate.migrate`).
        on_commit: called in the writer's thread with the events that a transaction committed, in order.
    """

    def __init__(self, url: str, on_commit: Callable[[list[Committed]], None] = lambda _events: None) -> None:
        self._readers = make_engine(url, writer=False)
        self._writer = make_engine(url, writer=True)
        self._connection: Connection | None = None
        self._on_commit = on_commit
        self._jobs: queue.Queue[_Job | None] = queue.Queue(WAITING)
        self._closing = threading.Lock()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="database-writer", daemon=True)
        self._thread.start()

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session that sees one consistent state of the database and cannot change it."""
        with Session(self._readers, autoflush=False) as session:
            yield session

    def submit(self, change: Callable[[Session], T]) -> "Future[T]":
        """Queue a change; the future is resolved after the commit, or with what the change raised.

        Raises:
            Problem: ``busy`` when too much is waiting, or when the server is stopping.
        """
        job = _Job(change)
        with self._closing:  # what is queued before the end is done, what comes after it is refused: nobody hangs
            if self._closed:
                raise Problem(
                    "busy", "The server is stopping. Try again when it is back.", headers={"Retry-After": "2"}
                )
            try:
                self._jobs.put_nowait(job)
            except queue.Full:
                raise Problem(
                    "busy",
                    f"{WAITING} changes are waiting to be stored. Try again in a second.",
                    headers={"Retry-After": "1"},
                ) from None
        return job.done

    def write(self, change: Callable[[Session], T]) -> T:
        """Run a change and wait for its commit (from a thread)."""
        return self.submit(change).result()

    async def awrite(self, change: Callable[[Session], T]) -> T:
        """Run a change and wait for its commit (from the event loop)."""
        return await asyncio.wrap_future(self.submit(change))

    def close(self) -> None:
        """Finish what is waiting and close every connection; the last one folds the WAL into the database."""
        with self._closing:
            if self._closed:
                return
            self._closed = True
        self._jobs.put(None)
        self._thread.join()
        self._disconnect()
        self._readers.dispose()
        self._writer.dispose()

    def _run(self) -> None:
        stopping = False
        while not stopping:
            first = self._jobs.get()
            if first is None:
                return
            batch = [first]
            while len(batch) < BATCH:
                try:
                    job = self._jobs.get_nowait()
                except queue.Empty:
                    break
                if job is None:
                    stopping = True
                    break
                batch.append(job)
            self._transaction(batch)

    def _transaction(self, batch: list[_Job]) -> None:
        # From here on a job cannot be canceled any more; one whose caller has given up already is left out.
        batch = [job for job in batch if job.done.set_running_or_notify_cancel()]
        if not batch:
            return
        try:
            outcomes, events = self._together(batch)
        except Exception as error:
            self._disconnect()
            log.error("a transaction of %d changes failed", len(batch), exc_info=error)
            problem = _as_problem(error)
            for job in batch:
                job.done.set_exception(problem)
            return
        if events:
            try:
                self._on_commit(events)
            except Exception:
                log.exception("showing %d committed events failed", len(events))
        for job, (result, failure) in zip(batch, outcomes, strict=True):
            if failure is None:
                job.done.set_result(result)
            else:
                job.done.set_exception(failure)

    def _together(self, batch: list[_Job]) -> tuple[list[Outcome], list[Committed]]:
        """Apply the changes in one transaction; what became of each, and the events of all.

        Hardly any change fails, so at first none gets a savepoint, which would cost as much as what it secures. Where
        one fails, nothing of the transaction stays, and all are applied anew, each within a savepoint of its own.
        """
        connection = self._connected()
        try:
            with connection.begin():
                return self._apply(connection, batch)
        except OperationalError:
            raise  # the database itself is in trouble: nobody's change may count
        except Exception as error:
            if len(batch) == 1:
                return [(None, error)], []
        with connection.begin():
            return self._apply_each(connection, batch)

    def _connected(self) -> Connection:
        """The connection that writes. A file's is kept; a server's is taken anew, so that the pool sees it is alive."""
        if self._connection is not None and self._connection.dialect.name != "sqlite":
            self._disconnect()
        if self._connection is None:
            self._connection = self._writer.connect()
        return self._connection

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    @staticmethod
    def _apply(connection: Connection, batch: list[_Job]) -> tuple[list[Outcome], list[Committed]]:
        outcomes: list[Outcome] = []
        events: list[Committed] = []
        for job in batch:
            with Session(connection, join_transaction_mode="rollback_only", expire_on_commit=False) as session:
                outcomes.append((job.change(session), None))
                session.commit()
                events += session.info.get("committed", ())
        return outcomes, events

    @staticmethod
    def _apply_each(connection: Connection, batch: list[_Job]) -> tuple[list[Outcome], list[Committed]]:
        outcomes: list[Outcome] = []
        events: list[Committed] = []
        for job in batch:
            with Session(connection, join_transaction_mode="create_savepoint", expire_on_commit=False) as session:
                try:
                    result = job.change(session)
                    session.commit()
                except OperationalError:
                    raise
                except Exception as error:
                    session.rollback()
                    outcomes.append((None, error))
                else:
                    outcomes.append((result, None))
                    events += session.info.get("committed", ())
        return outcomes, events


def _as_problem(error: Exception) -> Exception:
    if isinstance(error, OperationalError):
        return Problem(
            "busy",
            f"The database did not take the change ({error.orig}); nothing was stored. Try again in two seconds. If it "
            "stays so, see that the disk has room and that no other program holds the database.",
            headers={"Retry-After": "2"},
        )
    return error
