"""Keras's summary of a model as a table: what comes as lines drawn with characters fits no narrow screen."""

from collections.abc import Iterator
from dataclasses import dataclass

SIDES = "│┃"
BETWEEN = "├┝└"


@dataclass(frozen=True)
class Summary:
    """The layers, row by row under their ``titles``, and Keras's lines of totals below."""

    titles: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    totals: tuple[str, ...]


def summary(text: str) -> Summary | None:
    """Read what ``model.summary()`` printed; None where it isn't drawn as Keras 3 draws it."""
    lines = text.splitlines()
    drawn = [number for number, line in enumerate(lines) if line.strip()[:1] in (*SIDES, *BETWEEN)]
    if not drawn or lines[drawn[0]].strip()[0] != "┃" or lines[drawn[-1]].strip()[0] != "└":
        return None
    titles = _cells(lines[drawn[0]])
    rows = tuple(_rows([lines[number].strip() for number in drawn[1:]]))
    if not rows or any(len(row) != len(titles) for row in rows):
        return None
    return Summary(titles, rows, tuple(line.strip() for line in lines[drawn[-1] + 1 :] if line.strip()))


def _rows(lines: list[str]) -> Iterator[tuple[str, ...]]:
    """The rows: a long cell goes on in the next line, and a rule ends the row."""
    parts: list[tuple[str, ...]] = []
    for line in lines:
        if line[0] in SIDES:
            parts.append(_cells(line))
        elif parts:
            yield tuple(" ".join(part for part in cell if part) for cell in zip(*parts, strict=False))
            parts = []


def _cells(line: str) -> tuple[str, ...]:
    return tuple(cell.strip() for cell in line.strip().strip(SIDES).replace("┃", "│").split("│"))
