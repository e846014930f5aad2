"""Images of a person's own, in an ``.npz`` with Keras's four arrays."""

from jobs.datasets.data import DatasetState, Images
from jobs.datasets.own import OwnFile
from jobs.datasets.problems import DatasetInvalid


def examine(file: OwnFile) -> DatasetState:
    """What the file holds, without NumPy.

    Raises:
        DatasetInvalid: it can't be used; with the file's name (never its folder) and the remedy.
    """
    raise DatasetInvalid(file.name, f"{file.filename} cannot be used: images of your own are not read yet.")


def load(file: OwnFile) -> Images:
    """Read the images.

    Raises:
        DatasetInvalid: as :func:`examine`.
    """
    raise DatasetInvalid(file.name, f"{file.filename} cannot be used: images of your own are not read yet.")
