"""What comes out of a stack of layers, computed from their description: shapes and parameters, without Keras.

For the layers that lessons about images have. So a network that doesn't fit its images is refused before it is queued.
"""

from collections.abc import Sequence

from jobs.datasets import DatasetState
from jobs.lessons.base import Issue
from jobs.lessons.shared.layers import Layer

MOST_PARAMETERS = 100_000_000
"""A network of more is not trained: its weights alone take 400 MB, and four times that while Adam trains."""


def moved(size: int, window: int, step: int, padding: str) -> int:
    """How many places a window has along ``size`` points: Keras's rule; 0 where it doesn't fit."""
    if padding == "same":
        return -(-size // step)
    return 0 if size < window else (size - window) // step + 1


def parameters_of(shape: Sequence[int], layers: Sequence[Layer]) -> int | None:
    """How many numbers a network learns; None where an image of this shape (height, width, channels) is too small."""
    size, learnt = tuple(shape), 0
    for one in layers:
        if one.kind == "Conv2D":
            filters, (kernel, _) = one.values
            step, padding = one.options.get("strides", 1), one.options.get("padding", "valid")
            learnt += (kernel**2 * size[2] + 1) * filters
            size = (*(moved(side, kernel, step, padding) for side in size[:2]), filters)
        elif one.kind == "MaxPooling2D":
            pool = one.values[0][0]
            size = (*(moved(side, pool, pool, "valid") for side in size[:2]), size[2])
        elif one.kind == "Flatten":
            size = (size[0] * size[1] * size[2],)
        elif one.kind == "Dense":
            learnt += (size[0] + 1) * one.values[0]
            size = (one.values[0],)
        if min(size) == 0:
            return None
    return learnt


def misfits(dataset: DatasetState, layers: Sequence[Layer], field: str, remedy: str) -> list[Issue]:
    """Where a network can't be built for these images, or would be too large; ``remedy`` says what to use instead."""
    height, width, _ = dataset.shape
    size = f"{height} by {width} pixels"
    learnt = parameters_of(dataset.shape, layers)
    if learnt is None:
        return [Issue(field, "too_large", f"The images of {size} are too small for this network. {remedy}")]
    return too_many(learnt, size, field, remedy)


def too_many(learnt: int, size: str, field: str, remedy: str) -> list[Issue]:
    """Where a network for images of a ``size`` would have more parameters than are trained."""
    if learnt <= MOST_PARAMETERS:
        return []
    detail = (
        f"With images of {size} this network has {learnt / 1e6:,.0f} million parameters; at most "
        f"{MOST_PARAMETERS / 1e6:.0f} million are trained. {remedy}"
    )
    return [Issue(field, "too_large", detail)]
