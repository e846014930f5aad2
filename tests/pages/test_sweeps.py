"""The page of a sweep, and of any runs side by side: whole without JavaScript."""

import csv
import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from app.charts import curves, short
from app.overlay import figures, overlay, summary
from app.runs.clocks import Clock
from app.runs.history import Series
from app.settings import Settings
from tests.app.server import Server, serving
from tests.pages.test_pages import HTML, data_of, page
from tests.pages.test_words import imported, in_javascript


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(Settings(data_dir=tmp_path_factory.mktemp("sweeps"), downloads=False)) as started:
        yield started


@pytest.fixture(scope="module")
def sweep(server: Server) -> dict[str, Any]:
    """Four runs: one completed, one with two epochs, two that wait."""
    grid = {"learning_rate": [0.1, 0.01], "hidden_layers": [[12, 8], [4]]}
    body = {"lesson": "first-network", "params": {"epochs": 3}, "grid": grid, "name": "<i>Steps</i>"}
    made: dict[str, Any] = server.http.post("/api/v1/sweeps", json=body).json()
    first, second = (server.worker().claim() for _ in range(2))
    for epoch, (loss, held) in enumerate([(0.6, 0.7), (0.4, 0.5), (0.2, 0.55)]):
        first.epoch(epoch, loss=loss, val_loss=held, accuracy=0.8)
    first.end()
    for epoch in range(2):
        second.epoch(epoch, loss=0.65, val_loss=0.66, accuracy=None)
    return made


def test_the_table_shows_what_differs_and_what_came_of_it(server: Server, sweep: dict[str, Any]) -> None:
    found = page(server, sweep["links"]["page"])
    heads = found.text.split("What was tried")[1].split("Gap")[0]
    assert "Learning rate Hidden layers Status" in heads
    assert "Batch size" not in found.text, "it is the same in all"
    for words in ("0.1", "12, 8", "3 of 3", "0.5000 epoch 2", "0.2000", "0.5500", "-0.3500", "1 of 4 runs ended"):
        assert words in found.text, words
    rows = [one["data-run"] for tag, one in found.found if tag == "tr" and "data-run" in one]
    assert rows == [run["id"] for run in sweep["runs"]]
    assert "Lowest loss: 0.5000 with learning_rate 0.1 · hidden_layers 12, 8" in found.text
    strokes = [one for tag, one in found.found if tag == "path" and (one.get("class") or "").startswith("stroke")]
    assert [one["class"] for one in strokes] == [
        f"stroke {role} series-{colour}" for colour in (0, 1) for role in ("train", "validation")
    ]
    assert "&lt;i&gt;Steps&lt;/i&gt;" in server.http.get(sweep["links"]["page"], headers=HTML).text


def test_the_metric_is_chosen_in_the_address(server: Server, sweep: dict[str, Any]) -> None:
    found = page(server, f"{sweep['links']['page']}?metric=accuracy")
    assert "Highest accuracy: 0.8000" in found.text
    assert data_of(server, f"{sweep['links']['page']}?metric=nonsense", "compare-data")["metric"] == "loss"


def test_the_page_starts_its_javascript_where_the_server_stands(server: Server, sweep: dict[str, Any]) -> None:
    first = data_of(server, sweep["links"]["page"], "compare-data")["runs"][0]
    assert first["seq"] == server.events(first["id"])[-1]["seq"]
    assert first["series"]["val_loss"] == {"epoch": [0, 1, 2], "value": [0.7, 0.5, 0.55]}
    assert (first["ended"], first["label"]) == (True, "learning_rate 0.1 · hidden_layers 12, 8")


def test_the_table_comes_as_csv(server: Server, sweep: dict[str, Any]) -> None:
    answer = server.http.get(f"/sweeps/{sweep['id']}/table.csv")
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [(row["learning_rate"], row["hidden_layers"]) for row in rows] == [
        ("0.1", "12, 8"), ("0.1", "4"), ("0.01", "12, 8"), ("0.01", "4")
    ]  # fmt: skip
    assert (rows[0]["best_loss"], rows[0]["best_loss_epoch"], rows[0]["last_val_loss"]) == ("0.5", "1", "0.55")
    assert float(rows[0]["gap_loss"]) == pytest.approx(-0.35)
    assert rows[3]["best_loss"] == ""


