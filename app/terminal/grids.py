"""``fitboard sweep … --try NAME=V,V``: what was typed as a grid of parameters, as the API takes it."""

from collections.abc import Iterable
from typing import Any

from app import forms
from app.forms import Kind
from app.settings import SettingsError
from jobs.lessons.base import Lesson


def parse(lesson: Lesson[Any], tries: Iterable[str]) -> dict[str, list[Any]]:
    """The values to try for each parameter, in the order in which they were typed.

    Whether a value can be used is for the server to judge.

    Raises:
        SettingsError: a text without ``=``, a name that the lesson doesn't have, or one that comes twice.
    """
    fields = {field.name: field for field in forms.fields(lesson.params)}
    grid: dict[str, list[Any]] = {}
    for text in tries:
        name, equals, values = text.partition("=")
        name = name.strip().removeprefix("--").replace("-", "_")
        if not equals:
            raise SettingsError(f"--try {text!r} has no “=”. Write --try NAME=VALUE,VALUE.")
        if name not in fields:
            raise SettingsError(f"{lesson.slug} has no parameter {name!r}. Parameters: {', '.join(fields)}.")
        if name in grid:
            raise SettingsError(f"--try {name} comes twice. Put all its values into one.")
        grid[name] = [forms.parse(fields[name], part) for part in parts(fields[name].kind, values) if part.strip()]
    return grid


def written(values: Iterable[Any]) -> str:
    """Values of a field as :func:`parse` reads them."""
    texts = [forms.shown(value).replace(", ", ",") for value in values]
    return (";" if any("," in text for text in texts) else ",").join(texts)


def parts(kind: Kind, values: str) -> list[str]:
    """The single values: at semicolons where there is one or where a comma may be part of a value, else at commas."""
    return values.split(";" if ";" in values or kind in (Kind.LIST, Kind.TEXT) else ",")
