"""A run's metrics in packed blocks: always what was told first, however it was told, and wherever it stands."""

import random
from array import array
from collections.abc import Mapping, Sequence

import pytest
from sqlalchemy import func, select

from app.models import Block, Event, Run
from app.runs import columns, lifecycle
from app.runs.columns import Column, Columns
from tests.app.server import RUNS, Attempt, Server

Row = tuple[int, dict[str, float | None]]


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Metrics are packed after every few events."""
    monkeypatch.setattr(columns, "STRETCH", 5)


def read(server: Server, run: str) -> Columns:
    with server.board.database.read() as session:
        return columns.read(session, lifecycle.find(session, run))


def said(found: Columns) -> dict[str, list[tuple[int, str]]]:
    """What can be compared: NaN isn't even equal to itself."""
    return {name: [*zip(one.epoch, map(repr, one.value), strict=True)] for name, one in found.items()}


def expected(told: Mapping[str, Mapping[int, float | None]]) -> dict[str, list[tuple[int, str]]]:
    return {
        name: [(epoch, "nan" if known[epoch] is None else repr(known[epoch])) for epoch in sorted(known)]
        for name, known in told.items()
    }


def tell(attempt: Attempt, rows: Sequence[Row]) -> None:
    """Report epochs in one batch."""
    batch = [attempt.entry("epoch", epoch=epoch, metrics=metrics, seconds=1) for epoch, metrics in rows]
    assert attempt.post(*batch).status_code == 200


def row(chance: random.Random, epoch: int) -> Row:
    names = chance.sample(("loss", "accuracy", "val_loss"), chance.randint(1, 3))
    return epoch, {name: chance.choice((None, chance.random(), 1e-300)) for name in names}


def packed(server: Server, run: str) -> tuple[int, int, int]:
    """How many blocks the run has, and its ``packed`` and ``seq``."""
    with server.board.database.read() as session:
        found = lifecycle.find(session, run)
        blocks = select(func.count()).select_from(Block).where(Block.run_number == found.number)
        return session.scalar(blocks) or 0, found.packed, found.seq


@pytest.mark.usefixtures("short")
@pytest.mark.parametrize("order", ["as they come", "replayed", "in any order"])
def test_a_history_is_what_was_told_first_of_each_epoch(server: Server, order: str) -> None:
    attempt, chance = server.running(), random.Random(5)
    told: dict[str, dict[int, float | None]] = {}
    seen: set[int] = set()
    epoch = 0
    for _ in range(40):
        rows = []
        for _ in range(chance.randint(1, 8)):
            epoch = chance.randrange(200) if order == "in any order" else epoch + 1
            if order == "replayed" and chance.random() < 0.05:
                epoch = max(0, epoch - chance.randrange(20))
            rows.append(row(chance, epoch))
        tell(attempt, rows)
        for number, metrics in rows:
            for name, value in metrics.items() if number not in seen else ():
                told.setdefault(name, {})[number] = value
            seen.add(number)
        assert said(read(server, attempt.run)) == {name: expected(told)[name] for name in read(server, attempt.run)}
        assert set(read(server, attempt.run)) == set(told)
    blocks, *_ = packed(server, attempt.run)
    assert blocks > 30
    attempt.end()
    assert said(read(server, attempt.run)) == {name: expected(told)[name] for name in read(server, attempt.run)}


@pytest.mark.usefixtures("short")
def test_metrics_are_packed_every_so_many_events_and_when_the_run_ends(server: Server) -> None:
    attempt = server.running()  # three events by now
    tell(attempt, [(0, {"loss": 0.5})])
    assert packed(server, attempt.run) == (0, 0, 4)
    tell(attempt, [(1, {"loss": 0.25})])
    assert packed(server, attempt.run) == (1, 5, 5)
    tell(attempt, [(2, {"loss": 0.125, "accuracy": 1.0})])
    assert packed(server, attempt.run) == (1, 5, 6)
    attempt.end()
    assert packed(server, attempt.run) == (3, 7, 7)
    with server.board.database.read() as session:
        blocks = session.execute(select(Block.name, Block.seq, Block.epoch).order_by(Block.name, Block.seq))
        assert [(name, seq, [*array("i", epoch)]) for name, seq, epoch in blocks] == [
            ("accuracy", 7, [2]),
            ("loss", 5, [0, 1]),
            ("loss", 7, [2]),
        ]
    assert said(read(server, attempt.run))["loss"] == [(0, "0.5"), (1, "0.25"), (2, "0.125")]


