"""Reading a comma-separated table, strictly: every value is checked, and the first that is wrong is named.

What passes here is read alike by ``numpy.loadtxt``, because the exported scripts use that. So there is no quoting,
no header and no comment, and an odd file is refused rather than guessed at.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from jobs.datasets.files import Unreadable, table_bytes
from jobs.datasets.numbers import finite, short
from jobs.datasets.problems import DatasetInvalid

if TYPE_CHECKING:
    from jobs.datasets.table_kinds import CsvFile


@dataclass(frozen=True)
class Table:
    """A checked table: ``rows`` of features and, for each, the number of its class."""

    rows: list[list[float]]
    labels: list[int]

    def count(self, label: int) -> int:
        """How many rows are of this class."""
        return self.labels.count(label)


def read_table(path: Path, spec: "CsvFile") -> Table:
    """Read and check a file.

    Raises:
        DatasetInvalid: with the file's name (never its folder), the line and the remedy.
    """

    def invalid(detail: str) -> DatasetInvalid:
        return DatasetInvalid(spec.name, f"{spec.filename}{detail}")

    table = Table(rows=[], labels=[])
    for number, line in enumerate(_text(path, spec).split("\n"), start=1):
        if not line:
            continue
        try:
            features, label = _parse(line, spec)
        except ValueError as error:
            raise invalid(f", line {number}: {error}") from None
        table.rows.append(features)
        table.labels.append(label)
    if not table.rows:
        raise invalid(f" is empty. {_expected(spec)}")
    for index, missing in enumerate(spec.labels):
        if table.count(index) == 0:
            raise invalid(
                f": none of its {len(table.rows)} rows is of the class {missing!r} ({spec.classes[index]}). "
                "A network can learn to tell two classes apart only from rows of both."
            )
    return table


def _text(path: Path, spec: "CsvFile") -> str:
    try:
        return table_bytes(path).decode("ascii").replace("\r\n", "\n")
    except Unreadable as error:
        raise DatasetInvalid(spec.name, f"{spec.filename} {error}") from None
    except UnicodeDecodeError as error:
        raise DatasetInvalid(
            spec.name,
            f"{spec.filename} holds the byte 0x{error.object[error.start]:02x} at position {error.start}, which is "
            "not plain text. Save it as a CSV of plain ASCII characters, without a byte-order mark.",
        ) from None


def _parse(line: str, spec: "CsvFile") -> tuple[list[float], int]:
    cells = line.split(",")
    expected = len(spec.features) + 1
    if len(cells) != expected:
        found = f"{len(cells)} value{'' if len(cells) == 1 else 's'}"
        raise ValueError(f"{found} where {expected} are expected. {_expected(spec)}")
    features = [_number(cell, column) for column, cell in enumerate(cells[:-1], start=1)]
    label = cells[-1]
    if spec.numeric_labels:
        value = _number(label, expected)
        label = str(int(value)) if value.is_integer() else label
    if label not in spec.labels:
        wanted = " or ".join(repr(each) for each in spec.labels)
        raise ValueError(f"the class in the last column is {short(label)} where {wanted} is expected.")
    return features, spec.labels.index(label)


def _number(cell: str, column: int) -> float:
    value = finite(cell)
    if value is None:
        raise ValueError(
            f"value {column} is {short(cell)}, which is not a finite number. "
            "Every line holds numbers, without a header and without gaps; fill the gap or remove the line."
        )
    return value


def _expected(spec: "CsvFile") -> str:
    return (
        f"Each line holds {len(spec.features)} numbers and the class ({' or '.join(spec.labels)}), "
        "separated by commas, without a header."
    )
