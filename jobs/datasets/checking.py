"""Whether a file of one's own can be used at all, found out before it is kept; without NumPy, for the server."""

from jobs.datasets import own_images, own_tables
from jobs.datasets.data import Kind
from jobs.datasets.own import OwnFile
from jobs.datasets.problems import UnfitReading
from jobs.datasets.reading import AS_IT_IS


def check(file: OwnFile) -> None:
    """Read the whole file.

    Raises:
        DatasetInvalid: it can't be used; with its name (never its folder) and the remedy.
    """
    if file.kind is Kind.IMAGES:
        own_images.whole(file)
    else:
        try:
            own_tables.examine(file, AS_IT_IS)
        except UnfitReading as problem:
            if problem.field == "separator":  # none parts it: it is no table
                raise
            # Else it can be read once somebody says how.
