"""A lesson's parameters as flags of ``fitboard run LESSON``: the same fields as the form, the same names with dashes.

Pure: fields in, a function's signature out, from which typer makes the command; and back, flags to ``params``.
"""

import inspect
from collections.abc import Callable, Mapping
from typing import Annotated, Any

import typer

from app import forms
from app.forms import Field, Kind
from jobs.lessons.base import Lesson


def flag(name: str) -> str:
    """The flag of a parameter: ``--batch-size`` for ``batch_size``."""
    return f"--{name.replace('_', '-')}"


def option(field: Field) -> inspect.Parameter:
    """One parameter as typer wants it. Nothing is the default, so that only what was typed is sent."""
    names = f"{flag(field.name)}/--no-{flag(field.name)[2:]}" if field.kind is Kind.FLAG else flag(field.name)
    words = [field.help]
    if field.options:
        words.append(f"One of: {', '.join(map(forms.shown, field.options))}.")
    if field.bounds:
        words.append(f"Possible: {field.bounds}.")
    if field.kind is Kind.LIST:
        words.append("Separated by commas.")
    words.append(f"Default: {forms.shown(field.default) or 'nothing'}.")
    # Square brackets would be read as markup.
    info = typer.Option(
        names,
        help=" ".join(words).replace("[", "(").replace("]", ")"),
        metavar={Kind.INTEGER: "N", Kind.NUMBER: "X", Kind.LIST: "N,N", Kind.FLAG: None}.get(field.kind, "WORD"),
        rich_help_panel=field.group,
        show_default=False,
    )
    kind = bool if field.kind is Kind.FLAG else str
    return inspect.Parameter(
        field.name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Annotated[kind | None, info]
    )


def command(lesson: Lesson[Any], act: Callable[..., None]) -> Callable[..., None]:
    """A function for typer: ``act``'s own options, and one for every parameter of the lesson.

    ``act`` is called with ``lesson`` and ``params`` (what was typed, parsed) and its own options by name.
    """
    fields = forms.fields(lesson.params)
    own = [one for one in inspect.signature(act).parameters.values() if one.name not in ("lesson", "params")]

    def run(**values: Any) -> None:
        params = collect(fields, values)
        act(lesson=lesson, params=params, **{one.name: values[one.name] for one in own})

    run.__doc__ = f"{lesson.title}. {lesson.summary}"
    run.__signature__ = inspect.Signature([*own, *map(option, fields)])  # type: ignore[attr-defined]
    return run


def collect(fields: tuple[Field, ...], values: Mapping[str, Any]) -> dict[str, Any]:
    """The flags that were given as ``params``; numbers and lists parsed, the rest is for the server to judge."""
    return {
        field.name: value if isinstance(value := values[field.name], bool) else forms.parse(field, value)
        for field in fields
        if values.get(field.name) is not None
    }
