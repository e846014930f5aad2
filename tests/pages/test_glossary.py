"""The glossary: whole, in order, and linked from what lessons say."""

from typing import Any

import pytest

from app.glossary import ENTRIES, Entry
from app.pages import course
from app.pages.terms import linked
from jobs.lessons.base import Lesson
from jobs.lessons.registry import LESSONS
from tests.app.server import Server
from tests.pages.test_pages import HTML, Elements

EACH = pytest.mark.parametrize("entry", ENTRIES, ids=[entry.anchor for entry in ENTRIES])


def test_words_stand_in_order_each_once() -> None:
    terms = [entry.term.lower() for entry in ENTRIES]
    assert terms == sorted(set(terms))
    forms = [form for entry in ENTRIES for form in {entry.term.lower(), *entry.forms}]
    assert len(forms) == len(set(forms)), "a form leads to one word"


@EACH
def test_a_word_is_explained_in_sentences_and_names_lessons_of_the_course(entry: Entry) -> None:
    assert entry.meaning.endswith((".", "?"))
    assert 1 <= entry.meaning.count(". ") + 1 <= 4
    assert entry.lessons
    assert all(slug in {lesson.slug for lesson in course.path()} for slug in entry.lessons)
    assert all(form == form.lower() for form in entry.forms)


def test_the_page_has_a_place_for_each_word(server: Server) -> None:
    page = Elements(server.http.get("/glossary", headers=HTML).text)
    assert {entry.anchor for entry in ENTRIES} <= set(page.ids())
    for entry in ENTRIES:
        assert " ".join(entry.meaning.split()) in page.text


def test_a_word_is_linked_where_it_is_met_first_and_text_stays_text() -> None:
    first, second = linked(["A neuron & its <weights>, a neuron.", "Neurons, and the learning rate."])
    assert first == (
        'A <a class="term" href="/glossary#neuron">neuron</a> &amp; its '
        '&lt;<a class="term" href="/glossary#weight">weights</a>&gt;, a neuron.'
    )
    assert second == 'Neurons, and the <a class="term" href="/glossary#learning-rate">learning rate</a>.'


def test_a_lesson_is_linked_by_its_number_and_one_that_is_not_there_stays_text() -> None:
    [found] = linked(["Lesson 9 comes before lesson 10 and lesson 99."])
    assert found == (
        '<a href="/lessons/dropout">Lesson 9</a> comes before <a href="/lessons/learning-rate">lesson 10</a> '
        "and lesson 99."
    )


@pytest.mark.parametrize("lesson", LESSONS[:-1], ids=lambda lesson: lesson.slug)
def test_every_lesson_says_where_it_leads(lesson: Lesson[Any]) -> None:
    following = LESSONS[LESSONS.index(lesson) + 1]
    assert f'<a href="/lessons/{following.slug}">' in "".join(linked(lesson.explanation))


def test_part_of_a_word_is_no_word() -> None:
    assert linked(["A player outfits unbiased losses-to-be."]) == ["A player outfits unbiased losses-to-be."]


def test_lessons_link_their_words(server: Server) -> None:
    for lesson in LESSONS:
        page = Elements(server.http.get(f"/lessons/{lesson.slug}", headers=HTML).text)
        assert [attributes for tag, attributes in page.found if tag == "a" and attributes.get("class") == "term"]
