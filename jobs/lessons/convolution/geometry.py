"""What comes out of each layer: shapes, parameters and receptive fields, computed without Keras; and what can't be.

A receptive field is how many pixels of the image, across, one point of a map depends on. A layer with a window of
``k`` points that moves on by ``s`` lets it grow by ``k - 1`` steps of all layers before it, and makes that step ``s``
times longer.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from jobs.lessons.base import Issue
from jobs.lessons.shared.sizes import moved

Padding = Literal["valid", "same"]


@dataclass(frozen=True)
class Window:
    """What all convolutions of the network have in common: kernel, strides, padding, and the pooling after each."""

    kernel_size: int
    strides: int
    padding: Padding
    pool_size: int


@dataclass(frozen=True)
class Place:
    """A layer with what comes out of it.

    Attributes:
        name: the Keras layer's.
        shape: height, width and channels; a number of neurons for a dense layer.
        parameters: how many numbers it learns.
        field: pixels across that one of its points depends on; None for the whole image.
    """

    name: str
    shape: tuple[int, ...]
    parameters: int
    field: int | None


def places(
    shape: Sequence[int], filters: Sequence[int], window: Window, hidden_layers: Sequence[int], classes: int
) -> list[Place]:
    """Every layer in turn, as far as they fit: the last one's shape has a 0 where one doesn't.

    Args:
        shape: of an image: height, width, channels.
        filters: of each convolution, first to last.
        window: of all convolutions.
        hidden_layers: neurons of the dense layers before the last, which has one per class.
        classes: how many there are.
    """
    height, width, channels = shape
    made: list[Place] = []
    field, step = 1, 1
    for number, count in enumerate(filters, start=1):
        learnt = (window.kernel_size**2 * channels + 1) * count
        height, width = (moved(size, window.kernel_size, window.strides, window.padding) for size in (height, width))
        field, step, channels = field + (window.kernel_size - 1) * step, step * window.strides, count
        made.append(Place(f"conv_{number}", (height, width, count), learnt, field))
        if window.pool_size > 1 and min(height, width) > 0:
            height, width = (moved(size, window.pool_size, window.pool_size, "valid") for size in (height, width))
            field, step = field + (window.pool_size - 1) * step, step * window.pool_size
            made.append(Place(f"pool_{number}", (height, width, count), 0, field))
        if min(height, width) == 0:
            return made
    made.append(Place("flatten", (height * width * channels,), 0, None))
    for number, neurons in enumerate(hidden_layers, start=1):
        made.append(Place(f"dense_{number}", (neurons,), (made[-1].shape[0] + 1) * neurons, None))
    made.append(Place("answer", (classes,), (made[-1].shape[0] + 1) * classes, None))
    return made


def misfits(shape: Sequence[int], filters: Sequence[int], window: Window) -> list[Issue]:
    """Where a window is larger than what it would slide over."""
    made = places(shape, filters, window, (), 2)
    if min(made[-1].shape) > 0:
        return []
    before = made[-2].shape if len(made) > 1 else tuple(shape)
    left, last = f"{before[0]} by {before[1]} points", made[-1].name
    if last.startswith("conv"):
        size, field, most = window.kernel_size, "kernel_size", min(before[:2])
        what = f"A kernel of {size} by {size} does not fit into the {left} that reach {last}"
        remedy = f"Use a kernel of {most} at most, padding “same”" if most > 1 else "Use padding “same”"
    else:
        size, field, most = window.pool_size, "pool_size", min(before[:2])
        what = f"A pool of {size} by {size} does not fit into the {left} that reach {last}"
        remedy = f"Use a pool of {most} at most" + (" (1 does not pool)" if most == 1 else "")
    return [Issue(field, "too_large", f"{what}. {remedy}, smaller strides or fewer convolutions.")]
