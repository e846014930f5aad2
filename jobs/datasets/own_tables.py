"""Tables of a person's own."""

from jobs.datasets.data import DatasetState, Tabular
from jobs.datasets.own import OwnFile
from jobs.datasets.problems import DatasetInvalid
from jobs.datasets.reading import Reading


def examine(file: OwnFile, reading: Reading) -> DatasetState:
    """What a table holds.

    Raises:
        DatasetInvalid: it can't be used; with the file's name (never its folder) and the remedy.
    """
    raise DatasetInvalid(file.name, f"{file.filename} cannot be used: own tables are not read yet.")


def load(file: OwnFile, reading: Reading) -> Tabular:
    """Read a table.

    Raises:
        DatasetInvalid: as :func:`examine`.
    """
    raise DatasetInvalid(file.name, f"{file.filename} cannot be used: own tables are not read yet.")
