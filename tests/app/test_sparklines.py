"""The short curves of a list: short however long a run goes on."""

from sqlalchemy import select

from app.models import Run
from app.runs.sparklines import POINTS, sparklines
from tests.app.server import Server


def test_a_run_that_goes_on_longer_than_planned_has_a_short_curve_all_the_same(server: Server) -> None:
    attempt = server.running(params={"epochs": 10})
    values = [1 / (epoch + 1) for epoch in range(900)]
    entries = [
        attempt.entry("epoch", epoch=one, metrics={"loss": value}, seconds=1) for one, value in enumerate(values)
    ]
    assert attempt.post(*entries).status_code == 200
    with server.board.database.read() as session:
        run = session.scalars(select(Run)).one()
        curve = sparklines(session, [run])[run.number]
    assert POINTS // 2 <= len(curve) <= POINTS + 1
    assert (curve[0], curve[-1]) == (values[0], values[-1])
