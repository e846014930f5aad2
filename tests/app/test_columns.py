"""Long histories that are kept at hand: always what the database says, never more memory than allowed."""

import random
from collections.abc import Sequence

import pytest

from app.runs import columns as keeping
from app.runs import lifecycle
from app.runs.columns import Columns, Histories
from tests.app.server import Attempt, Server


def read(server: Server, histories: Histories, run: str) -> Columns:
    with server.board.database.read() as session:
        return histories.read(session, lifecycle.find(session, run))


def said(columns: Columns) -> dict[str, list[tuple[int, str]]]:
    """What can be compared: NaN isn't even equal to itself."""
    return {name: [*zip(one.epoch, map(repr, one.value), strict=True)] for name, one in columns.items()}


def told(attempt: Attempt, rows: Sequence[tuple[int, dict[str, float | None]]]) -> None:
    """Report epochs in one batch."""
    batch = [attempt.entry("epoch", epoch=epoch, metrics=metrics, seconds=1) for epoch, metrics in rows]
    assert attempt.post(*batch).status_code == 200


def row(chance: random.Random) -> tuple[int, dict[str, float | None]]:
    names = chance.sample(("loss", "accuracy", "val_loss"), chance.randint(1, 3))
    return chance.randrange(40), {name: chance.choice((None, chance.random(), 1e-300)) for name in names}


def test_a_history_that_grows_and_is_overwritten_is_always_what_the_database_says(server: Server) -> None:
    attempt, kept, chance = server.running(), Histories(), random.Random(5)
    for _ in range(40):
        told(attempt, [row(chance) for _ in range(chance.randint(1, 6))])
        assert said(read(server, kept, attempt.run)) == said(read(server, Histories(), attempt.run))


def test_what_has_grown_is_taken_from_the_events(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    attempt, kept = server.running(), Histories()
    told(attempt, [(epoch, {"loss": 0.5}) for epoch in range(10)])
    read(server, kept, attempt.run)
    monkeypatch.setattr(keeping, "_load", None)  # the rows may not be read again
    told(attempt, [(10, {"loss": None}), (11, {"loss": 0.25})])
    assert said(read(server, kept, attempt.run))["loss"][9:] == [(9, "0.5"), (10, "nan"), (11, "0.25")]
    assert read(server, kept, attempt.run)["loss"].gaps


def test_of_a_run_that_has_grown_much_the_rows_are_read(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    attempt, kept = server.running(), Histories()
    told(attempt, [(0, {"loss": 0.5})])
    read(server, kept, attempt.run)
    monkeypatch.setattr(keeping, "MOST_EVENTS", 2)
    monkeypatch.setattr(keeping, "_joined", None)
    told(attempt, [(epoch, {"loss": 0.25}) for epoch in range(1, 4)])
    assert len(read(server, kept, attempt.run)["loss"].epoch) == 4


def test_rows_come_in_parts_whatever_is_missing_in_them(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "FETCHED", 3)
    values = [0.5, 0.25, 0.125, 1.0, None, 2.0, None, 3.0]
    attempt = server.running()
    told(attempt, [(epoch, {"loss": value}) for epoch, value in enumerate(values)])
    column = read(server, Histories(), attempt.run)["loss"]
    assert said({"loss": column})["loss"] == [
        (epoch, "nan" if value is None else repr(value)) for epoch, value in enumerate(values)
    ]
    assert column.gaps


def test_who_reads_a_history_keeps_it_as_it_was(server: Server) -> None:
    attempt, kept = server.running(), Histories()
    told(attempt, [(0, {"loss": 0.5})])
    before = read(server, kept, attempt.run)
    told(attempt, [(0, {"loss": 0.25}), (1, {"loss": 0.125})])
    read(server, kept, attempt.run)
    assert said(before) == {"loss": [(0, "0.5")]}


def test_a_session_that_began_earlier_sees_the_earlier_history(server: Server) -> None:
    attempt, kept = server.running(), Histories()
    told(attempt, [(0, {"loss": 0.5})])
    with server.board.database.read() as session:
        run = lifecycle.find(session, attempt.run)
        told(attempt, [(1, {"loss": 0.25})])
        assert len(read(server, kept, attempt.run)["loss"].epoch) == 2
        assert said(kept.read(session, run)) == {"loss": [(0, "0.5")]}
    assert len(read(server, kept, attempt.run)["loss"].epoch) == 2


def test_the_order_is_that_in_which_keras_reports_them_now(server: Server) -> None:
    attempt, kept = server.running(), Histories()
    told(attempt, [(0, {"b": 1.0, "a": 1.0})])
    assert list(read(server, kept, attempt.run)) == ["b", "a"]
    told(attempt, [(1, {"c": 1.0, "a": 1.0})])
    assert list(read(server, kept, attempt.run)) == ["c", "a", "b"]


class TestMemory:
    """No more is kept than allowed."""

    def runs(self, server: Server, epochs: int) -> list[str]:
        found = []
        for number in range(3):
            server.create()
            attempt = server.worker(f"worker-{number}").claim()
            told(attempt, [(epoch, {"loss": 0.5}) for epoch in range(epochs)])
            found.append(attempt.run)
        return found

    def test_what_was_not_read_for_longest_goes_first(self, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
        one, two, three = self.runs(server, 10)
        kept = Histories(most_bytes=2 * 10 * 12)
        for run in (one, two, one, three):
            read(server, kept, run)
        assert kept.bytes == 2 * 10 * 12
        monkeypatch.setattr(keeping, "_load", None)
        read(server, kept, one)
        read(server, kept, three)
        with pytest.raises(TypeError):
            read(server, kept, two)

    def test_what_is_larger_than_allowed_is_answered_and_not_kept(self, server: Server) -> None:
        run = self.runs(server, 10)[0]
        kept = Histories(most_bytes=10 * 12 - 1)
        assert len(read(server, kept, run)["loss"].epoch) == 10
        assert kept.bytes == 0
