"""The listing that repeats a run of the life-cycle."""

from typing import TYPE_CHECKING

from jobs.lessons.shared import listing

if TYPE_CHECKING:
    from jobs.lessons.keras.lesson import KerasParams


def script(params: "KerasParams", jit_compile: bool, backend: str) -> str:
    """The listing for ``params``."""
    return listing.table(
        params,
        "The life-cycle of a Keras model",
        jit_compile,
        backend,
        layers=listing.dense_layers(params),
        optimizer=listing.optimizer(params.optimizer, params.learning_rate),
        loss=params.loss,
    )
