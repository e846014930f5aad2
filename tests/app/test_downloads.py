"""What is taken away of a run: a chart as SVG, and a report that shows the run without us."""

import json
import re
import xml.etree.ElementTree as ElementTree
from html.parser import HTMLParser
from typing import Any

import pytest

from app.report import script
from tests.app.server import RUNS, Attempt, Server, problem

EVIL = "</script><script>alert(1)</script><!-- <b>&"
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def attempt(server: Server) -> Attempt:
    """A run of five epochs, with a name that would like to be markup."""
    attempt = server.running(name=EVIL, params={"epochs": 5})
    attempt.tell("model", summary=EVIL, parameters=7)
    for epoch in range(5):
        loss = 0.7 - epoch / 10
        best = {"epoch": epoch, "monitor": "val_loss", "value": loss + 0.1}
        metrics = {"loss": loss, "val_loss": loss + 0.1, "a/b <c>": 0.5, "accuracy": None if epoch == 2 else 0.6}
        attempt.tell("epoch", epoch=epoch, metrics=metrics, seconds=0.1, best=best)
    attempt.tell(
        "result",
        headline={"metric": EVIL, "value": 0.76},
        train={"loss": 0.25, "accuracy": 0.875},
        test={"loss": 0.5, "accuracy": 0.76},
        band={"metric": "x", "low": 0.7, "high": 0.8, "why": EVIL},
    )
    attempt.end()
    return attempt


def get(attempt: Attempt, part: str) -> Any:
    return attempt.worker.server.http.get(f"{RUNS}/{attempt.run}/{part}")


class Found(HTMLParser):
    """The elements of a page, and the texts of its scripts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self._inside = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._inside = tag == "script"
        if self._inside:
            self.scripts.append("")

    def handle_endtag(self, tag: str) -> None:
        self._inside = False

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.scripts[-1] += data


def test_a_chart_is_a_picture_that_needs_no_style_sheet(attempt: Attempt) -> None:
    answer = get(attempt, "chart.svg?metric=val_loss")
    assert answer.headers["content-type"] == "image/svg+xml"
    assert answer.headers["content-disposition"] == f'attachment; filename="first-network-{attempt.run}-loss.svg"'
    root = ElementTree.fromstring(answer.text)
    assert root.tag == f"{SVG}svg"
    assert root.findtext(f"{SVG}title") == f"Loss: {EVIL}"
    assert "Training loss went from 0.7000 (epoch 1) to 0.3000" in str(root.findtext(f"{SVG}desc"))
    drawn = [path for path in root.iter(f"{SVG}path") if path.get("stroke-linejoin")]
    assert [path.get("stroke-dasharray") for path in drawn] == [None, "6 4"]
    assert all(str(path.get("d")).count("L") == 4 for path in drawn)
    assert not [one for one in root.iter() if one.get("class") or one.get("style") or "style" in one.tag]
    assert get(attempt, "chart.svg").text == answer.text, "the loss, where nobody says"


def test_a_metrics_name_is_no_header(attempt: Attempt) -> None:
    answer = attempt.worker.server.http.get(f"{RUNS}/{attempt.run}/chart.svg", params={"metric": "a/b <c>"})
    assert f'filename="first-network-{attempt.run}-a-b--c-.svg"' in answer.headers["content-disposition"]


def test_a_metric_that_is_not_there_is_told_with_those_that_are(attempt: Attempt) -> None:
    detail = problem(get(attempt, "chart.svg?metric=auc"), 404, "unknown-metric")["detail"]
    assert "no metric 'auc'. It has loss, accuracy, a/b <c>." in detail
    waiting = attempt.worker.server.create()["id"]
    answer = attempt.worker.server.http.get(f"{RUNS}/{waiting}/chart.svg")
    assert "It has none yet." in problem(answer, 404, "unknown-metric")["detail"]


def test_a_report_holds_all_that_it_needs(attempt: Attempt) -> None:
    answer = get(attempt, "report.html")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["content-disposition"] == f'attachment; filename="first-network-{attempt.run}.html"'
    found = Found(answer.text)
    assert [tag for tag, _ in found.elements if tag in ("link", "img", "iframe", "object", "base")] == []
    assert [values for _, values in found.elements if {"src", "href", "srcset", "action"} & set(values)] == []
    assert [len(one) > 1_000_000 for one in found.scripts] == [False, True, False], "figures, Plotly, a few lines"
    for words in ("76.0 %", "0.8750", "Batch size", "Held-out rows", "Training loss went from 0.7000"):
        assert words in answer.text, words
    assert "@import" not in answer.text.partition("<script")[0]


def test_the_figures_of_a_report_are_the_history(attempt: Attempt) -> None:
    figures = json.loads(Found(get(attempt, "report.html").text).scripts[0])
    loss, accuracy = figures[0]["data"], figures[1]["data"]
    assert [(one["name"], one["x"]) for one in loss] == [
        ("Training", [1, 2, 3, 4, 5]),
        ("Validation", [1, 2, 3, 4, 5]),
        ("Best, epoch 5", [5]),
    ]
    history = get(attempt, "history").json()["history"]
    assert loss[0]["y"] == history["loss"]
    assert loss[1]["line"]["dash"] != loss[0]["line"]["dash"]
    assert accuracy[0]["y"] == [0.6, 0.6, None, 0.6, 0.6]


def test_nothing_that_people_or_lessons_write_is_markup_in_a_report(attempt: Attempt) -> None:
    text = get(attempt, "report.html").text
    found = Found(text)
    assert [tag for tag, _ in found.elements].count("script") == 3
    assert "b" not in {tag for tag, _ in found.elements}
    assert not [one for one in found.scripts if "alert(1)" in one]
    assert "&lt;/script&gt;&lt;script&gt;alert(1)" in text


def test_a_script_cannot_end_its_element() -> None:
    assert "</script" not in script('x = "</script>"; y = "<!-- "')
    assert "<!--" not in script('x = "<!-- "')


def test_a_report_of_folds_draws_each_around_their_mean(server: Server) -> None:
    attempt = server.running()
    for fold in range(2):
        for epoch in range(3):
            place = {"fold": fold, "folds": 2, "epoch": epoch, "epochs": 3}
            attempt.tell("epoch", **place, metrics={"loss": 1.0 + fold}, seconds=0.1)
    attempt.end()
    (figure,) = json.loads(Found(get(attempt, "report.html").text).scripts[0])
    names = [one["name"] for one in figure["data"]]
    assert names == ["Standard deviation", "Fold 1", "Fold 2", "Training"]
    assert figure["data"][0]["y"] == [1.0] * 3 + [2.0] * 3
    assert figure["data"][3]["y"] == [1.5] * 3


def test_a_report_of_a_run_that_has_not_begun_says_what_there_is(server: Server) -> None:
    run = server.create()["id"]
    text = server.http.get(f"{RUNS}/{run}/report.html").text
    assert "Queued, as it stood then" in text
    assert re.search("<script", text) is None
    problem(server.http.get(f"{RUNS}/none/report.html"), 404, "unknown-run")
