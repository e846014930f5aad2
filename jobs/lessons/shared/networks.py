"""Stacks of dense layers, and the optimizers by their name: what a lesson's params say, in Keras."""

from collections.abc import Sequence
from typing import Any, Protocol

from jobs.lessons.shared.layers import Layer, Written, layer, stacked

OPTIMIZERS = {"adam": "Adam", "sgd": "SGD", "rmsprop": "RMSprop", "adagrad": "Adagrad", "nadam": "Nadam"}
"""What Keras calls the class behind each name."""

LOSSES = {
    "binary_crossentropy": "Binary cross-entropy",
    "mean_squared_error": "Mean squared error",
    "sparse_categorical_crossentropy": "Sparse categorical cross-entropy",
}
"""What people call the losses of a network for a table, by Keras's names."""


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


def output(kernel_initializer: str, outputs: int | Written | None) -> Layer:
    """The last layer: one neuron with a sigmoid for two classes, or ``outputs`` neurons with a softmax, one per class.

    For the model and for the listing, where ``outputs`` is an expression.
    """
    units, activation = (1, "sigmoid") if outputs is None else (outputs, "softmax")
    return layer("Dense", units, activation=activation, kernel_initializer=kernel_initializer)


def loss(outputs: int | Written | None, of_one: str = "binary_crossentropy") -> str:
    """Keras's name of the loss for a last layer of :func:`output`; ``of_one`` is that of a single neuron."""
    return of_one if outputs is None else "sparse_categorical_crossentropy"


def dense_layers(
    params: DenseParams, outputs: int | Written | None = None, kernel_initializer: str | None = None
) -> list[Layer]:
    """The hidden layers and the last one; for the model and for the listing.

    Args:
        params: how many neurons, and how they bend.
        outputs: see :func:`output`.
        kernel_initializer: instead of that of ``params``.
    """
    drawn = kernel_initializer or params.kernel_initializer
    hidden = [
        layer("Dense", size, activation=params.activation, kernel_initializer=drawn) for size in params.hidden_layers
    ]
    return [*hidden, output(drawn, outputs)]


def dense_classifier(
    params: DenseParams, features: int, outputs: int | None = None, kernel_initializer: str | None = None
) -> Any:
    """A network that tells classes apart, not compiled yet; its weights depend on nothing but ``params.seed``.

    Args:
        params: its layers, see :func:`dense_layers`.
        features: how many numbers a row has.
        outputs: see :func:`output`.
        kernel_initializer: instead of that of ``params``.
    """
    return stacked((features,), dense_layers(params, outputs, kernel_initializer), params.seed)


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
