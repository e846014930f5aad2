"""What lessons show beside their curves: the newest under each name, checked, in order, for scripts and on the page."""

from typing import Any

import pytest

from tests.app.server import Server, problem

PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="

CONTENTS: dict[str, dict[str, Any]] = {
    "table": {"columns": ["rate", "accuracy", "kept"], "rows": [[0.2, 0.75, True], [0.5, None, False]]},
    "facts": {"facts": [["result", 4.0], ["took", "3 ms"]]},
    "text": {"text": "model.summary()", "language": "python"},
    "pictures": {"pictures": [{"png": PNG, "caption": "a four", "right": False}], "columns": 3},
    "matrix": {"classes": ["cat", "dog"], "counts": [[8, 2], [0, 5]]},
    "lines": {"x": [0, 1, 2], "lines": [{"name": "cosine", "values": [0.1, None, 0.01]}], "x_title": "step"},
    "plane": {
        "columns": 3,
        "answers": [0, 40, 80, 10, 50, 90, 20, 60, 100],
        "extent": [-1, 1, 0, 2],
        "points": [[-0.5, 1, 0, False], [0.5, 1, 1, True], [-0.5, 0.5, 1, False]],
    },
    "network": {
        "inputs": ["x", "y"],
        "layers": [
            {"title": "hidden 1 (relu)", "weights": [[1.0, -2.5], [0.0, 0.5]], "biases": [0.25, -0.125]},
            {"title": "output (sigmoid)", "weights": [[0.5], [-1.0]], "biases": [0.0]},
        ],
    },
}


def exhibit(name: str = "shown", epoch: int | None = None, **content: Any) -> dict[str, Any]:
    return {"name": name, "title": f"About {name}", "note": "Look at this.", "epoch": epoch, "content": content}


def facts(name: str, epoch: int | None, value: str) -> dict[str, Any]:
    return exhibit(name, epoch, kind="facts", facts=[["value", value]])


def shown(server: Server, run: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = server.http.get(f"/api/v1/runs/{run}/exhibits").json()["items"]
    return items


def page(server: Server, run: str, part: str = "") -> str:
    text: str = server.http.get(f"/runs/{run}{part}", headers={"Accept": "text/html"}).text
    return text


def test_the_newest_under_each_name_is_kept_in_the_order_in_which_names_came(server: Server) -> None:
    attempt = server.running()
    for name, epoch in (("first", 0), ("second", None), ("first", 1)):
        attempt.post(attempt.entry("exhibit", **facts(name, epoch, "x")))
    assert [(one["name"], one["epoch"]) for one in shown(server, attempt.run)] == [("first", 1), ("second", None)]
    attempt.end()
    told = [event["data"]["epoch"] for event in server.events(attempt.run) if event["type"] == "exhibit"]
    assert told == [0, None, 1]


def test_what_belongs_to_an_epoch_is_not_taken_again_when_the_epoch_is_replayed(server: Server) -> None:
    attempt = server.running()
    attempt.post(attempt.entry("exhibit", **facts("plane", 0, "first")))
    attempt.epoch(0, loss=0.5)
    attempt.end("released")
    again = server.worker("another").claim()
    again.post(again.entry("exhibit", **facts("plane", 0, "again")))
    [one] = shown(server, attempt.run)
    assert one["content"]["facts"] == [["value", "first"]]
    again.end()
    assert [event["type"] for event in server.events(attempt.run)].count("exhibit") == 1


WORDS = {
    "table": ["0.7500", ">yes<", "—"],
    "facts": ["3 ms"],
    "text": ["model.summary()"],
    "pictures": [PNG, "a four", "✕"],
    "matrix": ["13 of 15 are right.", "<td>cat</td><td>dog</td>", "Confused most often", "heat-7", "80 %"],
    "lines": ["cosine: from 0.1000 to 0.0100."],
    "plane": [
        "The network takes 56 % of the plane for class 1. 1 of 2 training points lie on their side of the boundary. "
        "1 of 1 held-out points lie on their side of the boundary.",
        "class 1, held out <b>1</b>",
        "band-9",
    ],
    "network": [
        "From 2 to 2 to 1 neurons, 6 weights and 3 biases. The largest weight is -2.50, from x to neuron 2 of hidden 1",
        "hidden 1 (relu), neuron 2: bias -0.12, weights -2.50, 0.50",
        "wire minus size-6",
        "from neuron 2</th>",
    ],
}


@pytest.mark.parametrize("kind", CONTENTS)
def test_each_kind_stands_on_the_page(server: Server, kind: str) -> None:
    attempt = server.running()
    answer = attempt.post(attempt.entry("exhibit", **exhibit(kind=kind, **CONTENTS[kind])))
    assert answer.status_code == 200, answer.text
    for part in ("", "/parts"):
        text = page(server, attempt.run, part)
        for word in [f'<section class="sheet exhibit {kind}', "Look at this.", *WORDS[kind]]:
            assert word in text


@pytest.mark.parametrize(
    "content",
    [
        {"kind": "movie"},
        {"kind": "table", "columns": [], "rows": []},
        {"kind": "facts", "facts": []},
        {"kind": "pictures", "pictures": [{"png": "<script>"}]},
        {"kind": "text", "text": "a" * 20_001},
        {"kind": "plane", "columns": 2, "answers": [0, 50, 100], "extent": [0, 1, 0, 1]},
        {"kind": "plane", "columns": 2, "answers": [0, 50], "extent": [0, 1, 0, 1]},
        {"kind": "plane", "columns": 2, "answers": [0, 50, 50, 100], "extent": [1, 1, 0, 1]},
        {"kind": "network", "inputs": ["x"], "layers": [{"title": "", "weights": [[1], [2]], "biases": [0]}]},
        {"kind": "network", "inputs": ["x"], "layers": [{"title": "", "weights": [[1, 2]], "biases": [0]}]},
    ],
)
def test_what_is_no_exhibit_is_refused_whole(server: Server, content: dict[str, Any]) -> None:
    attempt = server.running()
    problem(attempt.post(attempt.entry("exhibit", **exhibit(**content))), 422, "invalid-input")
    assert shown(server, attempt.run) == []


def test_what_is_shown_is_text_and_never_markup(server: Server) -> None:
    attempt = server.running()
    markup = exhibit(kind="facts", facts=[["<b>name</b>", "<script>alert(1)</script>"]])
    attempt.post(attempt.entry("exhibit", **markup))
    text = page(server, attempt.run)
    assert "&lt;script&gt;alert(1)" in text
    assert "<b>name</b>" not in text


def test_a_run_shows_at_most_sixty(server: Server) -> None:
    attempt = server.running()
    entries = [attempt.entry("exhibit", **facts(f"n{number}", None, "x")) for number in range(60)]
    assert attempt.post(*entries).status_code == 200
    answer = attempt.post(attempt.entry("exhibit", **facts("n60", None, "x")))
    problem(answer, 422, "invalid-input")
    assert "'n60' is one more" in answer.text
