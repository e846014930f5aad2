"""The listing that repeats a run on photographs."""

from typing import TYPE_CHECKING

from jobs.lessons.cifar10.network import layers
from jobs.lessons.shared import image_listing, listing

if TYPE_CHECKING:
    from jobs.lessons.cifar10.lesson import Cifar10Params


def script(params: "Cifar10Params", jit_compile: bool, backend: str) -> str:
    """The listing for ``params``."""
    return image_listing.many_classes(
        params,
        "Ten classes of colour pictures",
        jit_compile,
        backend,
        stand_in="shapes",
        layers=layers(params.network, params.dropout_rate, params.max_norm, image_listing.classes(params.dataset)),
        optimizer=_optimizer(params),
        before_compile=_decay(params),
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
