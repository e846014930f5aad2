"""Reading the file of an own table, step by step: what is right becomes an :class:`OwnTable`.

The first thing that is wrong becomes a sentence with the file's name, the line and the remedy.

What is a cell, a gap or a number is decided in :mod:`jobs.datasets.cells`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NoReturn

import jobs.datasets.cells as cells
from jobs.datasets.cells import Record
from jobs.datasets.files import Unreadable, table_bytes
from jobs.datasets.numbers import short
from jobs.datasets.own import OwnFile
from jobs.datasets.problems import DatasetInvalid, UnfitReading
from jobs.datasets.reading import Reading

MOST_ROWS = 100_000
MOST_COLUMNS = 1000
MOST_CLASSES = 50

SHOWN_COLUMNS = 50
"""Of a wide table only so many columns are shown."""

NAMED = 5
"""So many columns, classes or values stand in a sentence."""


@dataclass(frozen=True)
class OwnTable:
    """A table as it was read.

    Attributes:
        reading: how, with nothing left to find out.
        header: what the file calls its columns; those without a header are called by their number.
        features: the columns of numbers, by their place in a row, from 0.
        target: the place of the class.
        classes: sorted by their letters; class 0 is the first.
        rows: those without a gap, as they stand in the file.
        gaps: how many rows were left out because a value is missing.
        unused: the other columns, each with the reason why it was left out.
    """

    reading: Reading
    header: tuple[str, ...]
    features: tuple[int, ...]
    target: int
    classes: tuple[str, ...]
    rows: tuple[Record, ...]
    gaps: int
    unused: tuple[str, ...]

    @property
    def feature_names(self) -> tuple[str, ...]:
        """What the columns of numbers are called."""
        return tuple(self.header[column] for column in self.features)

    @property
    def labels(self) -> list[str]:
        """The class of each row."""
        return [row.cells[self.target] for row in self.rows]


def read(file: OwnFile, reading: Reading) -> OwnTable:
    """Read and check a table.

    Raises:
        DatasetInvalid: it can't be used; with the file's name (never its folder), the line and the remedy.
        UnfitReading: it could be, if it were read in another way.
    """
    return _Reader(file, reading).table()


def first(file: OwnFile, reading: Reading, count: int) -> tuple[list[str], list[list[str]]]:
    """What the columns are called, and the first rows, cell by cell; gaps are empty.

    Where it cannot be told whether there is a header, the first line counts as a row, for people to look at. Of a wide
    table there are the first columns, of a long cell its beginning.

    Raises:
        DatasetInvalid: the file isn't text, or can't be read.
    """
    return _Reader(file, reading).first(count)


class _Reader:
    """Reads one file, step by step; whatever is wrong ends it with a sentence."""

    def __init__(self, file: OwnFile, reading: Reading) -> None:
        self._file = file
        self._reading = reading

    def table(self) -> OwnTable:
        text = self._text()
        rows = self._records(text)
        header = self._header(text, rows)
        target = self._target(header)
        features, unused = self._columns(header, rows, target)
        kept = self._complete(rows, header, [*features, target])
        classes = self._classes(rows, kept, header, target)
        return OwnTable(
            reading=replace(self._reading, target=header[target] if self._named else str(target + 1)),
            header=header,
            features=tuple(features),
            target=target,
            classes=classes,
            rows=tuple(kept),
            gaps=len(rows) - len(kept),
            unused=tuple(unused),
        )

    def first(self, count: int) -> tuple[list[str], list[list[str]]]:
        text = self._text()
        asked = self._reading.separator
        name = cells.separator_of(text) if asked == "auto" else asked
        found = cells.first_records(text, cells.SEPARATORS[name], cells.COMPARED)
        alike = [record for record in found if len(record.cells) == len(found[0].cells)]
        if alike and self._reading.header == "auto" and cells.names_columns(alike, cells.SEPARATORS[name]):
            self._reading = replace(self._reading, header="yes")
        rows = [[short_name(cell) for cell in record.cells[:SHOWN_COLUMNS]] for record in found[: count + 1]]
        header = [""] * max(map(len, rows), default=0)
        if rows and self._named:
            rows.pop(0)
            header = [short_name(cell) for cell in cells.names(text, cells.SEPARATORS[name])[:SHOWN_COLUMNS]]
        return [cell or f"column {number}" for number, cell in enumerate(header, start=1)], rows[:count]

    @property
    def _named(self) -> bool:
        return self._reading.header == "yes"

    def _invalid(self, detail: str) -> NoReturn:
        raise DatasetInvalid(self._file.name, f"{self._file.filename}{detail}") from None

    def _unfit(self, field: str, code: str, detail: str) -> NoReturn:
        raise UnfitReading(self._file.name, f"{self._file.filename}{detail}", field, code) from None

    def _text(self) -> str:
        try:
            content = table_bytes(self._file.checked_path())
        except Unreadable as error:
            self._invalid(f" {error}")
        if (place := content.find(b"\0")) >= 0:
            self._invalid(f" holds a zero byte at position {place}: it is no CSV. Save the table as CSV (UTF-8).")
        try:
            return content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
            self._invalid(f", line {line}: the byte 0x{content[error.start]:02x} is not UTF-8. Save it as CSV (UTF-8).")

    def _records(self, text: str) -> list[Record]:
        """All rows, once the separator is known."""
        asked = self._reading.separator
        name = cells.separator_of(text) if asked == "auto" else asked
        self._reading = replace(self._reading, separator=name)  # type: ignore[arg-type]
        self._separator = cells.SEPARATORS[name]
        try:
            rows = cells.records(text, self._separator)
        except cells.Malformed as error:
            self._invalid(str(error))
        if not rows:
            self._invalid(" is empty. Each line holds the numbers of one row and its class.")
        if len(rows[0].cells) == 1:
            told = "none of comma, semicolon and tab parts it" if asked == "auto" else f"it has no {_called(asked)}"
            self._unfit(
                "separator",
                "one_column",
                f" has one cell in line {rows[0].line}: {told}. A table needs a column of numbers and one of classes, "
                "with a comma, a semicolon or a tab between two cells.",
            )
        if len(rows[0].cells) > MOST_COLUMNS:
            self._invalid(f" has {len(rows[0].cells)} columns; at most {MOST_COLUMNS:,} are read. Use fewer.")
        if len(rows) > MOST_ROWS:
            self._invalid(f" has {len(rows):,} rows; at most {MOST_ROWS:,} are read. Use fewer.")
        return rows

    def _header(self, text: str, rows: list[Record]) -> tuple[str, ...]:
        """What the columns are called; takes a header away from the rows."""
        if self._reading.header == "auto":
            named = cells.names_columns(rows, self._separator)
            if named is None:
                first = listed([short(cell) for cell in rows[0].cells])
                self._unfit(
                    "header",
                    "unclear",
                    f": whether its first line ({first}) is a header cannot be told. Set header to yes or to no.",
                )
            self._reading = replace(self._reading, header="yes" if named else "no")
        if not self._named:
            return tuple(f"column {number}" for number in range(1, len(rows[0].cells) + 1))
        header = tuple(cells.names(text, self._separator))
        rows.pop(0)
        if not rows:
            self._invalid(" holds a header and no row below it. Each line holds the numbers of one row and its class.")
        for column, name in enumerate(header, start=1):
            if len(name) > cells.LONGEST_NAME or (name and not name.isprintable()):
                self._invalid(
                    f": column {column} is called {short(name)}. Give it a name on one line with at most "
                    f"{cells.LONGEST_NAME} characters."
                )
            if name and (other := header.index(name) + 1) != column:
                self._invalid(
                    f": columns {other} and {column} are both called {short(name)}. Give each a name of its own."
                )
        return header

    def _target(self, header: tuple[str, ...]) -> int:
        """The place of the class."""
        wanted = self._reading.target.strip()
        if wanted == "":
            place = len(header) - 1
        elif self._named and wanted in header:
            place = header.index(wanted)
        elif wanted.isascii() and wanted.isdecimal() and 1 <= int(wanted[:10]) <= len(header):
            place = int(wanted[:10]) - 1
        else:
            known = listed([short_name(name) for name in header if name])
            named = f"a name of its header ({known}) or " if self._named else ""
            self._unfit(
                "target",
                "no_such_column",
                f" has no column {short(wanted)}. The target is {named}a number from 1 to {len(header)}; empty for the "
                "last column.",
            )
        if header[place] == "":
            self._unfit(
                "target",
                "no_name",
                f": column {place + 1} has no name in the header. Name it, or choose another column as the target.",
            )
        return place

    def _columns(self, header: tuple[str, ...], rows: list[Record], target: int) -> tuple[list[int], list[str]]:
        """The columns of numbers, and the others in words."""
        features: list[int] = []
        unused: list[str] = []
        for place, name in enumerate(header):
            if place == target:
                continue
            values = {row.cells[place] for row in rows} - {""}
            text = next((value for value in values if not cells.numeric(value, self._separator)), None)
            if name and values and text is None:
                self._check_size(name, place, values, rows)
                features.append(place)
            elif not name:
                unused.append(f"column {place + 1} (it has no name)")
            elif text is None:
                unused.append(f"{short_name(name)} (it is empty)")
            else:
                first = next(row for row in rows if row.cells[place] and not self._numeric(row.cells[place]))
                unused.append(f"{short_name(name)} (text: {short(first.cells[place])} in line {first.line})")
        if not features:
            if all(self._numeric(row.cells[target]) for row in rows if row.cells[target]):
                self._unfit(
                    "target",
                    "no_features",
                    f": {short_name(header[target])} is the only column of numbers, and would be the class. Set target "
                    "to the column that holds the class.",
                )
            self._invalid(
                f": beside {short_name(header[target])}, which holds the class, no column holds numbers alone. Left "
                f"out would be {listed(unused)}. Write numbers with a point and without a unit."
            )
        return features, unused

    def _check_size(self, name: str, place: int, values: set[str], rows: list[Record]) -> None:
        large = next(filter(cells.too_large, values), None)
        if large is not None:
            line = next(row.line for row in rows if row.cells[place] == large)
            self._invalid(
                f", line {line}: {short_name(name)} is {short(large)}, which is too large. Numbers go up to 3.4e38."
            )

    def _numeric(self, cell: str) -> bool:
        return cells.numeric(cell, self._separator)

    def _complete(self, rows: list[Record], header: tuple[str, ...], columns: Sequence[int]) -> list[Record]:
        """The rows without a gap."""
        kept = [row for row in rows if all(row.cells[place] for place in columns)]
        if not kept:
            missing = {place: sum(not row.cells[place] for row in rows) for place in columns}
            most = max(columns, key=missing.__getitem__)
            self._invalid(
                f": a value is missing in each of its {len(rows)} rows, most often ({missing[most]} times) in "
                f"{short_name(header[most])}. Fill the gaps, or take that column away."
            )
        return kept

    def _classes(self, rows: list[Record], kept: list[Record], header: tuple[str, ...], target: int) -> tuple[str, ...]:
        found = sorted({row.cells[target] for row in kept})
        name = short_name(header[target])
        if len(found) == 1:
            gaps = sum(not row.cells[target] for row in rows)
            told = (
                f" Left out {'is a row' if gaps == 1 else f'are {gaps} rows'} with a gap in it: - and ? are no classes."
            )
            self._unfit(
                "target",
                "one_class",
                f": all its {len(kept)} rows are of the class {short(found[0])}.{told if gaps else ''} A network can "
                "learn to tell classes apart only from rows of two or more. "
                f"If {name} is not the class, set target to the column that is.",
            )
        if len(found) > MOST_CLASSES:
            numbers = all(map(self._numeric, found))
            why = "That is a quantity, not a class, and these lessons learn classes" if numbers else "That is too many"
            self._unfit(
                "target",
                "too_many_classes",
                f": {name} has {len(found):,} different values, such as {listed([short(one) for one in found[:2]])}. "
                f"{why}: 2 to {MOST_CLASSES} can be told apart. Set target to the column that holds the class.",
            )
        for one in found:
            if len(one) > cells.LONGEST_NAME or not one.isprintable():
                self._invalid(
                    f": the class {short(one)} is no word to be shown. Write classes on one line, with at most "
                    f"{cells.LONGEST_NAME} characters."
                )
        return tuple(found)


def short_name(name: str) -> str:
    """A class or a column as it stands in a sentence, cut where it is long."""
    return name if len(name) <= 40 else name[:37] + "..."


def listed(words: Sequence[str]) -> str:
    """Some words in a sentence, the first few of many."""
    if len(words) > NAMED:
        return f"{', '.join(words[:NAMED])} and {len(words) - NAMED} more"
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


def _called(separator: str) -> str:
    return {",": "comma", ";": "semicolon"}.get(separator, separator)
