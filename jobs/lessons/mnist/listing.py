"""The listing that repeats a run on handwritten digits."""

from typing import TYPE_CHECKING

from jobs.lessons.mnist.network import layers
from jobs.lessons.shared import image_listing, listing

if TYPE_CHECKING:
    from jobs.lessons.mnist.lesson import MnistParams


def script(params: "MnistParams", jit_compile: bool, backend: str) -> str:
    """The listing for ``params``; a ``dataset`` that is still ``auto`` is written as the bundled one."""
    dataset = listing.bundled(params.dataset, "digits")
    return listing.script(
        image_listing.head("Handwritten digits with a convolutional network", dataset, jit_compile, backend),
        listing.constants(params.seed, params.epochs, params.batch_size),
        image_listing.prepare(dataset, params.samples),
        image_listing.define(layers(params.network, params.dropout_rate)),
        listing.compiled(
            listing.optimizer(params.optimizer, params.learning_rate), jit_compile, "categorical_crossentropy"
        ),
        listing.BATCHES,
        listing.fit(held_out=True),
        listing.evaluate(held_out=True),
        image_listing.predict(tuple("0123456789")),
    )
