"""Whether two readings of a dataset hold the same numbers."""

import hashlib
from typing import TYPE_CHECKING

from jobs.datasets.data import Images, Tabular

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def fingerprint(data: Tabular | Images) -> str:
    """The SHA-256 of all that can be trained on or scored with: features, pixels and class numbers, with their shapes.

    Names are left out: a column that is called otherwise is the same column. 60 ms for 50 MB.
    """
    digest = hashlib.sha256()
    for array in _arrays(data):
        digest.update(f"{array.dtype.str}{array.shape}".encode())
        digest.update(array.ravel().data)  # which copies only what doesn't lie in order
    return digest.hexdigest()


def _arrays(data: Tabular | Images) -> "tuple[NDArray[np.generic], ...]":
    if isinstance(data, Tabular):
        return data.x, data.y
    return data.x_train, data.y_train, data.x_test, data.y_test
