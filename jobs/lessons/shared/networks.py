"""Stacks of dense layers, and the optimizers by their name."""

from collections.abc import Sequence
from typing import Any

OPTIMIZERS = {"adam": "Adam", "sgd": "SGD", "rmsprop": "RMSprop", "adagrad": "Adagrad", "nadam": "Nadam"}
"""What Keras calls the class behind each name."""

LOSSES = {"binary_crossentropy": "Binary cross-entropy", "mean_squared_error": "Mean squared error"}
"""What people call the losses of a network with two classes, by Keras's names."""


def dense_classifier(features: int, sizes: Sequence[int], activation: str, kernel_initializer: str, seed: int) -> Any:
    """A network that tells two classes apart, not compiled yet; its weights depend on nothing but ``seed``.

    Args:
        features: how many numbers a row has.
        sizes: neurons of each hidden layer; one neuron with a sigmoid follows.
        activation: of the hidden layers.
        kernel_initializer: of all layers.
        seed: set for Python, NumPy and Keras alike, as ``keras.utils.set_random_seed`` does.
    """
    import keras

    keras.utils.set_random_seed(seed)
    model = keras.Sequential([keras.Input((features,))])
    for size in sizes:
        model.add(keras.layers.Dense(size, activation=activation, kernel_initializer=kernel_initializer))
    model.add(keras.layers.Dense(1, activation="sigmoid", kernel_initializer=kernel_initializer))
    return model


def optimizer(name: str, learning_rate: Any, **options: Any) -> Any:
    """A Keras optimizer by one of :data:`OPTIMIZERS`' names, with what else its class takes."""
    import keras

    return getattr(keras.optimizers, OPTIMIZERS[name])(learning_rate=learning_rate, **options)


def remedy(learning_rate: float, scale_features: bool = True) -> str:
    """What to try should the loss stop being a number."""
    rate = f"Use a smaller learning rate than {learning_rate:g}"
    return f"{rate}." if scale_features else f"{rate}, or scale the features."
