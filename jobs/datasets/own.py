"""A person's own table: any CSV in the datasets folder, read with what it says of itself.

Unlike the course's files (:mod:`jobs.datasets.tables`) it may have a header, its class may stand in any column and be
words, values may be quoted, and rows with a gap are left out and counted. Features must be numbers: what a word is
worth is for the person to say, not for Fitboard to guess. No lesson offers these tables yet.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from jobs.datasets.data import DatasetState, Source, Tabular
from jobs.datasets.files import Unreadable, table_bytes
from jobs.datasets.numbers import finite, short
from jobs.datasets.problems import DatasetInvalid

MOST_COLUMNS = 1000
MOST_CLASSES = 20
"""More than this is hardly a class column: perhaps a price, or a number per row."""

LONGEST_NAME = 60
"""Characters of a class's name; a column's is cut there."""

MISSING = frozenset({"", "?", "na", "n/a", "nan", "null", "none"})
"""What counts as a gap, in any case."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True)
class OwnTable:
    """A checked table.

    Attributes:
        rows: the features, each row as long as ``features``.
        labels: for each row the number of its class.
        features: what the columns are called; ``column 1``, … without a header.
        classes: what stands in the class column, numbers by size, words by letter.
        target: what the class column is called.
        header: whether the first line names the columns.
        left_out: rows that lack a value.
    """

    rows: list[list[float]]
    labels: list[int]
    features: tuple[str, ...]
    classes: tuple[str, ...]
    target: str
    header: bool
    left_out: int

    def state(self, filename: str) -> DatasetState:
        """What pages and checks need, with a sentence on what was understood."""
        counts = ", ".join(f"{self.labels.count(index)} {name}" for index, name in enumerate(self.classes))
        gaps = f"; {self.left_out} more left out, because a value is missing" if self.left_out else ""
        detail = (
            f"{len(self.rows)} rows ({counts}) with {len(self.features)} features from {filename} in the datasets "
            f"folder, {'with' if self.header else 'without'} a header, the class in {short(self.target)}{gaps}."
        )
        name, columns = Path(filename).stem, len(self.features)
        rows = len(self.rows)
        return DatasetState(
            name, f"{name} (your own)", Source.FOLDER, rows, columns, self.classes, detail, shape=(columns,)
        )

    def data(self) -> Tabular:
        """The table as arrays."""
        import numpy as np

        x, y = np.array(self.rows, "float32"), np.array(self.labels, "float32")
        return Tabular(x, y, self.features, self.classes)


def own_files(folder: Path | None, taken: Iterable[str]) -> dict[str, Path]:
    """The CSV files in ``folder`` by the name that they are chosen by, without those whose name is ``taken``.

    Only plain names count (letters, digits, ``.``, ``_``, ``-``), because they stand in addresses and commands.
    """
    if folder is None:
        return {}
    try:
        paths = sorted(folder.glob("*.csv"))
    except OSError:
        return {}
    known = {*taken, "auto"}
    return {path.stem: path for path in paths if _NAME.fullmatch(path.stem) and path.stem not in known}


def read_own_table(path: Path, target: str = "", header: bool | None = None) -> OwnTable:
    """Read and check a file.

    Args:
        path: the file.
        target: the class column's name, or its number counted from 1; empty for the last.
        header: whether the first line names the columns; None to find out: it does where one of its features is
            neither a number nor a gap.

    Raises:
        DatasetInvalid: with the file's name (never its folder), the line and the remedy.
    """
    try:
        return _read(_records(_text(path)), target.strip(), header)
    except Unreadable as error:
        raise DatasetInvalid(path.stem, f"{path.name} {error}") from None
    except ValueError as error:
        raise DatasetInvalid(path.stem, f"{path.name}{error}") from None


def _text(path: Path) -> str:
    content = table_bytes(path)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable(
            f"holds the byte 0x{content[error.start]:02x} at position {error.start}, which is not UTF-8 text. "
            "Save it as a CSV in UTF-8."
        ) from None
    if "\0" in text:
        raise Unreadable("holds zero bytes, which no text has. Save it as a CSV in UTF-8.")
    return text


