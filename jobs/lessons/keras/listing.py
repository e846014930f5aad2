"""The listing that repeats a run of the life-cycle."""

from typing import TYPE_CHECKING

from jobs.lessons.shared import listing

if TYPE_CHECKING:
    from jobs.lessons.keras.lesson import KerasParams


def script(params: "KerasParams", jit_compile: bool, backend: str) -> str:
    """The listing for ``params``; a ``dataset`` that is still ``auto`` is written as the bundled one."""
    dataset = listing.bundled(params.dataset)
    held_out = params.validation_split > 0
    return listing.script(
        listing.head("The life-cycle of a Keras model", dataset, jit_compile, backend),
        listing.constants(params.seed, params.epochs, params.batch_size),
        listing.prepare(dataset, params.validation_split, params.scale_features),
        listing.define(listing.dense_layers(params.hidden_layers, params.activation, params.kernel_initializer)),
        listing.compiled(listing.optimizer(params.optimizer, params.learning_rate), jit_compile, params.loss),
        listing.BATCHES,
        listing.fit(held_out),
        listing.evaluate(held_out),
        listing.predict_two_classes(held_out),
    )
