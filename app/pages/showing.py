"""What a lesson shows beside its curves, ready for the page: each exhibit with the geometry of its drawing.

Each kind has a template of its own, ``templates/exhibits/KIND.html``.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.drawings import lines, matrix, network, plane
from jobs.exhibits import Exhibit

DRAW: Mapping[str, Callable[[Any], Any]] = {
    "lines": lines.draw,
    "matrix": matrix.draw,
    "plane": plane.draw,
    "network": network.draw,
}
"""What makes a drawing's geometry, by kind; the other kinds are shown as they are."""

WIDE = {"matrix", "graph"}
"""Kinds that want the whole width of the page."""

NARROW = 4
"""So many layers of a network fit into half the page."""


@dataclass(frozen=True)
class View:
    """An exhibit on a page; ``drawing`` is None for kinds that need no geometry."""

    exhibit: Exhibit
    kind: str
    drawing: Any
    wide: bool


def views(exhibits: Iterable[Exhibit]) -> Iterator[View]:
    """All of them, in order."""
    for exhibit in exhibits:
        kind = exhibit.content.kind
        draw = DRAW.get(kind)
        yield View(exhibit, kind, None if draw is None else draw(exhibit.content), _wide(exhibit))


def _wide(exhibit: Exhibit) -> bool:
    content = exhibit.content
    if content.kind == "pictures":
        return content.columns > 6
    if content.kind == "table":
        return len(content.columns) > 6
    if content.kind == "network":
        return len(content.layers) > NARROW
    return content.kind in WIDE
