"""Forms from schemas: what fields come out, and how values are written and read back."""

from typing import Annotated, Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field

from app import forms
from app.forms import Kind
from jobs.lessons.base import Flag, Integer, Lesson, Params, Real
from jobs.lessons.registry import LESSONS


class Everything(Params):
    """Every kind of parameter that a form can show."""

    count: Integer = Field(3, ge=1, le=10, title="Count", description="How many.", json_schema_extra={"unit": "rows"})
    rate: Real = Field(0.5, gt=0, lt=1, title="Rate", json_schema_extra={"group": "Numbers", "step": 0.1})
    on: Flag = Field(True, title="On")
    word: Literal["a", "b"] = Field("a", title="Word")
    sizes: Annotated[tuple[Annotated[int, Field(ge=1, le=512)], ...], Field(min_length=1, max_length=4)] = (12, 8)
    note: str | None = Field(None, title="Note")
    single: Literal["only"] = "only"


FIELDS = {field.name: field for field in forms.fields(Everything)}


def test_every_field_has_its_kind_and_the_models_order() -> None:
    assert [(field.name, field.kind) for field in forms.fields(Everything)] == [
        ("count", Kind.INTEGER),
        ("rate", Kind.NUMBER),
        ("on", Kind.FLAG),
        ("word", Kind.CHOICE),
        ("sizes", Kind.LIST),
        ("note", Kind.TEXT),
        ("single", Kind.CHOICE),
    ]


def test_help_unit_step_and_options_come_from_the_schema() -> None:
    assert FIELDS["count"].help == "How many."
    assert FIELDS["count"].unit == "rows"
    assert FIELDS["rate"].step == 0.1
    assert FIELDS["word"].options == ("a", "b")
    assert FIELDS["single"].options == ("only",)
    assert FIELDS["note"].optional
    assert not FIELDS["count"].optional


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("count", "1 to 10"),
        ("rate", "above 0, below 1"),
        ("sizes", "1 to 4 values, each 1 to 512"),
        ("word", ""),
    ],
)
def test_bounds_are_said_in_words(name: str, words: str) -> None:
    assert FIELDS[name].bounds == words


def test_fields_are_grouped_in_the_order_of_their_first_field() -> None:
    found = [(group.title, [field.name for field in group.fields]) for group in forms.groups(FIELDS.values())]
    assert found[1] == ("Numbers", ["rate"])
    assert found[0] == ("Settings", ["count", "on", "word", "sizes", "note", "single"])


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("count", " 7 ", 7),
        ("count", "7.5", 7.5),
        ("count", "seven", "seven"),
        ("count", "", ""),
        ("rate", "1e-3", 0.001),
        ("rate", "1e309", "1e309"),
        ("rate", "nan", "nan"),
        ("on", "true", True),
        ("on", "maybe", "maybe"),
        ("word", "b", "b"),
        ("word", "c", "c"),
        ("sizes", "12, 8", [12, 8]),
        ("sizes", "(12,8)", [12, 8]),
        ("sizes", "12, x", [12, "x"]),
        ("sizes", "", []),
        ("note", "", None),
    ],
)
def test_what_is_typed_is_read_or_left_for_the_server_to_refuse(name: str, text: str, value: object) -> None:
    found = forms.parse(FIELDS[name], text)
    assert found == value
    assert type(found) is type(value)


@given(st.integers(-(2**60), 2**60) | st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_survives_being_written_and_read(value: float) -> None:
    assert forms.parse(FIELDS["rate"], forms.shown(value)) == value


@given(st.lists(st.integers(1, 512), min_size=1, max_size=8))
def test_a_list_survives_being_written_and_read(value: list[int]) -> None:
    assert forms.parse(FIELDS["sizes"], forms.shown(value)) == value


def test_only_known_names_are_taken_from_an_address() -> None:
    assert forms.from_query(FIELDS.values(), {"count": "4", "other": "1"}) == {"count": 4}


def test_what_equals_its_default_is_not_a_change() -> None:
    params = {"count": 3, "rate": 0.25, "sizes": [12, 8]}
    assert forms.changed(FIELDS.values(), params) == {"rate": 0.25}


def test_a_parameter_without_default_is_refused_by_name() -> None:
    class Without(Params):
        """No default."""

        count: Integer

    with pytest.raises(ValueError, match="'count' has no default"):
        forms.fields(Without)


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.slug)
def test_every_lessons_defaults_survive_the_form(lesson: Lesson[Any]) -> None:
    fields = forms.fields(lesson.params)
    typed = {field.name: forms.parse(field, forms.shown(field.default)) for field in fields}
    assert lesson.params.model_validate(typed) == lesson.params()
    assert all(field.help and field.title for field in fields)
