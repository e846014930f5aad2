"""Layers written down once: from the same description a model is built and a listing is written."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class MaxNorm:
    """Keeps the weights that lead into a neuron, taken together, at a length of ``limit`` at most."""

    limit: float

    def make(self) -> Any:
        """Keras's constraint."""
        import keras

        return keras.constraints.MaxNorm(self.limit)

    def __str__(self) -> str:
        short = f"{self.limit:g}"
        return f"keras.constraints.MaxNorm({short if float(short) == self.limit else repr(self.limit)})"


@dataclass(frozen=True)
class Written:
    """An expression for a listing alone: no layer is made with it."""

    text: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Layer:
    """A Keras layer that isn't made yet: its class in ``keras.layers``, and what that is called with."""

    kind: str
    values: tuple[Any, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)

    def make(self) -> Any:
        """The layer; its weights are drawn when the model is built."""
        import keras

        made = {name: value.make() if isinstance(value, MaxNorm) else value for name, value in self.options.items()}
        return getattr(keras.layers, self.kind)(*self.values, **made)

    def __str__(self) -> str:
        """As a listing has it."""
        given = [*map(_written, self.values), *(f"{name}={_written(value)}" for name, value in self.options.items())]
        return f"keras.layers.{self.kind}({', '.join(given)})"


def _written(value: Any) -> str:
    if isinstance(value, str):
        return json.dumps(value)
    return str(value)


def layer(kind: str, *values: Any, **options: Any) -> Layer:
    """A layer as one would call its class; options that are None are left out."""
    return Layer(kind, values, {name: value for name, value in options.items() if value is not None})


def stacked(shape: Sequence[int], layers: Sequence[Layer], seed: int) -> Any:
    """A ``Sequential`` model, not compiled yet; its weights depend on nothing but ``seed``.

    Args:
        shape: of one sample.
        layers: first to last.
        seed: set for Python, NumPy and Keras alike, as ``keras.utils.set_random_seed`` does.
    """
    import keras

    keras.utils.set_random_seed(seed)
    return keras.Sequential([keras.Input(tuple(shape)), *(one.make() for one in layers)])