def test_curves_stand_over_time_where_the_address_says_so(server: Server, sweep: dict[str, Any]) -> None:
    path = sweep["links"]["page"]
    assert data_of(server, path, "compare-data")["runs"][0]["clock"] is None
    clock = data_of(server, f"{path}?by=time", "compare-data")["runs"][0]["clock"]
    assert (clock["epoch"], clock["seconds"] == sorted(clock["seconds"])) == ([0, 1, 2], True)
    assert data_of(server, f"{path}?by=time", "compare-data")["runs"][3]["clock"] is None, "it has no epoch yet"
    found = page(server, f"{path}?by=time")
    assert re.search(r"[\d.]+ s\b", found.text), "its axis is in seconds"
    assert "selected" in next(one for tag, one in found.found if tag == "option" and one.get("value") == "time")
    strokes = [one["d"] or "" for tag, one in found.found if (one.get("class") or "").startswith("stroke")]
    assert len(strokes) == 4
    assert all(float(number) <= 948 for path in strokes for number in re.findall(r"[ML]([\d.]+)", path))


def test_parameters_lead_to_results_in_a_picture(server: Server, sweep: dict[str, Any]) -> None:
    found = page(server, sweep["links"]["page"])
    lines = [one for tag, one in found.found if tag == "g" and "data-line" in one]
    ids = [run["id"] for run in sweep["runs"]]
    assert {one["data-line"]: one["class"] for one in lines} == {
        ids[0]: "shade-0", ids[1]: "shade-8", ids[2]: "without", ids[3]: "without"
    }  # fmt: skip
    assert "2 runs have no value yet, or never got one; their lines end before the last axis." in found.text
    assert "best 0.5000" in found.text
    twins = page(server, f"/compare?runs={ids[0]}")
    assert "data-line" not in str(twins.found), "nothing differs"


def test_the_way_back_fills_the_form_and_runs_lead_to_their_sweep(server: Server, sweep: dict[str, Any]) -> None:
    links = [one.get("href") or "" for tag, one in page(server, sweep["links"]["page"]).found if tag == "a"]
    assert any("try.learning_rate=0.1%3B+0.01&try.hidden_layers=12%2C8%3B+4" in link for link in links), links
    run = page(server, sweep["runs"][0]["links"]["page"])
    assert sweep["links"]["page"] in [one.get("href") for tag, one in run.found if tag == "a"]
    alone = page(server, f"/runs?sweep={sweep['id']}")
    assert "4 runs of 4" in alone.text


def test_any_runs_are_compared(server: Server, sweep: dict[str, Any]) -> None:
    ids = [run["id"] for run in sweep["runs"]]
    for query in (f"runs={ids[2]},{ids[0]}", f"runs={ids[2]}&runs={ids[0]}"):
        found = page(server, f"/compare?{query}")
        assert [one["data-run"] for tag, one in found.found if tag == "tr" and "data-run" in one] == [ids[2], ids[0]]
        assert "2 runs compared" in found.text
        assert "Hidden layers" not in found.text, "both have the same"
    assert len(server.http.get(f"/compare/table.csv?runs={ids[0]},{ids[1]}").text.splitlines()) == 3
    assert "names 0 runs" in page(server, "/compare", 422).text
    assert "There is no such run" in page(server, "/compare?runs=none", 404).text


