"""Training on augmented rows: applied per batch by plain fit, the same after a resume, never in a test."""

from typing import Any

import numpy as np
import pytest

from jobs.augmentation import Augmentation, Augmenter
from tests.engine.training import values

# Keras itself, when it hands its variables to h5py.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")

MOVED = Augmentation(
    rotation_range=20, width_shift_range=0.1, horizontal_flip=True, brightness_range=(0.7, 1.2), featurewise_center=True
)


def digits() -> tuple[Any, Any]:
    """Some of scikit-learn's digits: (rows, 8, 8, 1) between 0 and 1, and what they are."""
    from sklearn.datasets import load_digits

    found = load_digits()
    return (found.images[:90, :, :, np.newaxis] / 16).astype("float32"), found.target[:90]


def model() -> Any:
    import keras

    keras.utils.set_random_seed(3)
    layers = [keras.layers.Conv2D(4, 3, activation="relu"), keras.layers.Flatten(), keras.layers.Dense(10)]
    made = keras.Sequential([keras.Input((8, 8, 1)), *layers])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    made.compile(loss=loss, optimizer="adam", metrics=["accuracy"], jit_compile=False)
    return made


def plan(augment: Any, **values: Any) -> Any:
    from jobs.engine import Plan, shuffled

    return Plan(**{"epochs": 4, "batch_size": 16, "order": shuffled(90, 5), "augment": augment, **values})


def test_each_batch_is_what_the_augmentation_makes_of_its_rows() -> None:
    from jobs.engine import Rows
    from jobs.engine.plain import pipeline

    x, y = digits()
    augmenter = Augmenter(MOVED, x, 5)
    how = plan(augmenter, initial_epoch=1, epochs=3)
    whole = {epoch: np.asarray(augmenter.apply(x, augmenter.draw(epoch, 90))) for epoch in (1, 2)}
    seen = list(pipeline(Rows.of(x, y), how).as_numpy_iterator())
    assert [len(labels) for _, labels in seen] == [16, 16, 16, 16, 16, 10] * 2
    for epoch, batches in ((1, seen[:6]), (2, seen[6:])):
        order = how.order(epoch)
        np.testing.assert_array_equal(np.concatenate([images for images, _ in batches]), whole[epoch][order])
        np.testing.assert_array_equal(np.concatenate([labels for _, labels in batches]), y[order])


def test_a_training_resumed_at_an_epoch_is_the_one_that_was_never_cut() -> None:
    from jobs.engine import Choice, Engine, Rows

    rows = Rows.of(*digits())
    way = Choice("plain", False, "")

    def engine(network: Any) -> Any:
        return Engine(network, way)

    whole = model()
    history = engine(whole).fit(rows, plan(Augmenter(MOVED, rows.x, 5))).history
    cut = model()
    engine(cut).fit(rows, plan(Augmenter(MOVED, rows.x, 5), epochs=2))
    later = model()
    later.build((None, 8, 8, 1))
    later.optimizer.build(later.trainable_variables)
    for variable, value in zip([*later.variables, *later.optimizer.variables], values(cut), strict=True):
        variable.assign(value)
    rest = engine(later).fit(rows, plan(Augmenter(MOVED, rows.x, 5), initial_epoch=2)).history
    assert rest["loss"] == history["loss"][2:]
    for one, other in zip(values(later), values(whole), strict=True):
        np.testing.assert_array_equal(one, other, strict=True)
    still = engine(model()).fit(rows, plan(None)).history
    assert still["loss"] != history["loss"], "it did augment"


def test_rows_to_validate_with_are_never_changed_by_chance() -> None:
    from jobs.engine import Choice, Engine, Rows

    x, y = digits()
    rows = Rows.of(x[:60], y[:60])
    augmenter = Augmenter(MOVED, rows.x, 5)
    validation = Rows.of(augmenter.standardize(x[60:]), y[60:])
    trained = model()
    how = plan(augmenter, order=lambda epoch: np.arange(60), validation=validation, validation_batch_size=7)
    history = Engine(trained, Choice("plain", False, "")).fit(rows, how).history
    scores = trained.evaluate(x[60:] - rows.x.mean(axis=(0, 1, 2)), y[60:], batch_size=7, verbose=0, return_dict=True)
    assert history["val_loss"][-1] == pytest.approx(scores["loss"], rel=1e-5)
    assert history["val_accuracy"][-1] == scores["accuracy"]


def test_augmented_rows_train_plainly_and_it_is_said() -> None:
    from jobs.engine import Choice, Engine, Rows, choose
    from tests.engine.training import dense

    choice = choose(dense(), augmented=True)
    assert (choice.route, choice.jit_compile) == ("plain", False)
    assert "augmented" in choice.why
    assert choose(dense()).route == "compiled"
    rows = Rows.of(*digits())
    engine = Engine(model(), Choice("compiled", True, ""))
    with pytest.raises(ValueError, match="train plainly"):
        engine.fit(rows, plan(Augmenter(MOVED, rows.x, 5)))
