"""Which status follows which. What comes of calls in any order is in :mod:`tests.faults.test_lifecycle`."""

from itertools import product
from typing import Any

import pytest
from sqlalchemy import select

from app.models import Run, Status
from app.runs import lifecycle
from jobs.protocol import now
from tests.app.server import Server

LEGAL = {
    ("queued", "running"),
    ("queued", "paused"),
    ("queued", "canceled"),
    ("running", "completed"),
    ("running", "failed"),
    ("running", "canceled"),
    ("running", "queued"),
    ("running", "paused"),
    ("paused", "queued"),
    ("paused", "canceled"),
    ("completed", "queued"),
    ("failed", "queued"),
    ("canceled", "queued"),
}


def test_the_table_names_every_status() -> None:
    assert set(lifecycle.TRANSITIONS) == set(Status)
    assert {(one, other) for one, others in lifecycle.TRANSITIONS.items() for other in others} == LEGAL


def test_what_has_ended_can_only_be_queued_again() -> None:
    assert {status for status in Status if status.ended} == {Status.COMPLETED, Status.FAILED, Status.CANCELED}
    assert all(lifecycle.TRANSITIONS[status] == {Status.QUEUED} for status in Status if status.ended)


@pytest.mark.parametrize(("before", "after"), list(product(Status, Status)))
def test_a_change_that_is_not_in_the_table_raises_and_changes_nothing(
    shared: Server, before: Status, after: Status
) -> None:
    run_id = shared.create()["id"]
    database = shared.board.database

    def put(session: Any) -> None:
        session.scalar(select(Run).where(Run.id == run_id)).status = str(before)

    def change(session: Any) -> None:
        lifecycle.change_status(session, lifecycle.find(session, run_id), after, now())

    database.write(put)
    if (before, after) in LEGAL:
        database.write(change)
        assert shared.read(run_id)["status"] == after
    else:
        with pytest.raises(lifecycle.IllegalTransition, match=f"cannot go from {before} to {after}"):
            database.write(change)
        assert shared.read(run_id)["status"] == before
    database.write(lambda session: session.delete(lifecycle.find(session, run_id)))
