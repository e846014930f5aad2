"""The listing that repeats a run on handwritten digits."""

from typing import TYPE_CHECKING

from jobs.lessons.mnist.network import layers
from jobs.lessons.shared import image_listing, listing

if TYPE_CHECKING:
    from jobs.lessons.mnist.lesson import MnistParams


def script(params: "MnistParams", jit_compile: bool, backend: str) -> str:
    """The listing for ``params``."""
    return image_listing.many_classes(
        params,
        "Handwritten digits with a convolutional network",
        jit_compile,
        backend,
        stand_in="digits",
        layers=layers(params.network, params.dropout_rate, image_listing.classes(params.dataset)),
        optimizer=listing.optimizer(params.optimizer, params.learning_rate),
    )
