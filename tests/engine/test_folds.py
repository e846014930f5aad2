"""A cross-validation by shared programs scores every fold as ``model.fit`` would, one fold alone."""

from typing import Any

import pytest

from tests.engine.training import dense, table


def build(fold: int) -> Any:
    import keras

    model = dense(dropout=0.2)
    for layer in model.layers:
        if isinstance(layer, keras.layers.Dropout):
            layer.seed_generator.state.assign([fold, 9])
    model.compile(loss="binary_crossentropy", optimizer="adam", metrics=["accuracy"], jit_compile=True)
    return model


def folds() -> list[Any]:
    import numpy as np

    from jobs.engine import Fold, Rows

    rows = Rows.of(*table(61))
    parts = np.array_split(np.arange(61), 4)
    return [Fold(rows.take(np.setdiff1d(np.arange(61), part)), rows.take(part)) for part in parts]


def plan(fold: int) -> Any:
    from jobs.engine import Plan, shuffled

    return Plan(epochs=3, batch_size=8, order=shuffled(len(folds()[fold].training), seed=fold))


def test_every_fold_is_as_if_it_had_been_alone() -> None:
    from jobs.engine import Choice, cross_validate

    made = folds()
    assert len({len(fold.training) for fold in made}) == 2, "folds of unequal size share what they can"
    shared = cross_validate(build, made, plan, Choice("compiled", True, ""))
    alone = cross_validate(build, made, plan, Choice("plain", True, ""))
    assert [one.history for one in shared] == [one.history for one in alone]
    assert [one.scores for one in shared] == [one.scores for one in alone]
    assert len({str(one.scores) for one in shared}) == 4


def test_a_fold_that_fails_ends_the_whole() -> None:
    import keras

    from jobs.engine import Choice, cross_validate

    class Fails(keras.callbacks.Callback):  # type: ignore[misc]
        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        cross_validate(build, folds(), plan, Choice("compiled", True, ""), callbacks=lambda fold: [Fails()])
