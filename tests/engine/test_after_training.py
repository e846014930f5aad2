"""What is asked of a model once it is trained: evaluated, predicted, read and written as Keras would."""

from typing import Any

import numpy as np
import pytest

from tests.engine.training import dense, table, values

# Keras itself, when it hands its variables to h5py.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")


def compiled(model: Any) -> Any:
    model.compile(loss="binary_crossentropy", optimizer="adam", metrics=["accuracy"], jit_compile=True)
    return model


@pytest.mark.parametrize("count", [8, 32, 70])
def test_predictions_are_those_of_the_model_for_every_batch(count: int) -> None:
    from jobs.engine import Choice, Engine

    model = compiled(dense(dropout=0.5))
    x, _ = table(count)
    found = Engine(model, Choice("compiled", True, "")).predict(x)
    assert found.shape == (count, 1)
    np.testing.assert_array_equal(found, model.predict(x, verbose=0))


def test_what_was_announced_is_compiled_with_the_training_and_nothing_later() -> None:
    from jobs.engine import Afterwards, Choice, Engine, Plan, Rows, shuffled

    model = compiled(dense())
    rows = Rows.of(*table())
    said: list[str] = []
    engine = Engine(model, Choice("compiled", True, ""), say=said.append)
    plan = Plan(epochs=2, batch_size=16, order=shuffled(len(rows), 7), validation=rows.take(slice(0, 40)))
    engine.prepare((rows, plan, Afterwards(evaluate=[rows], predict=[rows.x[:5]])))
    engine.fit(rows, plan)
    traced = len(engine._compiled._programs._traced)
    engine.evaluate(rows)
    engine.predict(rows.x[:5])
    assert len(engine._compiled._programs._traced) == traced
    assert len(said) == 1


def test_a_copy_of_the_values_is_not_touched_by_what_follows() -> None:
    from jobs.engine import Choice, Engine, Plan, Rows, shuffled
    from jobs.engine.values import Values

    model = compiled(dense(dropout=0.3))
    rows = Rows.of(*table())
    engine = Engine(model, Choice("compiled", True, ""))

    def plan(first: int, last: int) -> Plan:
        return Plan(initial_epoch=first, epochs=last, batch_size=16, order=shuffled(len(rows), 7))

    engine.fit(rows, plan(0, 2))
    kept = Values(model)
    copied, present = kept.read(), values(model)
    engine.fit(rows, plan(2, 4))
    later = values(model)
    assert any((now != then).any() for now, then in zip(later, present, strict=True))
    for copy, then in zip(copied, present, strict=True):
        np.testing.assert_array_equal(copy, then)
    kept.write(copied)
    engine.fit(rows, plan(2, 4))
    for again, once in zip(values(model), later, strict=True):
        np.testing.assert_array_equal(again, once)
