"""Rows past the ORM: the same rows as by it, however many."""

from datetime import datetime, timedelta, timezone
from typing import Any, cast

import pytest
from sqlalchemy import Table, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.models import Event, Metric, Run
from app.runs import rows
from tests.app.server import Server

METRICS, EVENTS, RUNS = (cast(Table, model.__table__) for model in (Metric, Event, Run))


@pytest.fixture
def number(server: Server) -> int:
    """The number of a run."""
    server.create()
    with server.board.database.read() as session:
        return session.scalars(select(Run.number)).one()


@pytest.mark.parametrize("count", [0, 1, 249, 250, 1000])
def test_as_many_as_are_given_are_there(server: Server, number: int, count: int) -> None:
    given = [(number, "loss", epoch, None if epoch % 7 == 0 else epoch / 3) for epoch in range(count)]
    server.board.database.write(lambda session: rows.insert(session, METRICS, given))
    with server.board.database.read() as session:
        query = select(Metric.run_number, Metric.name, Metric.epoch, Metric.value).order_by(Metric.epoch)
        assert [tuple(one) for one in session.execute(query)] == given


def test_a_row_that_is_there_is_refused_or_replaced_as_it_is_wanted(server: Server, number: int) -> None:
    def insert(value: float, replace: bool) -> None:
        given = [(number, "loss", 0, value)]
        server.board.database.write(lambda session: rows.insert(session, METRICS, given, replace))

    insert(0.5, False)
    with pytest.raises(IntegrityError):
        insert(0.25, False)
    insert(0.125, True)
    with server.board.database.read() as session:
        assert session.scalars(select(Metric.value)).all() == [0.125]
        assert session.scalar(select(func.count()).select_from(Metric)) == 1


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
