"""What each page says, without a browser: whole without JavaScript, escaped, nothing inline but the first script."""

import json
import re
from html.parser import HTMLParser
from typing import Any

import httpx
import pytest

from app.errors import KINDS
from app.pages import course
from jobs.lessons.registry import LESSONS
from tests.app.server import Server
from tests.pages.conftest import Runs

HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
SLUGS = [
    *("theano", "tensorflow", "keras", "multilayer-perceptrons", "first-network", "scikit-learn", "history"),
    *("checkpoints", "dropout", "learning-rate", "convolution", "mnist", "cifar10", "augmentation"),
]
PAGES = [
    *("/", "/lessons/first-network", "/lessons/mnist", "/runs", "/lab", "/errors", "/docs", "/glossary"),
    *("completed", "failed", "/compare"),
]


class Elements(HTMLParser):
    """Every element of a page with its attributes, and the text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        """Note a text."""
        self.words.append(data)

    @property
    def text(self) -> str:
        """All words, with single spaces."""
        return " ".join(" ".join(self.words).split())

    def ids(self) -> list[str]:
        """Every id."""
        return [attributes["id"] or "" for _, attributes in self.found if "id" in attributes]


def page(server: Server, path: str, status: int = 200) -> Elements:
    """A page as a browser asks for it."""
    answer: httpx.Response = server.http.get(path, headers=HTML)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].startswith("text/html")
    return Elements(answer.text)


def data_of(server: Server, path: str, name: str) -> Any:
    """What a page hands to its JavaScript."""
    text = server.http.get(path, headers=HTML).text
    found = re.search(rf'<script type="application/json" id="{name}">(.*?)</script>', text, re.DOTALL)
    assert found, f"{path} has no #{name}"
    return json.loads(found[1])


@pytest.fixture(params=PAGES)
def any_page(request: pytest.FixtureRequest, server: Server, runs: Runs) -> Elements:
    """Each page in turn."""
    path = str(request.param)
    if path == "/compare":
        path += f"?runs={runs.completed},{runs.failed}"
    return page(server, path if path.startswith("/") else f"/runs/{getattr(runs, path)}")


def test_no_page_has_an_inline_style_or_handler_and_only_one_inline_script(any_page: Elements) -> None:
    inline = 0
    for tag, attributes in any_page.found:
        assert "style" not in attributes, (tag, attributes)
        assert not [name for name in attributes if name.startswith("on")], (tag, attributes)
        assert tag != "style"
        if tag == "script":
            inline += not ("src" in attributes or attributes.get("type") == "application/json")
    assert inline == 1, "the first script, whose hash is in the policy"


def test_everything_a_page_loads_is_ours(any_page: Elements) -> None:
    for tag, attributes in any_page.found:
        for name in ("src", "href", "action"):
            value = attributes.get(name) or ""
            if tag in ("script", "link", "img", "form"):
                assert (value.startswith("/") and not value.startswith("//")) or not value, (tag, value)


def test_ids_are_unique_and_references_meet_one(any_page: Elements) -> None:
    ids = any_page.ids()
    assert len(ids) == len(set(ids)), sorted({one for one in ids if ids.count(one) > 1})
    for tag, attributes in any_page.found:
        for name in ("for", "aria-labelledby", "aria-describedby", "aria-controls", "form"):
            for one in (attributes.get(name) or "").split():
                assert one in ids, (tag, name, one)


def test_every_page_has_one_heading_a_title_and_a_way_past_the_menu(any_page: Elements) -> None:
    tags = [tag for tag, _ in any_page.found]
    assert tags.count("h1") == 1
    assert tags.count("main") == 1
    assert ("a", {"class": "skip", "href": "#main"}) in any_page.found


def test_home_shows_the_fourteen_lessons_in_order(server: Server) -> None:
    links = [attributes.get("href") for tag, attributes in page(server, "/").found if tag == "a"]
    shown = [link for link in links if link and link.startswith("/lessons/")]
    assert [f"/lessons/{slug}" for slug in SLUGS] == shown[1:], "the first link starts the first network"


def test_the_course_and_the_catalogue_agree() -> None:
    assert [lesson.slug for lesson in course.path()] == SLUGS == [lesson.slug for lesson in LESSONS]
    assert [lesson.number for lesson in course.path()] == list(range(1, 15))


def test_home_says_what_runs_and_what_this_machine_has(server: Server, runs: Runs) -> None:
    text = page(server, "/").text
    assert "Under way" in text
    assert "Epoch 1 of 10" in text
    assert "Breast cancer (bundled)" in text
    assert "569 rows" in text


def test_an_unknown_lesson_is_a_page_that_says_so(server: Server) -> None:
    assert "There is no such lesson" in page(server, "/lessons/nothing", 404).text


def test_the_form_has_exactly_the_lessons_parameters(server: Server) -> None:
    for lesson in LESSONS:
        names = [
            attributes["name"]
            for tag, attributes in page(server, f"/lessons/{lesson.slug}").found
            if tag in ("input", "select") and attributes.get("data-pointer", "").startswith("/params/")  # type: ignore[union-attr]
        ]
        assert sorted(map(str, names)) == sorted(lesson.params.model_fields)


def test_an_address_fills_the_form_and_the_code(server: Server) -> None:
    found = page(server, "/lessons/first-network?epochs=7&hidden_layers=4,2&scale_features=false")
    inputs = {attributes.get("id"): attributes for tag, attributes in found.found if tag == "input"}
    assert inputs["param-epochs"]["value"] == "7"
    assert inputs["param-hidden_layers"]["value"] == "4,2"
    assert "checked" not in inputs["param-scale_features"]
    assert "EPOCHS = 7" in found.text
    assert '"epochs": 7' in found.text
    assert "--epochs 7" in found.text
    assert "--no-scale-features" in found.text


def test_a_value_in_the_address_that_cannot_be_used_stays_and_is_explained(server: Server) -> None:
    found = page(server, "/lessons/first-network?learning_rate=fast")
    (field,) = [attributes for _, attributes in found.found if attributes.get("id") == "param-learning_rate"]
    assert field["value"] == "fast"
    assert field["aria-invalid"] == "true"
    assert '"fast" is not a number' in found.text


def test_a_preset_in_the_address_is_chosen(server: Server) -> None:
    found = page(server, "/lessons/first-network?preset=too-fast")
    (chosen,) = [one for _, one in found.found if "data-preset" in one and one.get("aria-current") == "true"]
    assert chosen["data-preset"] == "too-fast"


def test_presets_name_every_field(server: Server) -> None:
    data = data_of(server, "/lessons/first-network", "lesson-data")
    names = {field["name"] for field in data["fields"]}
    assert all(set(preset["values"]) == names for preset in data["presets"].values())
    assert data["datasets"]["auto"].startswith("Takes Breast cancer")


def test_a_finished_run_is_whole_without_javascript(server: Server, runs: Runs) -> None:
    found = page(server, f"/runs/{runs.completed}")
    for words in ("Completed", "3 of 3", "0.4000", "epoch 3", "76.0", "within the usual 70 to 82 %", "malignant"):
        assert words in found.text, words
    assert "569 rows." in found.text
    assert 'Model: "sequential"' in found.text
    assert "221 parameters" in found.text
    links = [attributes.get("href") for tag, attributes in found.found if tag == "a"]
    assert f"/api/v1/runs/{runs.completed}/checkpoints/best" in links
    assert "/lessons/first-network?dataset=breast-cancer&epochs=3&batch_size=20" in links
    assert [one for tag, one in found.found if tag == "svg" and one.get("class") == "first-curve"]
    rows = [attributes for tag, attributes in found.found if attributes.get("scope") == "row"]
    assert len(rows) >= 3


def test_what_people_and_lessons_write_is_escaped(server: Server, runs: Runs) -> None:
    text = server.http.get(f"/runs/{runs.completed}", headers=HTML).text
    assert "<b>Bold</b>" not in text
    assert "&lt;b&gt;Bold&lt;/b&gt; &amp; done" in text
    assert "<script>alert" not in text


def test_a_failed_run_says_why_and_what_to_do(server: Server, runs: Runs) -> None:
    text = page(server, f"/runs/{runs.failed}").text
    assert "The loss is not a number" in text
    assert "Use a smaller learning rate than 10." in text
    assert "cut short" in text
    assert "Diverged" in text
    assert "not a number from epoch 2 on" in text
    assert "not a number" in text


def test_a_waiting_run_says_its_place(server: Server, runs: Runs) -> None:
    assert "This is the next run" in page(server, f"/runs/{runs.queued}").text


def test_the_page_starts_its_javascript_where_the_server_stands(server: Server, runs: Runs) -> None:
    data = data_of(server, f"/runs/{runs.failed}", "run-data")
    assert data["seq"] == server.events(runs.failed)[-1]["seq"]
    assert data["series"]["loss"] == {"epoch": [0, 1], "value": [2.0, None]}
    assert data["status"] == "failed"


def test_the_parts_of_a_run_are_the_parts_of_its_page(server: Server, runs: Runs) -> None:
    whole = {one["data-part"] for _, one in page(server, f"/runs/{runs.running}").found if "data-part" in one}
    parts = {one["data-part"] for _, one in page(server, f"/runs/{runs.running}/parts").found if "data-part" in one}
    assert whole == parts >= {"figures", "stages", "outcome", "checkpoints", "model", "actions", "trouble"}


def test_an_unknown_run_is_a_page_for_people_and_json_for_scripts(server: Server) -> None:
    assert "There is no such run" in page(server, "/runs/none", 404).text
    for headers in ({"Accept": "*/*"}, {"Accept": "application/json"}, {}):
        answer = server.http.get("/runs/none", headers=headers)
        assert answer.headers["content-type"] == "application/problem+json"
    answer = server.http.get("/api/v1/runs/none", headers=HTML)
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("slug", KINDS)
def test_every_kind_of_problem_has_its_page(server: Server, slug: str) -> None:
    found = page(server, f"/errors/{slug}")
    assert KINDS[slug].title in found.text
    assert f"/errors/{slug}" in found.text


def test_the_list_filters_by_status_tag_words_and_lesson(server: Server, runs: Runs) -> None:
    def listed(query: str) -> set[str]:
        rows = page(server, f"/runs?{query}").found
        return {one["data-run"] or "" for tag, one in rows if tag == "tr" and "data-run" in one}

    everything = {runs.completed, runs.failed, runs.running, runs.queued}
    assert everything <= listed("")
    assert listed("status=failed") == {runs.failed}
    assert listed("status=failed&status=queued") == {runs.failed, runs.queued}
    assert listed("tag=try") == {runs.completed}
    assert listed("q=under+WAY") == {runs.running}
    assert listed("lesson=mnist") == set()
    assert everything <= listed("status=&lesson=&q=&sort="), "an empty form asks for everything"
    assert everything <= listed("sort=sideways"), "a mistyped order is no error page"


def test_the_list_is_paged_and_a_strange_cursor_refused(server: Server, runs: Runs) -> None:
    assert "There is no" not in page(server, "/runs").text
    assert "is not a cursor of this list" in page(server, "/runs?cursor=x", 422).text


def test_a_query_costs_the_same_for_many_runs(server: Server, runs: Runs) -> None:
    from sqlalchemy import event

    from app.pages.cards import cards
    from app.runs import queries

    counted: list[str] = []
    with server.board.database.read() as session:
        items = queries.search(session, queries.RunQuery()).items
        engine = session.get_bind()
        event.listen(engine, "before_cursor_execute", lambda *call: counted.append(call[2]))
        cards(session, items)
    selects = [one for one in counted if one.lstrip().upper().startswith("SELECT")]
    assert len(items) >= 4
    assert len(selects) <= 4, selects


def test_a_lesson_offers_own_datasets_and_says_what_is_wrong_with_a_name(server: Server) -> None:
    """The shared server has no datasets folder; its uploads lie in the data folder."""
    uploads = server.board.settings.data_dir / "datasets"
    uploads.mkdir(exist_ok=True)
    (uploads / "my <b>wine.csv").write_text("")
    try:
        found = page(server, "/lessons/first-network").found
        values = [attributes.get("value") for tag, attributes in found if tag == "option"]
        assert "my <b>wine" in values
        assert "my <b>wine" not in [
            attributes.get("value") for tag, attributes in page(server, "/lessons/mnist").found if tag == "option"
        ]
        told = page(server, "/lessons/first-network?dataset=beer").text
        assert "The dataset 'beer' is not here. There are: pima-indians-diabetes" in told
    finally:
        (uploads / "my <b>wine.csv").unlink()
