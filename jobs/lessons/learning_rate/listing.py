"""The listing that repeats a run with a learning-rate schedule."""

from typing import TYPE_CHECKING

from jobs.lessons.learning_rate import schedules
from jobs.lessons.shared import listing

if TYPE_CHECKING:
    from jobs.lessons.learning_rate.lesson import LearningRateParams


def script(params: "LearningRateParams", jit_compile: bool, backend: str) -> str:
    """The listing for ``params``."""
    before, optimizer, callback = schedules.listed(params)
    return listing.table(
        params,
        "A learning-rate schedule with Keras",
        jit_compile,
        backend,
        layers=listing.dense_layers(params),
        optimizer=optimizer,
        before_compile=before and f"# The learning rate.\n{before}",
        callbacks=[callback],
    )
