"""Rows as Keras would take them, orders that can be repeated, and calls of the right length."""

import numpy as np
import pytest


def test_rows_become_what_fit_would_make_of_them() -> None:
    from jobs.engine import Rows

    rows = Rows.of({"a": np.array([[1.0], [2.0]])}, np.array([1, 0]))
    assert rows.x["a"].dtype == np.float32
    assert rows.y.dtype == np.int64
    assert len(rows) == 2
    assert len(rows.parts) == 2
    with pytest.raises(ValueError, match=r"x, y and sample_weight have \[2, 3\] rows"):
        Rows.of(np.zeros(2), np.zeros(3))


@pytest.mark.parametrize("y", [np.array([0, 1, 2]), np.array([[0.0], [1.0], [2.0]]), np.eye(3)])
def test_class_weights_become_weights_of_rows_as_keras_makes_them(y: "np.typing.NDArray[np.float64]") -> None:
    from keras.src.trainers.data_adapters.data_adapter_utils import class_weight_to_sample_weights

    from jobs.engine import Rows

    weights = {0: 0.5, 2: 3.0}
    made = Rows.of(np.zeros((3, 1)), y, class_weight=weights).sample_weight
    np.testing.assert_array_equal(made, class_weight_to_sample_weights(y, weights), strict=True)
    with pytest.raises(ValueError, match="both given"):
        Rows.of(np.zeros((3, 1)), y, sample_weight=np.ones(3), class_weight=weights)


def test_the_last_rows_are_held_back_and_no_side_is_left_empty() -> None:
    from jobs.engine import Rows

    training, validation = Rows.of(np.arange(10), np.arange(10)).split(0.33)
    assert training.x.tolist() == [0, 1, 2, 3, 4, 5]
    assert validation.x.tolist() == [6, 7, 8, 9]
    with pytest.raises(ValueError, match="leaves one side empty"):
        Rows.of(np.arange(3), np.arange(3)).split(0.0)


def test_an_epoch_has_its_own_order_whatever_came_before() -> None:
    from jobs.engine import shuffled

    order = shuffled(10, seed=7)
    assert sorted(order(3)) == list(range(10))
    assert order(3).tolist() == shuffled(10, seed=7)(3).tolist() != order(4).tolist()


def test_plain_fit_gets_the_rows_in_that_order_epoch_by_epoch() -> None:
    from jobs.engine import Plan, Rows, shuffled
    from jobs.engine.plain import pipeline

    order = shuffled(10, seed=7)
    rows = Rows.of({"a": np.arange(10)}, np.arange(10))
    plan = Plan(epochs=5, initial_epoch=3, batch_size=4, order=order)
    batches = [x["a"].numpy().tolist() for x, _ in pipeline(rows, plan)]
    assert [len(batch) for batch in batches] == [4, 4, 2, 4, 4, 2]
    assert [number for batch in batches for number in batch] == [*order(3), *order(4)]


def test_calls_grow_to_a_moment_and_shrink_when_steps_get_slow() -> None:
    from jobs.engine.chunks import MOMENT, Chunks

    now = 0.0
    chunks = Chunks(clock=lambda: now)
    seen = []
    for start, stop in chunks.of(1000):
        seen.append(stop - start)
        now += (stop - start) * 0.001
    assert seen[0] == 1
    assert seen[1] == pytest.approx(MOMENT / 0.001, abs=1)
    assert sum(seen) == 1000
    for start, stop in chunks.of(3):
        now += 60.0 * (stop - start)
    assert list(chunks.of(2)) == [(0, 1), (1, 2)]
    assert list(chunks.of(0)) == []
