"""The same training twice: by compiled programs, and by ``model.fit(jit_compile=True)`` fed the same order of rows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

Callbacks = Callable[[], Sequence[Any]]


@dataclass
class Trained:
    """What a training left behind."""

    history: dict[str, list[float]]
    values: list[Any]
    model: Any
    said: list[str] = field(default_factory=list)


def table(rows: int = 101, features: int = 5, seed: int = 1) -> tuple[Any, Any]:
    """A small two-class table."""
    random = np.random.default_rng(seed)
    x = random.normal(size=(rows, features)).astype("float32")
    y = (x[:, 0] + x[:, 1] * x[:, 2] + random.normal(scale=0.3, size=rows) > 0).astype("float32")
    return x, y


def dense(features: int = 5, dropout: float = 0.0) -> Any:
    """A small network, the same at every call."""
    import keras

    keras.utils.set_random_seed(3)
    layers = [keras.Input((features,)), keras.layers.Dense(7, activation="relu")]
    if dropout:
        layers.append(keras.layers.Dropout(dropout))
    return keras.Sequential([*layers, keras.layers.Dense(1, activation="sigmoid")])


def values(model: Any) -> list[Any]:
    """Every value of a model: weights, random states, optimizer."""
    return [variable.numpy() for variable in [*model.variables, *model.optimizer.variables]]


def train(
    model: Any,
    plan: Any,
    rows: Any,
    *,
    compiled: bool,
    optimizer: Callable[[], Any] | str = "adam",
    metrics: Sequence[str] = ("accuracy",),
    callbacks: Callbacks = lambda: (),
    jit_compile: bool = True,
    **compiling: Any,
) -> Trained:
    """Train ``model`` one way or the other."""
    from jobs.engine import Choice, Engine

    model.compile(
        loss="binary_crossentropy",
        optimizer=optimizer if isinstance(optimizer, str) else optimizer(),
        metrics=list(metrics),
        jit_compile=jit_compile,
        **compiling,
    )
    said: list[str] = []
    engine = Engine(model, Choice("compiled" if compiled else "plain", jit_compile, ""), say=said.append)
    history = engine.fit(rows, plan, callbacks())
    return Trained(history.history, values(model), model, said)


def assert_falls_back(model: Any) -> None:
    """The model, of five features and one answer, is chosen to train compiled, can't be, and trains plainly."""
    from jobs.engine import Choice, Engine, Plan, Rows, shuffled

    model.compile(loss="binary_crossentropy", jit_compile=True)
    changes: list[Choice] = []
    rows = Rows.of(*table(40))
    engine = Engine(model, Choice("compiled", True, ""), on_change=changes.append)
    history = engine.fit(rows, Plan(epochs=2, batch_size=8, order=shuffled(len(rows), 0)))
    assert len(history.history["loss"]) == 2
    [change] = changes
    assert (change.route, change.jit_compile) == ("plain", False)
    assert change.why.startswith("Plain Keras fit: XLA could not compile the model (")


def assert_identical(left: Trained, right: Trained) -> None:
    """Bit for bit: History with its keys and their order, and every value."""
    assert list(left.history) == list(right.history)
    assert left.history == right.history
    assert len(left.values) == len(right.values)
    for one, other in zip(left.values, right.values, strict=True):
        np.testing.assert_array_equal(one, other, strict=True)