@pytest.mark.usefixtures("short")
def test_what_is_packed_is_not_taken_from_the_events_again(server: Server) -> None:
    attempt = server.running()
    tell(attempt, [(epoch, {"loss": 0.5}) for epoch in range(9)])
    with server.board.database.read() as session:
        number = lifecycle.find(session, attempt.run).number
    wrong = '{"epoch":0,"metrics":{"loss":9.0}}'
    server.board.database.write(
        lambda session: session.execute(
            Event.__table__.update().where(Event.run_number == number, Event.type == "epoch").values(data=wrong)  # type: ignore[attr-defined]
        )
    )
    assert said(read(server, attempt.run))["loss"] == [(epoch, "0.5") for epoch in range(9)]


def test_numbers_that_came_as_text_are_numbers(server: Server) -> None:
    attempt = server.running()
    attempt.tell("epoch", epoch="3", metrics={"loss": "0.5", "accuracy": 1}, seconds=1)
    assert said(read(server, attempt.run)) == {"loss": [(3, "0.5")], "accuracy": [(3, "1.0")]}


def test_a_session_that_began_earlier_sees_the_earlier_history(server: Server) -> None:
    attempt = server.running()
    tell(attempt, [(0, {"loss": 0.5})])
    with server.board.database.read() as session:
        run = lifecycle.find(session, attempt.run)
        tell(attempt, [(1, {"loss": 0.25})])
        attempt.end()
        assert said(columns.read(session, run)) == {"loss": [(0, "0.5")]}
    assert len(read(server, attempt.run)["loss"].epoch) == 2


def test_the_order_is_that_in_which_keras_reports_them_now(server: Server) -> None:
    attempt = server.running()
    tell(attempt, [(0, {"b": 1.0, "a": 1.0})])
    assert list(read(server, attempt.run)) == ["b", "a"]
    tell(attempt, [(1, {"c": 1.0, "a": 1.0})])
    assert list(read(server, attempt.run)) == ["c", "a", "b"]


@pytest.mark.usefixtures("short")
def test_of_many_runs_each_has_its_own_and_only_what_is_named(server: Server) -> None:
    attempts = [server.running() for _ in range(3)]
    for place, attempt in enumerate(attempts):
        tell(attempt, [(epoch, {"loss": float(place), "accuracy": 1.0}) for epoch in range(4 * place)])
    with server.board.database.read() as session:
        runs = session.scalars(select(Run).order_by(Run.number)).all()
        found = columns.read_all(session, [run.number for run in runs], ["loss", "nothing"])
    assert [{name: [*one.value] for name, one in found[run.number].items()} for run in runs] == [
        {},
        {"loss": [1.0] * 4},
        {"loss": [2.0] * 8},
    ]


@pytest.mark.usefixtures("short")
def test_with_a_run_go_its_blocks(server: Server) -> None:
    attempt = server.running()
    tell(attempt, [(epoch, {"loss": 0.5}) for epoch in range(9)])
    attempt.end()
    assert server.http.delete(f"{RUNS}/{attempt.run}").status_code == 204
    with server.board.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Block)) == 0


@pytest.mark.parametrize(("values", "gaps"), [([], False), ([1.0, -1.0], False), ([1.0, float("nan"), 2.0], True)])
def test_a_column_knows_whether_all_of_it_is_finite(values: list[float], gaps: bool) -> None:
    assert Column.packed(array("i", range(len(values))).tobytes(), array("d", values).tobytes()).gaps is gaps
