"""Lists of runs: filters, sorts, and pages that together are everything."""

from collections.abc import Iterator
from operator import itemgetter
from typing import Any, get_args

import pytest

from app.api.runs import Sort
from app.runs import queries
from app.runs.queries import SORTS
from tests.app.server import RUNS, Server, problem


@pytest.fixture(scope="class")
def several(shared: Server) -> Iterator[Server]:
    """Runs of several names, tags and statuses."""
    names = ["beta", "alpha", "beta", "50% of it", "gamma", "alpha", "Ärger"]
    for index, name in enumerate(names):
        shared.create(name=name, tags=["even" if index % 2 == 0 else "odd", f"n{index}"])
    worker = shared.worker(slots=3)
    worker.sync()
    worker.attempts[0].end()
    worker.attempts[0].end("failed", reason="diverged", error={"title": "It diverged", "detail": "Use less."})
    yield shared
    worker.attempts[0].end("canceled")


def listed(server: Server, query: str = "") -> list[dict[str, Any]]:
    answer = server.http.get(f"{RUNS}?{query}")
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


class TestList:
    """``GET /runs``: filters, sorts, pages."""

    def test_newest_first(self, several: Server) -> None:
        runs = listed(several)
        assert [run["name"] for run in runs] == ["Ärger", "alpha", "gamma", "50% of it", "beta", "alpha", "beta"]
        assert runs == [several.read(run["id"]) for run in runs]

    @pytest.mark.parametrize(
        ("query", "count"),
        [
            ("status=running", 1),
            ("status=completed&status=failed", 2),
            ("status=paused", 0),
            ("lesson=first-network", 7),
            ("lesson=mnist", 0),
            ("tag=even", 4),
            ("tag=eve", 0),
            ("q=alpha", 2),
            ("q=ALPHA", 2),
            ("q=alpha odd", 2),
            ("q=alpha even", 0),
            ("q=n3", 1),
            ("q=network", 7),
            ("q=%25", 1),
            ("q=_", 0),
            ("q=%20", 7),
            ("status=queued&tag=odd&q=alpha", 1),
        ],
    )
    def test_filters(self, several: Server, query: str, count: int) -> None:
        assert len(listed(several, query)) == count

    def test_an_id_finds_its_run(self, several: Server) -> None:
        run = listed(several)[3]
        assert listed(several, f"q={run['id']}") == [run]

    @pytest.mark.parametrize("limit", [1, 2, 3, 200])
    @pytest.mark.parametrize("by", ["created_at", "name", "lesson", "status"])
    @pytest.mark.parametrize("minus", ["", "-"])
    def test_all_pages_together_are_all_runs_each_once_and_in_order(
        self, several: Server, by: str, minus: str, limit: int
    ) -> None:
        found: list[dict[str, Any]] = []
        query = {"sort": minus + by, "limit": limit}
        while True:
            page = several.http.get(RUNS, params=query).json()
            assert len(page["items"]) <= limit
            found += page["items"]
            if page["next_cursor"] is None:
                break
            query["cursor"] = page["next_cursor"]
        assert sorted(map(itemgetter("id"), found)) == sorted(map(itemgetter("id"), listed(several)))
        keys = [run[by] for run in found]
        assert keys == sorted(keys, reverse=bool(minus))

    def test_a_page_stays_where_it_was_when_runs_come_and_go(self, several: Server) -> None:
        first = several.http.get(RUNS, params={"limit": 3}).json()
        extra = several.create(name="later")
        rest = several.http.get(RUNS, params={"limit": 200, "cursor": first["next_cursor"]}).json()["items"]
        several.http.delete(f"{RUNS}/{extra['id']}")
        assert [run["id"] for run in first["items"] + rest] == [run["id"] for run in listed(several)]

    @pytest.mark.parametrize(
        ("query", "pointer"),
        [
            ("limit=0", "/query/limit"),
            ("limit=201", "/query/limit"),
            ("limit=many", "/query/limit"),
            ("status=sleeping", "/query/status/0"),
            ("sort=size", "/query/sort"),
            ("sort=--name", "/query/sort"),
            ("cursor=nonsense", "/query/cursor"),
            ("cursor=", "/query/cursor"),
            ("cursor=WzEsIDJd&sort=name", "/query/cursor"),  # [1, 2]
            ("q=%00", "/query/q"),
            ("cursor=WyJcdWQ4MDAiLCAxXQ&sort=name", "/query/cursor"),  # ["\ud800", 1]: a lone surrogate
            ("cursor=WzEsIDk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5XQ", "/query/cursor"),
            ("cursor=%C3%A9", "/query/cursor"),
        ],
    )
    def test_a_query_that_cannot_be_meant_is_refused_by_name(self, several: Server, query: str, pointer: str) -> None:
        answer = several.http.get(f"{RUNS}?{query}")
        assert [error["pointer"] for error in problem(answer, 422, "invalid-input")["errors"]] == [pointer]


def test_what_a_list_can_be_sorted_by_is_what_the_queries_know() -> None:
    assert set(get_args(Sort)) == {f"{minus}{name}" for minus in ("", "-") for name in SORTS}


class TestTags:
    """``q`` finds words in tags, however many tags there are."""

    def test_capitals_make_no_difference_and_signs_stand_for_themselves(self, server: Server) -> None:
        run = server.create(name="x", tags=["Ärger_50%", "odd"])["id"]
        server.create(name="x", tags=["even"])
        for word in ("ärger", "50%25", "r_5", "ODD"):
            assert [one["id"] for one in listed(server, f"q={word}")] == [run], word
        assert listed(server, "q=r%255") == []

    def test_more_tags_than_a_statement_may_name_are_found_too(
        self, server: Server, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(queries, "MOST_WORDS", 2)
        runs = [server.create(name="x", tags=[f"Word{number}"])["id"] for number in range(3)]
        server.create(name="x", tags=["other"])
        assert [one["id"] for one in listed(server, "q=word")] == runs[::-1]


def test_a_sorted_list_is_read_from_an_index(server: Server) -> None:
    with server.board.database.read() as session:
        for name in SORTS:
            for minus in ("", "-"):
                statement = queries.statement(session, queries.RunQuery(sort=minus + name))
                text = str(statement.compile(session.get_bind(), compile_kwargs={"literal_binds": True}))
                plan = [row.detail for row in session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {text}")]
                assert not [step for step in plan if "TEMP B-TREE" in step], (name, plan)
