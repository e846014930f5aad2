"""Reading a comma-separated table, strictly: every value is checked, and the first that is wrong is named.

What passes here is read alike by ``numpy.loadtxt``, because the exported scripts use that. So there is no quoting,
no header and no comment, and an odd file is refused rather than guessed at.
"""

import math
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from jobs.datasets.problems import DatasetInvalid

if TYPE_CHECKING:
    from jobs.datasets.table_kinds import CsvFile

LARGEST = 8 * 1024 * 1024
"""Bytes of the largest table that is read; the course's own have 23 and 76 thousand."""

_FLOAT32_MAX = 3.4028234663852886e38


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
    def invalid(detail: str) -> DatasetInvalid:
        return DatasetInvalid(spec.name, f"{spec.filename} {detail}")

    try:
        about = path.stat()
        size = about.st_size
        if not stat.S_ISREG(about.st_mode):
            raise invalid("is not a file. Put the table itself there.")
        if size > LARGEST:
            raise invalid(
                f"has {size / 1e6:.1f} million bytes; at most {LARGEST / 1e6:.1f} million are read. "
                "Use a file with fewer rows."
            )
        return path.read_bytes().decode("ascii").replace("\r\n", "\n")
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise invalid(f"cannot be read: {reason}. Make it a file that Fitboard may read.") from None
    except UnicodeDecodeError as error:
        raise invalid(
            f"holds the byte 0x{error.object[error.start]:02x} at position {error.start}, which is not plain text. "
            "Save it as a CSV of plain ASCII characters, without a byte-order mark."
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
        raise ValueError(f"the class in the last column is {_short(label)} where {wanted} is expected.")
    return features, spec.labels.index(label)


def _number(cell: str, column: int) -> float:
    try:
        # Python reads 1_000 as a number, NumPy doesn't: what is accepted here must work in the exported script.
        value = math.nan if "_" in cell else float(cell)
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or abs(value) > _FLOAT32_MAX:
        raise ValueError(
            f"value {column} is {_short(cell)}, which is not a finite number. "
            "Every line holds numbers, without a header and without gaps; fill the gap or remove the line."
        )
    return value


def _short(cell: str) -> str:
    return repr(cell if len(cell) <= 40 else cell[:37] + "...")


def _expected(spec: "CsvFile") -> str:
    return (
        f"Each line holds {len(spec.features)} numbers and the class ({' or '.join(spec.labels)}), "
        "separated by commas, without a header."
    )
