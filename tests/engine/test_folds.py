"""A cross-validation by shared programs scores every fold as ``model.fit`` would, one fold alone."""

from typing import Any

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


def scored(route: Any) -> list[tuple[dict[str, list[float]], dict[str, float]]]:
    """The History of each fold and its scores."""
    from jobs.engine import Choice, Trainer

    trainer = Trainer(build(0), Choice(route, True, ""))
    trainer.prepare(folds(), plan)
    found = []
    for number, fold in enumerate(folds()):
        _, engine = trainer.fresh(build(number), fold)
        found.append((dict(engine.fit(fold.training, plan(number)).history), engine.evaluate(fold.test)))
    return found


def test_every_fold_is_as_if_it_had_been_alone() -> None:
    assert len({len(fold.training) for fold in folds()}) == 2, "folds of unequal size share what they can"
    shared, alone = scored("compiled"), scored("plain")
    assert shared == alone
    assert len({str(scores) for _, scores in shared}) == 4
