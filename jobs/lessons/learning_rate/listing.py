"""The listing that repeats a run with a learning-rate schedule."""

from typing import TYPE_CHECKING

from jobs.lessons.learning_rate import schedules
from jobs.lessons.shared import listing

if TYPE_CHECKING:
    from jobs.lessons.learning_rate.lesson import LearningRateParams


def script(params: "LearningRateParams", jit_compile: bool, backend: str) -> str:
    """The listing for ``params``; a ``dataset`` that is still ``auto`` is written as the bundled one."""
    dataset = listing.bundled(params.dataset)
    held_out = params.validation_split > 0
    before, optimizer, callback = schedules.listed(params)
    return listing.script(
        listing.head("A learning-rate schedule with Keras", dataset, jit_compile, backend),
        listing.constants(params.seed, params.epochs, params.batch_size),
        listing.prepare(dataset, params.validation_split, params.scale_features),
        listing.define(listing.dense_layers(params.hidden_layers, params.activation, params.kernel_initializer)),
        before and f"# The learning rate.\n{before}",
        listing.compiled(optimizer, jit_compile),
        listing.BATCHES,
        listing.fit(held_out, [callback]),
        listing.evaluate(held_out),
        listing.predict_two_classes(held_out),
    )
