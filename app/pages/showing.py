"""What a lesson shows beside its curves, ready for the page: each exhibit with the geometry of its drawing.

Each kind has a template of its own, ``templates/exhibits/KIND.html``.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pydantic import ValidationError

from app.drawings import graph, lines, matrix, network, plane
from jobs.exhibits import Exhibit, Table

DRAW: Mapping[str, Callable[[Any], Any]] = {
    "graph": graph.draw,
    "lines": lines.draw,
    "matrix": matrix.draw,
    "plane": plane.draw,
    "network": network.draw,
}
"""What makes a drawing's geometry, by kind; the other kinds are shown as they are."""

WIDE = {"matrix"}
"""Kinds that want the whole width of the page."""

HALF = 500
"""Pixels that a graph may be wide on half of the page."""

ACROSS = 10
"""So many pictures in a row, which shrink, are still seen on half of the page."""

NARROW = 4
"""So many layers of a network fit into half the page."""

TABLE = 64
"""A table whose columns are so many characters wide in all fits into half of the page."""


@dataclass(frozen=True)
class View:
    """An exhibit on a page; ``drawing`` is None for kinds that need no geometry."""

    exhibit: Exhibit
    kind: str
    drawing: Any
    wide: bool


def views(exhibits: Iterable[str]) -> Iterator[View]:
    """All of them, in order, from their JSON. What an older version has kept and this one can't read is left out."""
    for exhibit in exhibits:
        with suppress(ValidationError):
            yield view(exhibit)


@lru_cache(maxsize=256)
def view(data: str) -> View:
    """One of them. Kept, because a page that is open asks again with every event, and a large graph takes a second.

    Raises:
        ValidationError: it is no exhibit.
    """
    exhibit = Exhibit.model_validate_json(data)
    kind = exhibit.content.kind
    draw = DRAW.get(kind)
    drawing = None if draw is None else draw(exhibit.content)
    return View(exhibit, kind, drawing, _wide(exhibit, drawing))


def _wide(exhibit: Exhibit, drawing: Any) -> bool:
    content = exhibit.content
    if content.kind == "graph":
        return bool(drawing.width > HALF)
    if content.kind == "pictures":
        return content.columns > ACROSS
    if content.kind == "table":
        return len(content.columns) > 6 or _width(content) > TABLE
    if content.kind == "network":
        return len(content.layers) > NARROW
    return content.kind in WIDE


def _width(content: Table) -> int:
    """The characters of a table's widest row, were each column as wide as its longest words; numbers are cut short."""
    widest = [len(title) for title in content.columns]
    for row in content.rows:
        lengths = (len(cell) if isinstance(cell, str) else 6 for cell in row)
        widest = [max(pair) for pair in zip(widest, lengths, strict=False)]
    return sum(widest)
