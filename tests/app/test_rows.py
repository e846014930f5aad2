"""Rows past the ORM: the same rows as by it, however many."""

from datetime import datetime, timedelta, timezone
from typing import Any, cast

import pytest
from sqlalchemy import Table, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.models import Event, Run
from app.runs import rows
from tests.app.server import Server

EVENTS, RUNS = (cast(Table, model.__table__) for model in (Event, Run))


@pytest.fixture
def number(server: Server) -> int:
    """The number of a run."""
    server.create()
    with server.board.database.read() as session:
        return session.scalars(select(Run.number)).one()


def rows_of_events(number: int, count: int, first: int = 100) -> list[tuple[Any, ...]]:
    """So many rows as the driver takes them."""
    return [(number, first + place, "log", f"2026-01-01 00:00:00.{place:06d}", f"{place}") for place in range(count)]


@pytest.mark.parametrize("count", [0, 1, 199, 200, 1000])
def test_as_many_as_are_given_are_there(server: Server, number: int, count: int) -> None:
    given = rows_of_events(number, count)
    server.board.database.write(lambda session: rows.insert(session, EVENTS, given))
    with server.board.database.read() as session:
        query = select(Event.run_number, Event.seq, Event.type, Event.data).where(Event.seq >= 100).order_by(Event.seq)
        assert [tuple(one) for one in session.execute(query)] == [(*row[:3], row[4]) for row in given]


def test_a_row_that_is_there_is_refused(server: Server, number: int) -> None:
    given = rows_of_events(number, 1)
    server.board.database.write(lambda session: rows.insert(session, EVENTS, given))
    with pytest.raises(IntegrityError):
        server.board.database.write(lambda session: rows.insert(session, EVENTS, given))


def test_what_is_bound_by_hand_is_read_back_by_the_orm(server: Server, number: int) -> None:
    when = datetime(2026, 1, 1, 12, 0, 0, 123456, timezone(timedelta(hours=2)))
    changes: dict[str, Any] = {"last": {"loss": 0.5, "größer": None}, "finished_at": when, "jit_compile": True}

    def change(session: Session) -> None:
        bind = rows.binder(session.get_bind().dialect, EVENTS.c.time)
        rows.insert(session, EVENTS, [(number, 99, "log", bind(when), "{}")])
        rows.update(session, RUNS, {**changes, "error": None}, "number", number)

    server.board.database.write(change)
    with server.board.database.read() as session:
        run = session.get_one(Run, number)
        assert {name: getattr(run, name) for name in changes} == changes
        assert run.error is None
        assert session.get_one(Event, (number, 99)).time == when
        first = rows.first(session, RUNS, ("number", "jit_compile"), "id", run.id)
        assert first is not None
        assert tuple(first) == (number, 1)
        assert rows.first(session, RUNS, ("number",), "id", "nobody") is None
