"""``fitboard lessons`` and ``fitboard datasets``: what there is, as tables for the terminal."""

from collections.abc import Iterable, Mapping
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from app import forms
from app.terminal import flags, grids
from jobs.lessons.base import Lesson
from jobs.lessons.registry import LESSONS


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def lessons() -> None:
    """Every lesson, one a line."""
    table = _table("", "lesson", "title", "what it shows")
    for lesson in LESSONS:
        table.add_row(str(lesson.number), lesson.slug, lesson.title, lesson.summary)
    Console().print(table)


def datasets(found: Iterable[Mapping[str, Any]]) -> None:
    """Datasets as the API lists them, one a line."""
    table = _table("name", "where", "holds")
    for one in found:
        table.add_row(escape(one["name"]), one["source"], escape(one["detail"]))
    Console(highlight=False).print(table)


def lesson(one: Lesson[Any]) -> None:
    """One lesson: what happens in it, its presets, its parameters as flags."""
    console = Console(highlight=False)
    console.print(f"{one.number}. {one.title}", style="bold", markup=False)
    console.print(one.summary, markup=False)
    presets = _table("--preset", "why")
    for preset in one.presets:
        presets.add_row(preset.slug, preset.why)
        for name, values in preset.grid.items():
            presets.add_row("", f"With sweep: --try {name}={grids.written(values)}")
    console.print("", presets, "", sep="\n")
    table = _table("flag", "default", "possible", "what it is")
    for field in forms.fields(one.params):
        possible = ", ".join(map(forms.shown, field.options)) or field.bounds
        table.add_row(flags.flag(field.name), forms.shown(field.default), possible, field.title)
    console.print(table)
    console.print(f"\nfitboard run {one.slug} --follow", markup=False)
