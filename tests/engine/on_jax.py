"""What must hold on JAX. ``test_jax.py`` runs it in a process of its own, because a process has one backend."""

import sys
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from tests.engine.test_cache import Machine, same
from tests.engine.test_identity import both
from tests.engine.training import assert_falls_back, dense, table, train
from tests.jobs.test_resuming import Trained, assert_same


def test_no_gpu_and_no_tensorflow_is_needed_to_tell_the_environment() -> None:
    """First of all: later, Keras imports TensorFlow by itself, to set its seed."""
    from jobs.device import environment

    told = environment("compiled", True)
    assert (told.backend, told.device) == ("jax", "CPU")
    assert set(told.versions) == {"python", "keras", "jax", "numpy", "fitboard"}
    assert "tensorflow" not in sys.modules


def test_callbacks_dropout_validation_and_a_smaller_last_batch_are_bit_identical() -> None:
    from jobs.engine import Plan, Rows, shuffled

    def callbacks() -> list[Any]:
        called = keras.callbacks
        return [
            called.ReduceLROnPlateau(patience=1, factor=0.5, monitor="val_loss", min_delta=1.0),
            called.EarlyStopping(monitor="val_loss", patience=3, min_delta=1.0, restore_best_weights=True),
        ]

    rows, validation = Rows.of(*table()).split(0.33)
    plan = Plan(epochs=9, batch_size=16, order=shuffled(len(rows), 2), validation=validation)
    done = both(lambda: dense(dropout=0.2), plan, rows, callbacks=callbacks)
    assert len(done.history["loss"]) == 4
    assert done.history["learning_rate"][-1] < done.history["learning_rate"][0]


def test_states_weights_and_a_schedule_are_bit_identical() -> None:
    from jobs.engine import Plan, Rows, shuffled

    def make() -> Any:
        keras.utils.set_random_seed(3)
        return keras.Sequential(
            [
                keras.Input((5,)),
                keras.layers.Dense(6, kernel_regularizer="l2"),
                keras.layers.BatchNormalization(),
                keras.layers.Dense(1, activation="sigmoid"),
            ]
        )

    rows = Rows.of(*table(53), class_weight={0: 1.0, 1: 2.5})
    plan = Plan(epochs=2, batch_size=10, order=shuffled(len(rows), 0))
    schedule = keras.optimizers.schedules.InverseTimeDecay(0.1, 1, 1e-4)
    both(make, plan, rows, optimizer=lambda: keras.optimizers.SGD(schedule, momentum=0.8, nesterov=True))


def test_scores_and_predictions_are_those_of_keras() -> None:
    from jobs.engine import Choice, Engine, Rows

    model = dense()
    model.compile(loss="binary_crossentropy", metrics=["accuracy"], jit_compile=True)
    rows = Rows.of(*table(40))
    engine = Engine(model, Choice("compiled", True, ""))
    assert engine.evaluate(rows) == model.evaluate(rows.x, rows.y, verbose=0, return_dict=True)
    np.testing.assert_array_equal(engine.predict(rows.x), model.predict(rows.x, verbose=0))


def test_what_is_held_from_before_a_training_stays_as_it_was() -> None:
    from jobs.engine import Plan, Rows, shuffled

    model = dense()
    given = [np.full_like(weight, 0.1) for weight in model.get_weights()]
    model.set_weights(given)
    seen = [np.asarray(variable.value) for variable in model.trainable_variables]
    rows = Rows.of(*table(40))
    train(model, Plan(epochs=1, batch_size=8, order=shuffled(40, 0)), rows, compiled=True)
    for weight, before in zip(seen, given, strict=True):
        np.testing.assert_array_equal(weight, np.full_like(weight, 0.1))
        np.testing.assert_array_equal(before, np.full_like(before, 0.1))
    assert not np.array_equal(model.get_weights()[0], given[0])


def test_a_model_that_looks_at_its_values_trains_plainly_and_says_why() -> None:
    class Looks(keras.layers.Layer):  # type: ignore[misc]
        def call(self, inputs: Any, training: bool = False) -> Any:
            if training and float(keras.ops.max(keras.ops.stop_gradient(inputs))) > 1e9:
                return inputs * 0
            return inputs

    model = keras.Sequential([keras.Input((5,)), Looks(), keras.layers.Dense(1, activation="sigmoid")])
    assert_falls_back(model)


def test_plain_fit_compiles_its_steps_and_convolutions_are_no_reason_for_it() -> None:
    from jobs.engine import choose

    model = keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Conv2D(2, 3), keras.layers.Flatten()])
    assert choose(model).route == "compiled"
    choice = choose(model, callbacks=[keras.callbacks.TerminateOnNaN()])
    assert (choice.route, choice.jit_compile) == ("plain", True)
    model.layers[0].supports_jit = False
    assert (choose(model).route, choose(model).jit_compile) == ("plain", False)


def test_an_interrupted_training_ends_as_an_undisturbed_one(tmp_path: Path) -> None:
    from jobs.generations import Generation

    whole = Trained(tmp_path / "whole", "compiled")
    epochs = len(whole.told)
    first = Trained(tmp_path / "1", "compiled", stop_after=2)
    second = Trained(tmp_path / "2", "compiled", Generation.decode(first.generation))
    assert first.told + second.told == list(range(epochs))
    assert second.history == whole.history
    assert_same(second.values, whole.values)


def test_compiled_programs_come_back_and_a_broken_one_is_compiled_again(tmp_path: Path) -> None:
    machine = Machine(tmp_path, "-cache")
    cold = machine.train()
    assert cold.compiled >= 2, "a program to train and one to test"
    warm = machine.train()
    assert (warm.compiled, same(warm, cold)) == (0, True)
    largest = max(machine.programs(), key=lambda program: program.stat().st_size)
    largest.write_bytes(largest.read_bytes()[:1000])
    again = machine.train()
    assert (again.compiled, same(again, cold)) == (1, True)


pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")
