"""When epochs were finished: looked up for many runs at once, and the same in the browser."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event

from app.runs import clocks, lifecycle
from app.runs.clocks import Clock
from app.settings import Settings
from jobs.protocol import now
from tests.app.server import Attempt, Server, serving
from tests.pages.test_words import imported, in_javascript

BEGAN = datetime(2025, 11, 3, 7, 5, tzinfo=UTC)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(Settings(data_dir=tmp_path_factory.mktemp("clocks"), downloads=False)) as started:
        yield started


def told(attempt: Attempt, count: int, seconds: float, **data: Any) -> list[dict[str, Any]]:
    """Entries of epochs that took so many seconds each, with a line of the log between them."""
    entries = []
    start = now()
    for epoch in range(count):
        entry = attempt.entry("epoch", epoch=epoch, metrics={"loss": 1.0}, seconds=seconds, **data)
        entry["time"] = (start + timedelta(seconds=(epoch + 1) * seconds)).isoformat()
        entries += [entry, attempt.entry("log", level="info", message="more")]
    return entries


def read(server: Server, *runs: str) -> dict[str, Clock]:
    with server.board.database.read() as session:
        numbers = {run: lifecycle.find(session, run).number for run in runs}
        found = clocks.read_all(session, list(numbers.values()))
    return {run: found[number] for run, number in numbers.items() if number in found}


def test_each_epoch_has_the_seconds_since_the_first_one_began(server: Server) -> None:
    attempt = server.running(params={"epochs": 4})
    assert attempt.post(*told(attempt, 4, 2.5)).status_code == 200
    waiting = server.create()["id"]
    found = read(server, attempt.run, waiting)
    assert list(found) == [attempt.run], "a run without an epoch has none"
    assert found[attempt.run].epoch == [0, 1, 2, 3]
    assert found[attempt.run].seconds == pytest.approx([2.5, 5.0, 7.5, 10.0], abs=0.01)
    attempt.end()
    server.http.post(f"/api/v1/runs/{waiting}/cancel", json={})


def test_a_long_run_is_thinned_and_keeps_its_ends(server: Server) -> None:
    attempt = server.running(params={"epochs": 900})
    assert attempt.post(*told(attempt, 450, 0.1)).status_code == 200
    clock = read(server, attempt.run)[attempt.run]
    assert (clock.epoch[0], clock.epoch[-1]) == (0, 449)
    assert 100 < len(clock.epoch) <= clocks.POINTS + 1
    assert [clock.at(epoch) for epoch in (0, 100, 301, 449)] == pytest.approx([0.1, 10.1, 30.2, 45.0], abs=0.01)
    attempt.end()


def test_of_a_cross_validation_it_is_the_first_folds(server: Server) -> None:
    attempt = server.running(params={"epochs": 3})
    assert attempt.post(*told(attempt, 3, 1.0, fold=0, folds=2, epochs=3)).status_code == 200
    assert attempt.post(*told(attempt, 3, 5.0, fold=1, folds=2, epochs=3)).status_code == 200
    assert read(server, attempt.run)[attempt.run].seconds == pytest.approx([1.0, 2.0, 3.0], abs=0.01)
    attempt.end()


def test_many_runs_take_one_query(server: Server) -> None:
    counted: list[str] = []
    with server.board.database.read() as session:
        event.listen(session.get_bind(), "before_cursor_execute", lambda *call: counted.append(call[2]))
        assert len(clocks.read_all(session, [1, 2, 3, 4, 5])) == 3
    assert len([one for one in counted if "SELECT" in one]) == 1, counted


def test_the_browser_reads_the_same_times() -> None:
    clock = Clock(BEGAN, [2, 4, 10], [1.0, 3.0, 4.5])
    asked = [0, 2, 3, 4, 5, 9, 10, 30]
    told = json.dumps({"began": "2025-11-03T07:05:00Z", "epoch": clock.epoch, "seconds": clock.seconds})
    found = in_javascript(
        f"{imported('clock.js')} const clock = new m.Clock(); clock.take({told});"
        f"console.log(JSON.stringify({asked}.map((epoch) => clock.at(epoch))))"
    )
    assert found == [clock.at(epoch) for epoch in asked] == [1.0, 1.0, 2.0, 3.0, 3.25, 4.25, 4.5, 4.5]


def test_the_browser_keeps_what_came_in_while_it_asked() -> None:
    told = {"began": "2025-11-03T07:05:00Z", "epoch": [0, 1], "seconds": [10.0, 20.0]}
    found = in_javascript(
        f"{imported('clock.js')} const clock = new m.Clock();"
        "clock.add(1, '2025-11-03T07:05:20Z', 10); clock.add(2, '2025-11-03T07:05:30Z', 10);"
        f"const alone = clock.seconds; clock.take({json.dumps(told)}); clock.add(3, '2025-11-03T07:05:40Z', 10);"
        "console.log(JSON.stringify([alone, clock.epoch, clock.seconds]))"
    )
    assert found == [[10, 20], [0, 1, 2, 3], [10, 20, 30, 40]]
