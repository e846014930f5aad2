"""``fit``, ``evaluate`` and ``predict`` by Keras itself, with the same rows in the same order."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import keras

from jobs.engine.plan import Plan
from jobs.engine.rows import Rows


class Beat(keras.callbacks.Callback):  # type: ignore[misc]
    """Calls ``check`` after every batch of a ``fit``, ``evaluate`` or ``predict``, and tells which step is done."""

    def __init__(self, check: Callable[[], None], on_steps: Callable[[int], None] | None = None) -> None:
        super().__init__()
        self._check = check
        self._on_steps = on_steps

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """After a training step."""
        if self._on_steps is not None:
            self._on_steps(batch + 1)
        self._check()

    def on_test_batch_end(self, batch: int, logs: Any = None) -> None:
        """After a test step."""
        self._check()

    def on_predict_batch_end(self, batch: int, logs: Any = None) -> None:
        """After a prediction step."""
        self._check()


def feed(rows: Rows, plan: Plan) -> Any:
    """The batches of all epochs in turn; the last batch of an epoch holds what is left."""
    as_they_are = rows.read is None and plan.augment is None
    return batches(rows, plan) if as_they_are and keras.backend.backend() == "jax" else pipeline(rows, plan)


def batches(rows: Rows, plan: Plan) -> Iterator[Any]:
    """They come from Python, as NumPy's arrays. A step of JAX returns before it is done: meanwhile the next comes."""
    for epoch in _epochs(plan):
        order = plan.order(epoch)
        for start in range(0, len(order), plan.batch_size):
            yield rows.take(order[start : start + plan.batch_size]).parts


def _epochs(plan: Plan) -> range:
    """The epochs to bring rows for; one also where none is left, which Keras looks at and never trains."""
    return range(plan.initial_epoch, max(plan.epochs, plan.initial_epoch + 1))


def pipeline(rows: Rows, plan: Plan) -> Any:
    """They come as a ``tf.data.Dataset``.

    Rows are gathered outside Python, and ahead of the step that wants them, as Keras does it for arrays.
    """
    import tensorflow as tf

    augment, gather = plan.augment, _gatherer(rows)

    def epochs() -> Iterator[Any]:
        for epoch in _epochs(plan):
            order = plan.order(epoch)
            yield (order,) if augment is None else (order, augment.draw(epoch, len(rows))[order])

    def batch(numbers: Any, drawn: Any = None) -> Any:
        x, *others = gather(numbers)
        return (x if augment is None else augment.apply(x, drawn), *others)

    signature = (tf.TensorSpec([None], tf.int64), tf.TensorSpec([None, None], tf.float32))
    lines = tf.data.Dataset.from_generator(epochs, output_signature=signature[: 1 if augment is None else 2]).flat_map(
        lambda *of_epoch: tf.data.Dataset.from_tensor_slices(of_epoch).batch(plan.batch_size)
    )
    return lines.map(batch, num_parallel_calls=tf.data.AUTOTUNE).prefetch(_ahead(rows))


def in_turn(rows: Rows, batch_size: int) -> Any:
    """The batches of a test, from the first row to the last, as a ``tf.data.Dataset``."""
    import tensorflow as tf

    batches = tf.data.Dataset.range(len(rows)).batch(batch_size)
    return batches.map(_gatherer(rows), num_parallel_calls=tf.data.AUTOTUNE).prefetch(_ahead(rows))


def _gatherer(rows: Rows) -> Callable[[Any], Any]:
    """What makes a batch, as a step takes it, of its rows' numbers."""
    import tensorflow as tf

    arrays = [tf.constant(array) for array in keras.tree.flatten(rows.parts)]

    def gather(numbers: Any) -> Any:
        x, *others = keras.tree.pack_sequence_as(rows.parts, [tf.gather(array, numbers) for array in arrays])
        return (x if rows.read is None else rows.read(x), *others)

    return gather


def _ahead(rows: Rows) -> int:
    """How many batches may wait: what is read from files must not gather in memory."""
    import tensorflow as tf

    return int(tf.data.AUTOTUNE) if rows.read is None else 2


def fit_plainly(model: Any, rows: Rows, plan: Plan, callbacks: Sequence[Any], check: Callable[[], None]) -> Any:
    """``model.fit``, and Keras's ``History``."""
    return model.fit(
        feed(rows, plan),
        initial_epoch=plan.initial_epoch,
        epochs=plan.epochs,
        steps_per_epoch=plan.steps(rows),
        shuffle=False,
        validation_data=None if plan.validation is None else in_turn(plan.validation, plan.validation_batch_size),
        validation_freq=plan.validation_freq,
        verbose=0,
        callbacks=[Beat(check, plan.on_steps), *callbacks],
    )


def evaluate_plainly(model: Any, rows: Rows, batch_size: int, check: Callable[[], None]) -> dict[str, float]:
    """``model.evaluate`` by metric name."""
    scores = model.evaluate(
        in_turn(rows, batch_size),
        verbose=0,
        return_dict=True,
        callbacks=[Beat(check)],
    )
    return {name: float(score) for name, score in scores.items()}


def predict_plainly(model: Any, x: Any, batch_size: int, check: Callable[[], None]) -> Any:
    """``model.predict``."""
    return model.predict(x, batch_size=batch_size, verbose=0, callbacks=[Beat(check)])
