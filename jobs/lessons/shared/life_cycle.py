"""The Keras life-cycle on a table with two classes: prepare, define, compile, fit, evaluate, predict.

Most lessons about tables are this with one thing changed: another network, another optimizer, a callback.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from jobs.lessons.shared import networks, outcome, tables
from jobs.protocol import Stage

if TYPE_CHECKING:
    from jobs.monitor import Monitor
    from jobs.training import Session


class TableParams(Protocol):
    """The parameters that every such lesson has."""

    @property
    def dataset(self) -> str:
        """The table's name."""

    @property
    def scale_features(self) -> bool:
        """Whether columns are brought to the same scale."""

    @property
    def validation_split(self) -> float:
        """The share of rows held out."""

    @property
    def epochs(self) -> int:
        """How long to train."""

    @property
    def batch_size(self) -> int:
        """Rows in a step."""

    @property
    def learning_rate(self) -> float:
        """The optimizer's, at the start."""

    @property
    def seed(self) -> int:
        """Where random numbers start."""


@dataclass(frozen=True)
class Trained:
    """What came of it: the model and its rows, Keras's History, scores by part, a few predictions beside the truth."""

    model: Any
    parts: tables.Parts
    history: dict[str, list[float]]
    scores: dict[str, dict[str, float]]
    predictions: dict[str, Any]


def two_classes(
    session: "Session",
    params: TableParams,
    *,
    build: Callable[[int], Any],
    optimizer: Callable[[int], Any],
    minimised: str,
    callbacks: Callable[[Any], Sequence[Any]] = lambda _model: (),
    monitor: "Monitor | None" = None,
) -> Trained:
    """Go through the six stages.

    Args:
        session: the attempt's.
        params: the lesson's.
        build: the network for so many features, not compiled.
        optimizer: a new one, given the number of steps in an epoch.
        minimised: by what the loss is minimised, for the stage's words: ``Adam with learning rate 0.001``.
        callbacks: Keras's, for the model.
        monitor: what makes an epoch the best, instead of the lowest loss.
    """
    with session.stage(Stage.PREPARE) as stage:
        data = session.load(params.dataset)
        parts = tables.parted(data, params.validation_split, params.scale_features)
        stage.summary = parts.summary()
        for warning in parts.warnings():
            session.log(warning, "warning")
    with session.stage(Stage.DEFINE) as stage:
        model = build(len(data.feature_names))
        session.built(model)
        stage.summary = f"{len(model.layers)} layers with {model.count_params():,} parameters."
    with session.stage(Stage.COMPILE) as stage:
        called = callbacks(model)
        model.compile(
            loss="binary_crossentropy",
            optimizer=optimizer(math.ceil(len(parts.train[0]) / params.batch_size)),
            metrics=["accuracy"],
            jit_compile=session.choose(model, *parts.train, callbacks=called),
        )
        stage.summary = f"Binary cross-entropy, minimised by {minimised}."
    with session.stage(Stage.FIT) as stage:
        history = session.fit(
            model,
            *parts.train,
            epochs=params.epochs,
            batch_size=params.batch_size,
            seed=params.seed,
            validation_data=parts.test,
            evaluate=[parts.train] if parts.test is None else [parts.train, parts.test],
            predict=[parts.shown[0][: outcome.SHOWN]],
            callbacks=called,
            monitor=monitor,
            remedy=networks.remedy(params.learning_rate, params.scale_features),
        )
        stage.summary = (
            f"{len(history['loss'])} epochs; the loss went from {history['loss'][0]:.4f} to {history['loss'][-1]:.4f}."
        )
    with session.stage(Stage.EVALUATE) as stage:
        scores = {"train": session.evaluate(model, *parts.train)}
        if parts.test is not None:
            scores["test"] = session.evaluate(model, *parts.test)
        stage.summary = outcome.score_words(scores)
    with session.stage(Stage.PREDICT) as stage:
        x, y = (part[: outcome.SHOWN] for part in parts.shown)
        answers = session.predict(model, x)[:, 0]
        predictions = outcome.two_class_predictions(data.class_names, answers.tolist(), y.tolist())
        stage.summary = outcome.prediction_words(predictions)
    return Trained(model, parts, history, scores, predictions)
