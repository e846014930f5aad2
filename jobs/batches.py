"""The order in which rows are trained on: drawn from ``(seed, epoch)``, so that it can be repeated from any epoch.

The exported scripts contain the same few lines.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray


def batches(
    x: NDArray[Any], y: NDArray[Any], batch_size: int, seed: int, epochs: range
) -> Iterator[tuple[NDArray[Any], NDArray[Any]]]:
    """Yield ``(x, y)`` batches of all ``epochs`` in turn, each epoch in its own order.

    ``x`` and ``y`` have the rows first. The last batch of an epoch holds what is left.
    """
    for epoch in epochs:
        order = np.random.default_rng([seed, epoch]).permutation(len(x))
        for start in range(0, len(order), batch_size):
            rows = order[start : start + batch_size]
            yield x[rows], y[rows]