def test_runs_of_different_lessons_are_called_by_their_names(server: Server, sweep: dict[str, Any]) -> None:
    made = [server.create(lesson=lesson, name=name)["id"] for lesson, name in
            (("first-network", "one"), ("keras", "two"), ("keras", "two"))]  # fmt: skip
    labels = [run["label"] for run in data_of(server, f"/compare?runs={','.join(made)}", "compare-data")["runs"]]
    assert labels == ["one", f"two ({made[1]})", f"two ({made[2]})"]
    for run in made:
        server.http.post(f"/api/v1/runs/{run}/cancel", json={})
    assert "None of these runs has finished an epoch." in page(server, f"/compare?runs={','.join(made)}").text


def test_where_nothing_is_trained_the_answers_stand_beside_one_another(server: Server) -> None:
    body = {"lesson": "theano", "params": {}, "grid": {"expression": ["a + b", "a * b"]}}
    made = server.http.post("/api/v1/sweeps", json=body).json()
    found = page(server, made["links"]["page"])
    assert "Expression Status Answer" in found.text
    overlay = next(one for tag, one in found.found if "overlay" in (one.get("class") or "").split())
    assert "hidden" in overlay
    assert "of ?" not in found.text


def test_a_sweep_that_is_not_there_is_said_so(server: Server) -> None:
    assert "There is no such sweep" in page(server, "/sweeps/none", 404).text


def test_comparing_many_runs_takes_as_many_queries_as_comparing_two(server: Server, sweep: dict[str, Any]) -> None:
    from sqlalchemy import event

    from app.pages.comparing import compare
    from app.runs import sweeps

    counted: list[str] = []
    with server.board.database.read() as session:
        runs = sweeps.members(session, sweeps.find(session, sweep["id"]))
        event.listen(session.get_bind(), "before_cursor_execute", lambda *call: counted.append(call[2]))
        compare(session, runs)
    assert len(runs) == 4
    assert len([one for one in counted if one.lstrip().upper().startswith("SELECT")]) == 2, counted


def test_a_picture_of_nothing_and_of_a_single_epoch() -> None:
    assert overlay([{}, {"loss": Series([0], [None])}], "loss") is None
    assert figures({}, "loss").gap is None
    assert summary("loss", [("one", figures({}, "loss"))]) == "No value yet."
    one = {"loss": Series([0], [0.5])}
    drawn = overlay([one], "loss")
    assert drawn is not None
    assert overlay([one, one], "loss", [None, None]) is None, "no run has been timed"
    assert [tick.label for tick in drawn.x_ticks] == ["1"]
    assert re.fullmatch(r"M[\d.]+ [\d.]+h0", drawn.strokes[0].path)
    assert summary("loss", [("one", figures(one, "loss"))]) == f"Lowest loss: {short(0.5)} with one."


@pytest.mark.parametrize(
    ("last", "expected"),
    [(0.4, "0.4 s"), (170, "150 s"), (300, "5 min"), (7000, "100 min"), (8000, "2 h"), (3e5, "3 d")],
)
def test_time_is_counted_in_a_unit_that_fits(last: float, expected: str) -> None:
    clock = Clock(datetime(2025, 11, 3, tzinfo=UTC), [0, 9], [last / 10, last])
    series = {"loss": Series(list(range(10)), [0.5 - epoch / 100 for epoch in range(10)])}
    drawn = overlay([series], "loss", [clock])
    assert drawn is not None
    assert drawn.x_ticks[-1].label == expected
    unit = in_javascript(f"{imported('clock.js')} console.log(JSON.stringify(m.unitFor({last}).sign))")
    assert unit == expected.split()[1]


def test_no_value_is_too_large_to_be_drawn() -> None:
    wild = {"loss": Series([0, 1], [-1.7e308, 1.7e308])}
    assert overlay([wild], "loss") is not None
    assert curves(wild)


def test_a_hundred_runs_are_compared_and_no_more(server: Server) -> None:
    made = [server.create(params={"epochs": 5 + one, "batch_size": 8})["id"] for one in range(101)]
    found = page(server, f"/compare?runs={','.join(made[:100])}")
    assert len([one for tag, one in found.found if tag == "tr" and "data-run" in one]) == 100
    assert "Choose 1 to 100" in page(server, f"/compare?runs={','.join(made)}", 422).text
