"""Tables of a person's own: any CSV with a column that holds the class and others that hold numbers.

Columns of text are left out, and so are rows in which a value is missing: what is kept can be learnt from as it is, and
what was left out is said. The server asks :func:`examine`, which needs no NumPy.
"""

from collections import Counter

from jobs.datasets.cells import number
from jobs.datasets.data import DatasetState, Tabular
from jobs.datasets.kinds import where
from jobs.datasets.own import OwnFile
from jobs.datasets.own_reader import NAMED, OwnTable, first, listed, read, short_name
from jobs.datasets.reading import Reading

__all__ = ["SEED", "examine", "first", "load", "read"]

SEED = 0
"""Of the order in which the rows are taken: tables are often sorted by class. The listings show it."""


def examine(file: OwnFile, reading: Reading) -> DatasetState:
    """What a table holds when it is read so.

    Raises:
        DatasetInvalid: it can't be used; with the file's name (never its folder), the line and the remedy.
        UnfitReading: it could be, if it were read in another way.
    """
    table = read(file, reading)
    count = Counter(table.labels)
    classes = [f"{count[name]} {short_name(name)}" for name in table.classes]
    counts = listed(classes) if len(classes) <= NAMED else f"{len(classes)} classes"
    columns = len(table.features)
    left = _left_out(table)
    return DatasetState(
        name=file.name,
        title=file.title,
        source=file.source,
        rows=len(table.rows),
        columns=columns,
        classes=table.classes,
        detail=(
            f"{len(table.rows)} rows ({counts}) with {columns} feature{'' if columns == 1 else 's'} from "
            f"{file.filename} {where(file.source)}.{left}"
        ),
        shape=(columns,),
        reading=table.reading,
        counts=tuple(count[name] for name in table.classes),
    )


def load(file: OwnFile, reading: Reading) -> Tabular:
    """A table in memory, its rows in a random order that is always the same.

    Raises:
        DatasetInvalid: as :func:`examine`, and UnfitReading too.
    """
    import numpy as np

    table = read(file, reading)
    numbered = {name: place for place, name in enumerate(table.classes)}
    x = np.array([[number(row.cells[at]) for at in table.features] for row in table.rows], dtype="float32")
    y = np.array([numbered[label] for label in table.labels], dtype="float32")
    order = np.random.default_rng(SEED).permutation(len(x))
    return Tabular(x[order], y[order], table.feature_names, table.classes)


def _left_out(table: OwnTable) -> str:
    """What was left out, in a sentence, or nothing."""
    parts = []
    if table.gaps:
        parts.append(f"{table.gaps} row{'' if table.gaps == 1 else 's'} in which a value is missing")
    if table.unused:
        parts.append(f"{len(table.unused)} column{'' if len(table.unused) == 1 else 's'}: {listed(table.unused)}")
    return f" Left out: {'; '.join(parts)}." if parts else ""
