"""How a listing reads an own table: by Python's ``csv`` and NumPy, and by the rules of :mod:`jobs.datasets.cells`.

It finds out by itself which columns hold numbers, which rows have a gap, and which classes there are, so that it can be
written before the file was looked at.
"""

import json
import re
from typing import Protocol

from jobs.datasets.cells import COMMA_NUMBER, GAPS, NUMBER, SEPARATORS
from jobs.datasets.own_tables import SEED
from jobs.lessons.shared.outcome import SHOWN

MODULES = ("csv", "re")
"""What it needs of Python's own."""

_LOAD = """\
# Prepare. A cell holds a number, a text, or nothing: then it is a gap.
GAPS = <gaps>
NUMBER = re.compile(<number>)


def clean(cell):
    cell = cell.strip()
    return "" if cell.lower() in GAPS else cell


def numeric(column):
    values = {row[column] for row in rows} - {""}
    return bool(values) and all(NUMBER.fullmatch(value) for value in values)


with open(<file>, encoding="utf-8-sig", newline="") as file:
    rows = [row for row in csv.reader(file<separator>) if any(map(clean, row))]
<table>
rows = [row for row in rows if row[target] and all(row[column] for column in features)]  # those without a gap
rows = [rows[place] for place in np.random.default_rng(<seed>).permutation(len(rows))]  # often sorted by class
x = np.array([[float(<cell>) for column in features] for row in rows], "float32")
classes = sorted({row[target] for row in rows})
y = np.array([classes.index(row[target]) for row in rows], "float32")
"""

_NAMED = """\
header = [name.strip() for name in rows.pop(0)]
rows = [[clean(cell) for cell in row] for row in rows]
target = <target>
features = [column for column, name in enumerate(header) if name and column != target and numeric(column)]"""

_NUMBERED = """\
rows = [[clean(cell) for cell in row] for row in rows]
target = <target>
features = [column for column in range(len(rows[0])) if column != target and numeric(column)]"""


class ReadingParams(Protocol):
    """How an own table is read; see :class:`jobs.datasets.reading.Reading`."""

    @property
    def dataset(self) -> str:
        """The table's name."""

    @property
    def target(self) -> str:
        """The column that holds the class."""

    @property
    def header(self) -> str:
        """Whether the first line names the columns."""

    @property
    def separator(self) -> str:
        """What stands between two cells."""


def load(params: ReadingParams) -> str:
    """The lines that load ``x`` and ``y`` (class numbers) and ``classes``, the names of these."""
    comma = params.separator in (",", "auto")
    named = params.header != "no"
    separator = _text(SEPARATORS.get(params.separator, ","))
    target = f"header.index({_text(params.target)})" if named else _place(params)
    if params.target == "":
        target = f"len({'header' if named else 'rows[0]'}) - 1"
    return _filled(
        _LOAD,
        gaps="{" + ", ".join(map(_text, sorted(GAPS))) + "}",
        number=_text(NUMBER if comma else COMMA_NUMBER),
        file=_text(f"{params.dataset}.csv"),
        separator="" if comma else f", delimiter={separator}",
        table=_filled(_NAMED if named else _NUMBERED, target=target),
        seed=str(SEED),
        cell="row[column]" if comma else 'row[column].replace(",", ".")',
    )


def predict(held_out: bool) -> str:
    """Ask a network with a softmax about a few rows."""
    part = "test" if held_out else "train"
    return (
        "# Predict.\n"
        f"for truth, answer in zip(y_{part}[:{SHOWN}], model.predict(x_{part}[:{SHOWN}], verbose=0)):\n"
        '    print(f"truth {classes[int(truth)]}  network {classes[answer.argmax()]} with {answer.max():.3f}")\n'
    )


def _filled(text: str, **values: str) -> str:
    """A text with its ``<places>`` filled, all at once: a column may be called like one of them."""
    return re.sub(r"<(\w+)>", lambda place: values[place[1]], text)


def _place(params: ReadingParams) -> str:
    """A column by its number: from 1 in the params, from 0 in Python."""
    return f"{params.target} - 1"


def _text(value: str) -> str:
    """A text in double quotes, as Python reads it; nothing in it can end it."""
    return json.dumps(value, ensure_ascii=False)
