"""The network of the lesson: pairs of convolution and pooling, then dense layers; each named as in ``geometry``."""

from collections.abc import Sequence

from jobs.lessons.convolution.geometry import Window
from jobs.lessons.shared.layers import Layer, Written, layer


def layers(
    filters: Sequence[int], window: Window, hidden_layers: Sequence[int], classes: int | Written = 10
) -> list[Layer]:
    """The layers, first to last; without pooling where a pool is a single point."""
    made = []
    size = (window.kernel_size, window.kernel_size)
    for number, count in enumerate(filters, start=1):
        options = {"strides": window.strides, "padding": window.padding, "activation": "relu"}
        made.append(layer("Conv2D", count, size, **options, name=f"conv_{number}"))
        if window.pool_size > 1:
            made.append(layer("MaxPooling2D", (window.pool_size, window.pool_size), name=f"pool_{number}"))
    made.append(layer("Flatten", name="flatten"))
    made += [
        layer("Dense", neurons, activation="relu", name=f"dense_{number}")
        for number, neurons in enumerate(hidden_layers, start=1)
    ]
    return [*made, layer("Dense", classes, activation="softmax", name="answer")]
