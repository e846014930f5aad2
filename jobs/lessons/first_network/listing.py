"""The listing that repeats a first-network run: the lesson page's code and a run's ``script.py``."""

from typing import TYPE_CHECKING

from jobs.lessons.shared import listing

if TYPE_CHECKING:
    from jobs.lessons.first_network.lesson import FirstNetworkParams


def script(params: "FirstNetworkParams", jit_compile: bool, backend: str) -> str:
    """The listing for ``params``."""
    return listing.table(
        params,
        "A first neural network with Keras",
        jit_compile,
        backend,
        layers=listing.dense_layers(params),
        optimizer=listing.optimizer(params.optimizer, params.learning_rate),
    )
