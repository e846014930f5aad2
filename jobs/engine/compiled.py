"""``fit`` and ``evaluate`` by compiled programs: Keras's loop over epochs, with Keras's callbacks.

What Keras's trainers do around their steps (keras/src/backend/tensorflow/trainer.py, and jax/trainer.py beside it) is
done here in the same order, so that callbacks, History and stopping early are the same.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import keras
import numpy as np

from jobs.engine.chunks import Chunks
from jobs.engine.plan import VALIDATION_BATCH, Afterwards, Plan
from jobs.engine.programs import Answers, OnDevice, Steps, compile_all, programs_of
from jobs.engine.rows import Rows


class Compiled:
    """Trains and tests one model, which must be compiled in Keras's sense.

    Args:
        model: the model.
        check: called at least every second or after each step, whatever is longer; may leave by an exception.
    """

    def __init__(self, model: Any, check: Callable[[], None]) -> None:
        self._model = model
        self._check = check
        self._programs = programs_of(model)
        self._chunks = Chunks()
        self._test_chunks = Chunks()

    def prepare(self, trainings: Sequence[tuple[Rows, Plan, Afterwards]]) -> None:
        """Compile what trainings, and what comes after them, will need. No variable of the model changes.

        Raises:
            Exception: XLA can't compile the model; see :func:`jobs.engine.programs.refusal`.
        """
        self._build(trainings[0][0])
        compile_all(self._needed(trainings), self._programs.trace_metrics)

    def _needed(self, trainings: Sequence[tuple[Rows, Plan, Afterwards]]) -> Iterator[Steps | Answers]:
        for rows, plan, afterwards in trainings:
            yield self._programs.training(self._programs.put(rows.parts), plan.batch_size, plan.order(0))
            if plan.validation is not None:
                yield self._programs.testing(self._programs.put(plan.validation.parts), plan.validation_batch_size)
            for test in afterwards.evaluate:
                yield self._programs.testing(self._programs.put(test.parts), VALIDATION_BATCH)
            for x in afterwards.predict:
                yield self._programs.predicting(self._programs.put((x,)), VALIDATION_BATCH)

    def fit(self, rows: Rows, plan: Plan, callbacks: Sequence[Any]) -> Any:
        """Train, and return Keras's ``History``."""
        model = self._model
        self._build(rows)
        data = self._programs.put(rows.parts)
        validation = None if plan.validation is None else self._programs.put(plan.validation.parts)
        called = keras.callbacks.CallbackList(
            list(callbacks), add_history=True, verbose=0, epochs=plan.epochs, steps=plan.steps(rows), model=model
        )
        model.stop_training = False
        called.on_train_begin()
        logs = None
        for epoch in range(model._initial_epoch or plan.initial_epoch, plan.epochs):
            self._programs.reset_metrics()
            called.on_epoch_begin(epoch)
            self._train(self._programs.training(data, plan.batch_size, plan.order(epoch)), plan.on_steps)
            logs = dict(self._programs.metrics())
            if validation is not None and plan.validates_after(epoch):
                scores = self._test(validation, plan.validation_batch_size, called)
                logs.update({f"val_{name}": score for name, score in scores.items()})
            called.on_epoch_end(epoch, logs)
            if model.stop_training:
                break
        if plan.epochs > 0:
            model.optimizer.finalize_variable_values(model.trainable_weights)
        called.on_train_end(logs)
        return model.history

    def evaluate(self, rows: Rows, batch_size: int) -> dict[str, float]:
        """Each metric's value over ``rows``."""
        self._build(rows)
        return self._test(self._programs.put(rows.parts), batch_size, keras.callbacks.CallbackList(model=self._model))

    def predict(self, x: Any, batch_size: int) -> Any:
        """The model's answers to the rows of ``x``."""
        answers = self._programs.predicting(self._programs.put((x,)), batch_size)
        batches = []
        for index in range(answers.count):
            batches.append(answers.batch(index))
            self._check()
        return keras.tree.map_structure(lambda *parts: np.concatenate(parts), *batches)

    def _build(self, rows: Rows) -> None:
        """Make the variables of optimizer, loss and metrics: inside a compiled program none can be made."""
        self._model._symbolic_build(data_batch=rows.take(slice(0, 1)).parts)

    def _train(self, steps: Steps, on_steps: Callable[[int], None]) -> None:
        for start, stop in self._chunks.of(steps.count):
            steps.run(start, stop)
            on_steps(stop)
            self._check()

    def _test(self, data: OnDevice, batch_size: int, called: Any) -> dict[str, float]:
        called.on_test_begin()
        self._programs.reset_metrics()
        steps = self._programs.testing(data, batch_size)
        for start, stop in self._test_chunks.of(steps.count):
            steps.run(start, stop)
            self._check()
        scores = {name: float(value) for name, value in sorted(self._programs.metrics().items())}
        called.on_test_end(scores)
        return scores
