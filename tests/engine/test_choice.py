"""Which way is taken, what is said about it, and that a model XLA can't compile trains all the same."""

from typing import Any

import numpy as np
import pytest

from tests.engine.training import assert_falls_back, dense, table, train


def test_a_dense_network_trains_compiled() -> None:
    from jobs.engine import choose

    choice = choose(dense(dropout=0.2))
    assert (choice.route, choice.jit_compile) == ("compiled", True)
    assert choice.why.startswith("Compiled epochs:")


def test_convolutions_are_compiled_on_a_gpu_alone() -> None:
    import keras

    from jobs.engine import choose

    model = keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Conv2D(2, 3), keras.layers.Flatten()])
    assert choose(model).route == "plain"
    assert choose(model).jit_compile is False
    assert "convolutions" in choose(model).why
    assert choose(model, on_gpu=True).route == "compiled"


def test_a_model_with_steps_of_its_own_trains_plainly() -> None:
    import keras

    from jobs.engine import choose

    class Own(keras.Model):  # type: ignore[misc]
        def train_step(self, data: Any) -> Any:
            return super().train_step(data)

    assert "train_step of its own" in choose(Own()).why
    assert choose(Own()).route == "plain"


def test_a_layer_that_xla_cannot_compile_is_named() -> None:
    import keras

    from jobs.engine import choose

    layer = keras.layers.Dense(1, name="odd")
    layer.supports_jit = False
    assert "the layer odd" in choose(keras.Sequential([keras.Input((2,)), layer])).why


def callbacks_that_wait_for_epochs() -> list[Any]:
    import keras

    called = keras.callbacks
    return [
        *(called.History(), called.EarlyStopping(), called.ReduceLROnPlateau(), called.CSVLogger("x")),
        *(called.ModelCheckpoint("x.keras"), called.LearningRateScheduler(lambda epoch: 0.1)),
        called.LambdaCallback(on_epoch_end=lambda epoch, logs: None),
    ]


def test_callbacks_of_epochs_are_no_hindrance_and_those_of_batches_are_named(tmp_path: Any) -> None:
    import keras

    from jobs.engine import choose

    called = keras.callbacks
    assert choose(dense(), callbacks=callbacks_that_wait_for_epochs()).route == "compiled"
    for callback in (
        called.TerminateOnNaN(),
        called.ModelCheckpoint("x.keras", save_freq=10),
        called.LambdaCallback(on_train_batch_end=lambda batch, logs: None),
    ):
        choice = choose(dense(), callbacks=[callback])
        assert choice.route == "plain"
        assert type(callback).__name__ in choice.why


def test_data_larger_than_the_memory_trains_plainly() -> None:
    from jobs.engine import choose

    choice = choose(dense(), nbytes=10**15)
    assert choice.route == "plain"
    assert "1000000.0 GB" in choice.why


def test_a_model_that_xla_refuses_trains_plainly_and_says_why() -> None:
    import keras
    import tensorflow as tf

    class Unsupported(keras.layers.Layer):  # type: ignore[misc]
        def call(self, inputs: Any) -> Any:
            return inputs + 0.0 * tf.strings.to_number(tf.strings.as_string(inputs))

    keras.utils.set_random_seed(1)
    model = keras.Sequential([keras.Input((5,)), Unsupported(), keras.layers.Dense(1, activation="sigmoid")])
    assert_falls_back(model)


def test_a_check_may_end_a_training_within_an_epoch() -> None:
    from jobs.engine import Choice, Engine, Plan, Rows, shuffled

    class Enough(Exception):
        pass

    done: list[int] = []

    def check() -> None:
        if done and done[-1] >= 3:
            raise Enough

    model = dense()
    model.compile(loss="binary_crossentropy", jit_compile=True)
    rows = Rows.of(*table(64))
    plan = Plan(epochs=1, batch_size=1, order=shuffled(len(rows), 0), on_steps=done.append)
    with pytest.raises(Enough):
        Engine(model, Choice("compiled", True, ""), check=check).fit(rows, plan)
    assert done[0] == 1, "the first call is one step, to learn how long it takes"


def test_the_compiled_model_can_be_trained_on() -> None:
    from jobs.engine import Plan, Rows, shuffled

    rows = Rows.of(*table(40))
    done = train(dense(), Plan(epochs=1, batch_size=8, order=shuffled(40, 0)), rows, compiled=True)
    assert np.isfinite(done.model.fit(rows.x, rows.y, verbose=0).history["loss"]).all()