def _records(text: str) -> Iterator[tuple[int, list[str]]]:
    """Each line's number and cells; empty lines are passed over."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True, skipinitialspace=True)
    begin = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield begin, [cell.strip() for cell in cells]
            begin = reader.line_num + 1
    except csv.Error as error:
        raise ValueError(f", line {begin}: {error}. Check the quotation marks.") from None


def _read(records: Iterator[tuple[int, list[str]]], target: str, header: bool | None) -> OwnTable:
    begin, first = next(records, (0, []))
    if not first:
        raise ValueError(" is empty. Put one row in each line: numbers and the class, separated by commas.")
    width = len(first)
    if width < 2:
        other = next((name for sign, name in ((";", "semicolons"), ("\t", "tabs")) if sign in first[0]), None)
        found = f"separates its values by {other}" if other else "holds one value"
        raise ValueError(f", line {begin}: it {found}. Separate the values by commas: features and the class.")
    if width > MOST_COLUMNS:
        raise ValueError(f", line {begin}: it has {width} columns; at most {MOST_COLUMNS} are read. Leave some out.")
    place = _place(first, target, header)
    if header is None:
        cells = [cell for index, cell in enumerate(first) if index != place]
        header = any(finite(cell) is None and not _gap(cell) for cell in cells)
    names = [cell[:LONGEST_NAME] if header and cell else f"column {index}" for index, cell in enumerate(first, start=1)]
    rows: list[list[float]] = []
    labels: list[str] = []
    gaps = [0] * width
    left_out = 0
    for number, cells in records if header else chain([(begin, first)], records):
        if len(cells) != width:
            raise ValueError(
                f", line {number}: {len(cells)} values where the first line has {width}. "
                "Give every line the same columns; put quotation marks around a value with a comma."
            )
        missing = [index for index, cell in enumerate(cells) if _gap(cell)]
        if missing:
            left_out += 1
            for index in missing:
                gaps[index] += 1
            continue
        rows.append([_feature(cell, names[index], number) for index, cell in enumerate(cells) if index != place])
        labels.append(_label(cells[place], number))
    if left_out > len(rows):
        worst = names[gaps.index(max(gaps))]
        raise ValueError(
            f": {left_out} of {left_out + len(rows)} rows lack a value, most often in {short(worst)}. "
            "Fill the gaps, or remove that column."
        )
    classes = _classes(labels, names[place])
    place_of = {name: index for index, name in enumerate(classes)}
    features = tuple(name for index, name in enumerate(names) if index != place)
    return OwnTable(rows, [place_of[label] for label in labels], features, classes, names[place], header, left_out)


def _place(first: list[str], target: str, header: bool | None) -> int:
    """Which column is the class."""
    if not target:
        return len(first) - 1
    if header is not False and first.count(target) == 1:
        return first.index(target)
    if target.isdecimal() and 1 <= int(target[:9]) <= len(first):
        return int(target[:9]) - 1
    twice = f"; {short(target)} is there {first.count(target)} times" if first.count(target) > 1 else ""
    known = ", ".join(short(name) for name in first[:12]) + (", …" if len(first) > 12 else "")
    raise ValueError(
        f": no column can be found for the class {short(target)}{twice}. The first line holds {known}. Name one of "
        f"its columns, or give a number from 1 to {len(first)}."
    )


def _gap(cell: str) -> bool:
    return cell.casefold() in MISSING


def _feature(cell: str, column: str, line: int) -> float:
    value = finite(cell)
    if value is None:
        raise ValueError(
            f", line {line}: {short(column)} is {short(cell)}, which is not a finite number. "
            "Features are numbers: write words as numbers, or remove the column."
        )
    return value


def _label(cell: str, line: int) -> str:
    """The class's name; ``1.0`` and ``1`` are the same."""
    if len(cell) > LONGEST_NAME:
        raise ValueError(
            f", line {line}: the class {short(cell)} has {len(cell)} characters; at most {LONGEST_NAME} are read. "
            "Give the classes short names."
        )
    value = finite(cell)
    return cell if value is None or not value.is_integer() else str(int(value))


def _classes(labels: list[str], target: str) -> tuple[str, ...]:
    found = set(labels)
    if len(found) < 2:
        held = f"holds only {short(next(iter(found)))}" if found else "holds nothing"
        raise ValueError(f": the class column {short(target)} {held}. Rows of two classes at least are needed.")
    if len(found) > MOST_CLASSES:
        raise ValueError(
            f": the class column {short(target)} holds {len(found)} different values; at most {MOST_CLASSES} are "
            "classes. Name the column that holds the class."
        )
    values = {label: finite(label) for label in found}
    if all(value is not None for value in values.values()):
        return tuple(sorted(found, key=lambda label: values[label] or 0.0))
    return tuple(sorted(found))
