"""A generation's file gives back what went in, and says so where it isn't one."""

from typing import Any

import numpy as np
import pytest

from jobs.generations import Generation, Snapshot, Unusable, remembered, remind
from jobs.protocol import Best

VALUES = (np.arange(6, dtype="float32").reshape(2, 3), np.array(3, "int64"), np.array([1, 2], "uint32"))


def generation(best: tuple[Snapshot, Best] | None) -> Generation:
    return Generation(
        epoch=5,
        values=VALUES,
        best=best,
        history={"loss": [0.5, float("nan"), 0.25], "val_loss": [1.0, 2.0, float("inf")]},
        callbacks=[{"wait": 3, "best": np.inf, "seen": None, "best_weights": [VALUES[0]], "mode": "min"}, {}],
        stopped=True,
        data={"plants": "5e"},
    )


def same(left: tuple[Any, ...], right: tuple[Any, ...]) -> bool:
    return all(
        np.array_equal(a, b) and np.asarray(a).dtype == np.asarray(b).dtype for a, b in zip(left, right, strict=True)
    )


@pytest.mark.parametrize("epoch", [2, 4], ids=["an earlier one is best", "the last one is best"])
def test_everything_comes_back(epoch: int) -> None:
    told = Best(epoch=epoch, monitor="val_loss", value=0.25)
    values = VALUES if epoch == 4 else (VALUES[0] + 1, *VALUES[1:])
    back = Generation.decode(generation((Snapshot(epoch, values), told)).encode())
    assert (back.epoch, back.stopped, back.data) == (5, True, {"plants": "5e"})
    assert same(back.values, VALUES)
    assert back.best is not None
    assert (back.best[0].epoch, back.best[1]) == (epoch, told)
    assert same(back.best[0].values, values)
    np.testing.assert_array_equal(back.history["loss"], [0.5, np.nan, 0.25])
    np.testing.assert_array_equal(back.history["val_loss"], [1.0, 2.0, np.inf])
    first, second = back.callbacks
    assert (first["wait"], first["best"], first["seen"], first["mode"], second) == (3, np.inf, None, "min", {})
    assert same(tuple(first["best_weights"]), (VALUES[0],))


def test_a_state_that_is_the_best_too_is_written_once() -> None:
    told = Best(epoch=4, monitor="loss", value=0.25)
    large = (np.zeros(10_000),)
    once = Generation(5, large, (Snapshot(4, large), told), {}, [], False).encode()
    twice = Generation(5, large, (Snapshot(3, large), told), {}, [], False).encode()
    assert len(once) < 1.1 * 80_000
    assert len(twice) > 1.9 * 80_000


@pytest.mark.parametrize("cut", [0, 10, 200, -1])
def test_a_file_that_was_cut_short_is_of_no_use_and_says_so(cut: int) -> None:
    with pytest.raises(Unusable, match="can't be read"):
        Generation.decode(generation(None).encode()[:cut])


def test_what_a_callback_remembers_is_given_back() -> None:
    import keras

    stopping = keras.callbacks.EarlyStopping(patience=3)
    stopping.on_train_begin()
    stopping.wait, stopping.best, stopping.best_weights = 2, 0.125, [VALUES[0]]
    kept = Generation.decode(Generation(1, (), None, {}, [remembered(stopping)], False).encode()).callbacks[0]
    fresh = keras.callbacks.EarlyStopping(patience=3)
    fresh.on_train_begin()
    remind(fresh, kept)
    assert (fresh.wait, fresh.best) == (2, 0.125)
    np.testing.assert_array_equal(fresh.best_weights[0], VALUES[0])
