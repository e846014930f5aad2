"""Form, OpenAPI schema and command line offer the same parameters, because all three are made from ``Params``."""

import re
from typing import Any

import httpx
import pytest
from typer.main import get_command

from app import cli, forms
from app.forms import Kind
from app.terminal import flags
from jobs.lessons import registry
from jobs.lessons.base import Lesson
from jobs.lessons.registry import LESSONS
from tests.running import Running

EACH_LESSON = pytest.mark.parametrize("lesson", LESSONS, ids=[lesson.slug for lesson in LESSONS])
OWN = {"preset", "name", "tag", "follow", "server", "help"}


def command_line(lesson: Lesson[Any]) -> dict[str, set[str]]:
    """The flags that ``fitboard run LESSON`` really has, by the parameter they set."""
    import typer

    app = typer.Typer(add_completion=False)
    app.command(lesson.slug)(flags.command(lesson, cli.train))
    command = get_command(app)
    return {
        str(one.name): {*one.opts, *one.secondary_opts}
        for one in command.params
        if one.name is not None and one.name not in OWN
    }


def openapi(fitboard: Running, lesson: Lesson[Any]) -> dict[str, Any]:
    """The properties of the lesson's parameters in the OpenAPI document."""
    document = fitboard.http.get("/openapi.json").json()
    schemas: dict[str, Any] = document["components"]["schemas"]
    properties: dict[str, Any] = schemas[lesson.params.__name__]["properties"]
    return properties


@EACH_LESSON
def test_form_openapi_and_flags_are_the_same_set(fitboard: Running, lesson: Lesson[Any]) -> None:
    expected = set(lesson.params.model_fields)
    assert {field.name for field in forms.fields(lesson.params)} == expected
    assert set(openapi(fitboard, lesson)) == expected
    assert set(command_line(lesson)) == expected
    served = fitboard.http.get(f"/api/v1/lessons/{lesson.slug}").json()["parameters"]["properties"]
    assert set(served) == expected


@EACH_LESSON
def test_the_page_has_an_input_for_every_parameter(fitboard: Running, lesson: Lesson[Any]) -> None:
    page: httpx.Response = fitboard.http.get(f"/lessons/{lesson.slug}")
    named = set(re.findall(r'<(?:input|select|textarea)[^>]*\bname="([^"]+)"', page.text))
    assert set(lesson.params.model_fields) <= named


@EACH_LESSON
def test_flags_are_the_names_with_dashes(lesson: Lesson[Any]) -> None:
    for field in forms.fields(lesson.params):
        name = field.name.replace("_", "-")
        expected = {f"--{name}", f"--no-{name}"} if field.kind is Kind.FLAG else {f"--{name}"}
        assert command_line(lesson)[field.name] == expected


@EACH_LESSON
def test_no_parameter_hides_an_option_of_the_command(lesson: Lesson[Any]) -> None:
    assert not OWN & set(lesson.params.model_fields)


@EACH_LESSON
def test_every_preset_can_be_typed_as_flags(lesson: Lesson[Any]) -> None:
    fields = forms.fields(lesson.params)
    for preset in lesson.presets:
        typed = {
            name: value if isinstance(value, bool) else forms.shown(value) for name, value in preset.values.items()
        }
        given = {field.name: typed.get(field.name) for field in fields}
        expected = lesson.params.model_validate(dict(preset.values))
        assert lesson.params.model_validate(flags.collect(fields, given)) == expected


def test_only_what_was_typed_is_sent() -> None:
    lesson = registry.get("first-network")
    fields = forms.fields(lesson.params)
    nothing = dict.fromkeys(lesson.params.model_fields)
    assert flags.collect(fields, nothing) == {}
    typed = {**nothing, "epochs": "20", "hidden_layers": "12, 8", "scale_features": False, "learning_rate": "1e-3"}
    assert flags.collect(fields, typed) == {
        "scale_features": False,
        "hidden_layers": [12, 8],
        "learning_rate": 0.001,
        "epochs": 20,
    }
