"""A cross-validation that compiles once: one model's programs train every fold.

For each fold a fresh model is built, as a script would, and its values are put into the one whose programs are
compiled; so each fold starts, trains and ends as if it had been alone, to the bit.

Folds come one after the other. Two at a time, each with a model and programs of its own, were slower on two cores: 27.6
against 24.4 seconds for ten folds of 700 epochs, because between the compiled calls they wait for Python's one lock.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from jobs.engine.choice import Choice
from jobs.engine.engine import Engine
from jobs.engine.plan import Afterwards, Plan
from jobs.engine.rows import Rows


@dataclass(frozen=True)
class Fold:
    """What one fold trains on, and the held-out rows it is scored with."""

    training: Rows
    test: Rows


@dataclass(frozen=True)
class Scored:
    """What a fold came to: Keras's History, and each metric's value over its held-out rows."""

    history: dict[str, list[float]]
    scores: dict[str, float]


class Trainer:
    """Makes for each fold a model that is as fresh, and an engine that trains it.

    Args:
        model: built and compiled in Keras's sense; the compiled way trains all folds in it.
        choice: the way for all of them.
        engine: further arguments of the :class:`~jobs.engine.engine.Engine`.
    """

    def __init__(self, model: Any, choice: Choice, **engine: Any) -> None:
        self.model = model
        self._choice = choice
        self._arguments = engine
        self._engine = Engine(model, choice, **engine) if choice.route == "compiled" else None

    def prepare(self, folds: Sequence[Fold], plan: Callable[[int], Plan]) -> None:
        """Compile what these folds will need; nothing on the plain way."""
        if self._engine is not None:
            trainings = ((fold.training, plan(k), Afterwards(evaluate=[fold.test])) for k, fold in enumerate(folds))
            self._engine.prepare(*trainings)

    def fresh(self, model: Any, fold: Fold) -> tuple[Any, Engine]:
        """The model to train a fold in, with the values of this one, and its engine."""
        if self._engine is None:
            return model, Engine(model, self._choice, **self._arguments)
        transplant(model, self.model, fold.training)
        return self.model, self._engine


def transplant(source: Any, target: Any, rows: Rows) -> None:
    """Give ``target`` every value of ``source``, a model built alike: weights, random states, optimizer."""
    for model in (source, target):
        model._symbolic_build(data_batch=rows.take(slice(0, 1)).parts)
    pairs = zip(
        [*source.variables, *source.optimizer.variables], [*target.variables, *target.optimizer.variables], strict=True
    )
    for value, variable in pairs:
        variable.assign(value)
