"""Stacks of dense layers, and the optimizers by their name: what a lesson's params say, in Keras."""

from collections.abc import Sequence
from typing import Any, Protocol

from jobs.lessons.shared.layers import Layer, layer, stacked

OPTIMIZERS = {"adam": "Adam", "sgd": "SGD", "rmsprop": "RMSprop", "adagrad": "Adagrad", "nadam": "Nadam"}
"""What Keras calls the class behind each name."""

LOSSES = {"binary_crossentropy": "Binary cross-entropy", "mean_squared_error": "Mean squared error"}
"""What people call the losses of a network with two classes, by Keras's names."""


class DenseParams(Protocol):
    """The parameters of a stack of dense layers."""

    @property
    def hidden_layers(self) -> Sequence[int]:
        """Neurons of each hidden layer."""

    @property
    def activation(self) -> str:
        """Of the hidden layers."""

    @property
    def kernel_initializer(self) -> str:
        """Of all layers."""

    @property
    def seed(self) -> int:
        """Where random numbers start."""


class OptimizerParams(Protocol):
    """The parameters of an optimizer that needs no more."""

    @property
    def optimizer(self) -> str:
        """One of :data:`OPTIMIZERS`' names."""

    @property
    def learning_rate(self) -> float:
        """How far a step goes."""


def dense_layers(params: DenseParams, kernel_initializer: str | None = None) -> list[Layer]:
    """The hidden layers, and one neuron with a sigmoid; for the model and for the listing.

    Args:
        params: how many neurons, and how they bend.
        kernel_initializer: instead of that of ``params``.
    """
    drawn = kernel_initializer or params.kernel_initializer
    hidden = [
        layer("Dense", size, activation=params.activation, kernel_initializer=drawn) for size in params.hidden_layers
    ]
    return [*hidden, layer("Dense", 1, activation="sigmoid", kernel_initializer=drawn)]


def dense_classifier(params: DenseParams, features: int, kernel_initializer: str | None = None) -> Any:
    """A network that tells two classes apart, not compiled yet; its weights depend on nothing but ``params.seed``.

    Args:
        params: its layers, see :func:`dense_layers`.
        features: how many numbers a row has.
        kernel_initializer: instead of that of ``params``.
    """
    return stacked((features,), dense_layers(params, kernel_initializer), params.seed)


def optimizer(name: str, learning_rate: Any, **options: Any) -> Any:
    """A Keras optimizer by one of :data:`OPTIMIZERS`' names, with what else its class takes."""
    import keras

    return getattr(keras.optimizers, OPTIMIZERS[name])(learning_rate=learning_rate, **options)


def optimizer_of(params: OptimizerParams) -> Any:
    """A new one, as a lesson's params say."""
    return optimizer(params.optimizer, params.learning_rate)


def minimised(params: OptimizerParams) -> str:
    """By what the loss is minimised, in words: ``Adam with learning rate 0.001``."""
    return f"{OPTIMIZERS[params.optimizer]} with learning rate {params.learning_rate:g}"


def remedy(learning_rate: float, scale_features: bool = True) -> str:
    """What to try should the loss stop being a number."""
    rate = f"Use a smaller learning rate than {learning_rate:g}"
    return f"{rate}." if scale_features else f"{rate}, or scale the features."
