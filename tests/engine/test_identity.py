"""Compiled epochs give bit-identical weights and History to ``model.fit(jit_compile=True)`` with the same order."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.engine.training import assert_identical, dense, table, train

# Keras itself, when it hands its variables to h5py.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")


def both(make: Callable[[], Any], plan: Any, rows: Any, **options: Any) -> Any:
    """Train both ways, hold them against each other, and return the compiled one."""
    done = train(make(), plan, rows, compiled=True, **options)
    assert done.said[0].startswith("Compiled in"), done.said
    assert_identical(done, train(make(), plan, rows, compiled=False, **options))
    return done


OPTIMIZERS = {
    "SGD with momentum and a schedule inside": lambda keras: keras.optimizers.SGD(
        keras.optimizers.schedules.InverseTimeDecay(0.1, 1, 1e-4), momentum=0.8, nesterov=True
    ),
    "Nadam": lambda keras: keras.optimizers.Nadam(0.01),
    "RMSprop": lambda keras: keras.optimizers.RMSprop(0.01),
    "AdamW, clipped, averaged": lambda keras: keras.optimizers.AdamW(
        0.01, weight_decay=0.01, clipnorm=0.5, use_ema=True, ema_overwrite_frequency=3
    ),
    "Adam, gradients gathered over steps": lambda keras: keras.optimizers.Adam(0.01, gradient_accumulation_steps=3),
}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_optimizers(name: str) -> None:
    import keras

    from jobs.engine import Plan, Rows, shuffled

    rows = Rows.of(*table())
    plan = Plan(epochs=3, batch_size=16, order=shuffled(len(rows), 7))
    both(dense, plan, rows, optimizer=lambda: OPTIMIZERS[name](keras))


@settings(max_examples=4, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow], database=None)
@given(
    rows=st.integers(20, 130),
    batch_size=st.integers(1, 64),
    split=st.sampled_from([0.0, 0.2, 0.33]),
    dropout=st.sampled_from([0.0, 0.3]),
    validation_batch_size=st.integers(1, 40),
    seed=st.integers(0, 2**32 - 1),
)
def test_sizes_splits_and_dropout(
    rows: int, batch_size: int, split: float, dropout: float, validation_batch_size: int, seed: int
) -> None:
    from jobs.engine import Plan, Rows, shuffled

    training = Rows.of(*table(rows))
    validation = None
    if split:
        training, validation = training.split(split)
    plan = Plan(
        epochs=2,
        batch_size=batch_size,
        order=shuffled(len(training), seed),
        validation=validation,
        validation_batch_size=validation_batch_size,
    )
    both(lambda: dense(dropout=dropout), plan, training)


def test_layers_with_states_of_their_own_and_class_weights() -> None:
    import keras

    from jobs.engine import Plan, Rows, shuffled

    def make() -> Any:
        keras.utils.set_random_seed(3)
        return keras.Sequential(
            [
                keras.Input((5,)),
                keras.layers.GaussianNoise(0.1),
                keras.layers.Dense(6, kernel_regularizer="l2", kernel_constraint=keras.constraints.MaxNorm(1.0)),
                keras.layers.BatchNormalization(),
                keras.layers.Dropout(0.2),
                keras.layers.Dense(1, activation="sigmoid"),
            ]
        )

    x, y = table()
    rows = Rows.of(x, y, class_weight={0: 1.0, 1: 2.5})
    plan = Plan(epochs=3, batch_size=10, order=shuffled(len(rows), 0), validation=Rows.of(*table(40, seed=2)))
    both(make, plan, rows, metrics=["accuracy", "auc", "precision"])


def test_several_inputs_and_outputs_with_sample_weights() -> None:
    import keras

    from jobs.engine import Choice, Engine, Plan, Rows, shuffled

    x, y = table()

    def trained(route: str) -> tuple[Any, Any]:
        keras.utils.set_random_seed(5)
        left, right = keras.Input((3,), name="left"), keras.Input((2,), name="right")
        joined = keras.layers.Concatenate()([keras.layers.Dense(4)(left), right])
        outputs = {
            "sign": keras.layers.Dense(1, activation="sigmoid", name="sign")(joined),
            "size": keras.layers.Dense(1, name="size")(joined),
        }
        model = keras.Model({"left": left, "right": right}, outputs)
        model.compile(
            loss={"sign": "binary_crossentropy", "size": "mse"}, metrics={"sign": ["accuracy"]}, jit_compile=True
        )
        rows = Rows.of(
            {"left": x[:, :3], "right": x[:, 3:].astype("float64")},
            {"sign": y[:, np.newaxis], "size": x.sum(axis=1, keepdims=True)},
            sample_weight=np.linspace(0.5, 1.5, len(x)),
        )
        history = Engine(model, Choice(route, True, "")).fit(  # type: ignore[arg-type]
            rows, Plan(epochs=2, batch_size=25, order=shuffled(len(rows), 1))
        )
        return history.history, [variable.numpy() for variable in model.variables]

    history, weights = trained("compiled")
    expected_history, expected = trained("plain")
    assert history == expected_history
    assert all(np.array_equal(one, other) for one, other in zip(weights, expected, strict=True))


def test_callbacks_that_stop_save_and_change_the_rate(tmp_path: Any) -> None:
    import keras

    from jobs.engine import Plan, Rows, shuffled

    def callbacks() -> list[Any]:
        called = keras.callbacks
        return [
            called.ReduceLROnPlateau(patience=1, factor=0.5, monitor="val_loss", min_delta=1.0),
            called.EarlyStopping(monitor="val_loss", patience=4, min_delta=1.0, restore_best_weights=True),
            called.ModelCheckpoint(str(tmp_path / "best.keras"), monitor="val_accuracy", save_best_only=True),
            called.LearningRateScheduler(lambda epoch, rate: rate * 0.9),
        ]

    rows, validation = Rows.of(*table()).split(0.33)
    plan = Plan(epochs=9, batch_size=10, order=shuffled(len(rows), 2), validation=validation)
    done = both(lambda: dense(dropout=0.2), plan, rows, callbacks=callbacks)
    assert len(done.history["loss"]) == 5, "it stopped early, and learning rates were recorded"
    assert done.history["learning_rate"][-1] < done.history["learning_rate"][0]


def test_validation_comes_as_often_as_asked_and_a_later_start_goes_on() -> None:
    from jobs.engine import Plan, Rows, shuffled

    rows, validation = Rows.of(*table()).split(0.2)
    plan = Plan(
        epochs=6, initial_epoch=2, batch_size=8, order=shuffled(len(rows), 4), validation=validation, validation_freq=3
    )
    done = both(dense, plan, rows)
    assert (len(done.history["loss"]), len(done.history["val_loss"])) == (4, 2)


def test_evaluate_is_keras_evaluate() -> None:
    from jobs.engine import Choice, Engine, Rows

    model = dense()
    model.compile(loss="binary_crossentropy", metrics=["accuracy"], jit_compile=True)
    rows = Rows.of(*table())
    scores = Engine(model, Choice("compiled", True, "")).evaluate(rows)
    assert scores == model.evaluate(rows.x, rows.y, verbose=0, return_dict=True)
    assert list(scores) == ["accuracy", "loss"]


def test_without_randomness_the_default_fit_agrees_to_a_millionth() -> None:
    from jobs.engine import Plan, Rows, shuffled

    rows = Rows.of(*table())
    plan = Plan(epochs=5, batch_size=16, order=shuffled(len(rows), 7))
    compiled = train(dense(), plan, rows, compiled=True)
    default = train(dense(), plan, rows, compiled=False, jit_compile=False)
    np.testing.assert_allclose(compiled.history["loss"], default.history["loss"], rtol=1e-6)


def test_with_dropout_the_default_fit_agrees_in_the_mean() -> None:
    import keras

    from jobs.engine import Plan, Rows, shuffled

    rows = Rows.of(*table(400))
    plan = Plan(epochs=25, batch_size=32, order=shuffled(len(rows), 7))
    rate = lambda: keras.optimizers.Adam(0.01)  # noqa: E731
    compiled = train(dense(dropout=0.3), plan, rows, compiled=True, optimizer=rate)
    default = train(dense(dropout=0.3), plan, rows, compiled=False, jit_compile=False, optimizer=rate)
    assert compiled.history["loss"] != default.history["loss"], "another stream of random numbers"
    tail = slice(-10, None)
    assert np.mean(compiled.history["loss"][tail]) == pytest.approx(np.mean(default.history["loss"][tail]), rel=0.1)
