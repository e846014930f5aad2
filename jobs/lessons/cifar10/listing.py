"""The listing that repeats a run on photographs."""

from typing import TYPE_CHECKING

from jobs.datasets.catalogue import CIFAR10, SHAPES
from jobs.lessons.cifar10.network import layers
from jobs.lessons.shared import image_listing, listing

if TYPE_CHECKING:
    from jobs.lessons.cifar10.lesson import Cifar10Params

_CLASSES = {"cifar10": CIFAR10.classes, "shapes": SHAPES.classes}


def script(params: "Cifar10Params", jit_compile: bool, backend: str) -> str:
    """The listing for ``params``; a ``dataset`` that is still ``auto`` is written as the bundled one."""
    dataset = listing.bundled(params.dataset, "shapes")
    return listing.script(
        image_listing.head("Ten classes of colour pictures", dataset, jit_compile, backend),
        listing.constants(params.seed, params.epochs, params.batch_size),
        image_listing.prepare(dataset, params.samples),
        image_listing.define(layers(params.network, params.dropout_rate, params.max_norm)),
        _decay(params) + listing.compiled(_optimizer(params), jit_compile, "categorical_crossentropy"),
        listing.BATCHES,
        listing.fit(held_out=True),
        listing.evaluate(held_out=True),
        image_listing.predict(_CLASSES[dataset]),
    )


def _decay(params: "Cifar10Params") -> str:
    if params.optimizer != "sgd" or not params.decay:
        return ""
    return (
        "# The learning rate is divided by 1 + decay * steps; SGD had an argument for that before Keras 3.\n"
        f"rate = keras.optimizers.schedules.InverseTimeDecay({params.learning_rate!r}, 1, {params.decay!r})\n\n"
    )


def _optimizer(params: "Cifar10Params") -> str:
    if params.optimizer != "sgd":
        return listing.optimizer(params.optimizer, params.learning_rate)
    return listing.optimizer("sgd", "rate" if params.decay else params.learning_rate, momentum=params.momentum)
