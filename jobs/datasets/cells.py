"""The cells of a comma-separated file as people write it: quoted, with semicolons, with gaps, with or without a header.

What is taken for a number, a gap or a header is decided here, with Python's own ``csv`` alone. The exported scripts do
the same in a few lines (:mod:`jobs.lessons.shared.own_listing`): a rule that changes here changes there.
"""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice

from jobs.datasets.numbers import FLOAT32_MAX

GAPS = frozenset({"?", "-", "na", "n/a", "nan", "null"})
"""What stands for a missing value, in small letters; an empty cell does too."""

SEPARATORS = {",": ",", ";": ";", "tab": "\t"}
"""The separators by their names in ``params``."""

NUMBER = "[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)([eE][+-]?[0-9]+)?"
"""A number as Python and NumPy read it; ``nan``, ``inf`` and ``1_000`` are none.

There is one way only to match a text: a second one would make the time grow with the square of a cell's length.
"""

COMMA_NUMBER = NUMBER.replace("[.]", "[.,]")
"""The same where cells aren't parted by commas: then a comma may stand for the decimal point."""

_NUMBER, _COMMA_NUMBER = re.compile(NUMBER), re.compile(COMMA_NUMBER)

LOOKED_AT = 50
"""So many lines tell the separator."""

COMPARED = 2000
"""So many rows are compared with the first, to tell whether it is a header."""

LONGEST_NAME = 80
"""Characters of a column's name, and of a class."""


@dataclass(frozen=True)
class Record:
    """One row of the file: its cells without spaces around them, empty where there is a gap, and its first ``line``."""

    line: int
    cells: list[str]


class Malformed(Exception):
    """The text isn't a table; the message goes on after the file's name."""


def clean(cell: str) -> str:
    """A cell without spaces around it; empty where it stands for a missing value."""
    cell = cell.strip()
    return "" if len(cell) < 5 and cell.lower() in GAPS else cell  # none is longer; most cells are spared a search


def numeric(cell: str, separator: str) -> bool:
    """Whether a cell holds a number; a gap doesn't."""
    return (_NUMBER if separator == "," else _COMMA_NUMBER).fullmatch(cell) is not None


def number(cell: str) -> float:
    """The number in a cell that holds one."""
    return float(cell.replace(",", "."))


def too_large(cell: str) -> bool:
    """Whether the number in a cell doesn't fit into float32."""
    # No other can be: a quick look, because there may be a million of them.
    return (len(cell) > 38 or "e" in cell or "E" in cell) and abs(number(cell)) > FLOAT32_MAX


def records(text: str, separator: str) -> list[Record]:
    """Every row that isn't blank.

    Raises:
        Malformed: a quote isn't closed, a cell is too long, or rows have different lengths.
    """
    found: list[Record] = []
    for record in _records(text, separator):
        if found and len(record.cells) != len(found[0].cells):
            raise Malformed(
                f", line {record.line}: {_counted(record.cells)} where line {found[0].line} has "
                f"{len(found[0].cells)}. Give every line the same number of cells, and put cells that hold the "
                "separator in double quotes."
            )
        found.append(record)
    return found


def first_records(text: str, separator: str, count: int) -> list[Record]:
    """The first rows that aren't blank, whatever their length; of a text that is no table those before the trouble."""
    found: list[Record] = []
    with suppress(Malformed):
        found.extend(islice(_records(text, separator), count))
    return found


def names(text: str, separator: str) -> list[str]:
    """The first row that isn't blank, as the names of columns: ``Na`` is sodium there, and no gap."""
    with suppress(Malformed):
        for _, cells in _rows(text, separator):
            if any(map(clean, cells)):
                return [cell.strip() for cell in cells]
    return []


def separator_of(text: str) -> str:
    """The name of the separator that parts the first lines into equally many cells, more than one."""
    first = text.split("\n", LOOKED_AT)
    head = "\n".join(first[:LOOKED_AT])
    for name in ("tab", ";", ","):
        try:
            lengths = {len(record.cells) for record in records(head, SEPARATORS[name])}
        except Malformed:
            continue
        if lengths and lengths != {1}:
            return name
    # None does: the one that stands most often in the first line, so that the complaint is about the right one.
    return max((",", ";", "tab"), key=lambda name: first[0].count(SEPARATORS[name]))


def names_columns(rows: Sequence[Record], separator: str) -> bool | None:
    """Whether the first row is a header; None where some columns say so and others the opposite.

    A column of numbers says so if the first row holds none there. A column of text says so if its values come again and
    again, but never that of the first row, and the opposite if that one comes again.
    """
    below = rows[1 : 1 + COMPARED]
    votes = {
        _names(first, [row.cells[column] for row in below if row.cells[column]], separator)
        for column, first in enumerate(rows[0].cells)
        if first
    } - {None}
    return None if len(votes) == 2 else votes == {True}


def _names(first: str, values: Sequence[str], separator: str) -> bool | None:
    different = set(values)
    if 2 * sum(numeric(cell, separator) for cell in different) > len(different):
        return not numeric(first, separator)
    if first in different:
        return False
    return True if len(different) < len(values) else None


def _records(text: str, separator: str) -> Iterator[Record]:
    for line, cells in _rows(text, separator):
        cleaned = [clean(cell) for cell in cells]
        if any(cleaned):
            yield Record(line, cleaned)


def _rows(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    line = 1
    try:
        for cells in reader:
            yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        told = "a cell is longer than 131,072 characters" if "field larger" in str(error) else "a quote isn't closed"
        raise Malformed(
            f", line {line}: {told}. Close each quoted cell with a double quote, and write quotes within it twice."
        ) from None


def _counted(cells: Sequence[str]) -> str:
    return f"{len(cells)} cell{'' if len(cells) == 1 else 's'}"
