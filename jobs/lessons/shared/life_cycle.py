"""The Keras life-cycle on a table: prepare, define, compile, fit, evaluate, predict.

Most lessons about tables are this with one thing changed: another network, another optimizer, a callback.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from jobs.lessons.shared import networks, outcome, own_tables, parameters, tables
from jobs.protocol import Stage
from jobs.stopping import AttemptFailed

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from jobs.datasets import Tabular
    from jobs.monitor import Monitor
    from jobs.training import Session


class DenseParams(parameters.TableParams, networks.DenseParams, networks.OptimizerParams, Protocol):
    """Those of lessons whose network is nothing but dense layers."""


class Onlooker:
    """Is told what each stage has produced, as soon as it is done. A lesson overrides what it has something to show of.

    What it is given is the training's own: look, and change nothing.
    """

    def defined(self, model: Any) -> None:
        """The model has its layers and first weights; it isn't compiled yet."""

    def compiled(self, model: Any, parts: tables.Parts) -> None:
        """The model has its loss and optimizer, and will train on these rows."""

    def fitted(self, history: Mapping[str, Sequence[float]]) -> None:
        """The training is over; this is Keras's History."""

    def evaluated(self, scores: Mapping[str, Mapping[str, float]], parts: tables.Parts) -> None:
        """The finished model was measured: scores by part (``train``, ``test``) and metric."""

    def predicted(self, predictions: Mapping[str, Any]) -> None:
        """It was asked about a few rows, see :func:`outcome.two_class_predictions` and :func:`outcome.predictions`."""


@dataclass(frozen=True)
class Trained:
    """What came of it: the model and its rows, Keras's History, scores by part, a few predictions beside the truth."""

    model: Any
    parts: tables.Parts
    history: dict[str, list[float]]
    scores: dict[str, dict[str, float]]
    predictions: dict[str, Any]


def table(
    session: "Session",
    params: parameters.TableParams,
    *,
    build: Callable[[int, int | None], Any],
    optimizer: Callable[[int], Any],
    minimised: str,
    loss: str = "binary_crossentropy",
    callbacks: Callable[[Any], Sequence[Any]] = lambda _model: (),
    onlooker: Onlooker | None = None,
    monitor: "Monitor | None" = None,
) -> Trained:
    """Go through the six stages with a table.

    Args:
        session: the attempt's.
        params: the lesson's.
        build: the network for so many features and outputs (see :func:`networks.output`), not compiled.
        optimizer: a new one, given the number of steps in an epoch.
        minimised: by what the loss is minimised, for the stage's words: ``Adam with learning rate 0.001``.
        loss: Keras's name of it, for a network with one output.
        callbacks: Keras's, for the model.
        onlooker: is told what each stage has produced.
        monitor: what makes an epoch the best, instead of the lowest loss.
    """
    data, parts = prepare(
        session,
        lambda: session.load(params.dataset, own_tables.reading(params)),
        params.validation_split,
        params.scale_features,
    )
    outputs = own_tables.outputs(params.dataset, data.class_names)
    return train(
        session,
        params,
        data,
        parts,
        build=lambda: build(len(data.feature_names), outputs),
        outputs=outputs,
        optimizer=optimizer,
        minimised=minimised,
        loss=networks.loss(outputs, loss),
        callbacks=callbacks,
        onlooker=onlooker,
        monitor=monitor,
        remedy=networks.remedy(params.learning_rate, params.scale_features),
    )


def dense(
    session: "Session",
    params: DenseParams,
    *,
    loss: str = "binary_crossentropy",
    onlooker: Onlooker | None = None,
    monitor: "Monitor | None" = None,
) -> Trained:
    """:func:`table` with the dense layers and the optimizer that the params say."""
    return table(
        session,
        params,
        build=partial(networks.dense_classifier, params),
        optimizer=lambda _steps: networks.optimizer_of(params),
        minimised=networks.minimised(params),
        loss=loss,
        onlooker=onlooker,
        monitor=monitor,
    )


def prepare(
    session: "Session", load: Callable[[], "Tabular"], validation_split: float, scale_features: bool
) -> tuple["Tabular", tables.Parts]:
    """The first stage: rows, parted and perhaps scaled."""
    with session.stage(Stage.PREPARE) as stage:
        data = load()
        parts = tables.parted(data, validation_split, scale_features)
        stage.summary = parts.summary()
        for warning in parts.warnings(data.class_names):
            session.log(warning, "warning")
    return data, parts


def train(
    session: "Session",
    params: parameters.TrainingParams,
    data: "Tabular",
    parts: tables.Parts,
    *,
    build: Callable[[], Any],
    outputs: int | None = None,
    optimizer: Callable[[int], Any],
    minimised: str,
    loss: str = "binary_crossentropy",
    callbacks: Callable[[Any], Sequence[Any]] = lambda _model: (),
    onlooker: Onlooker | None = None,
    monitor: "Monitor | None" = None,
    predict: Sequence["NDArray[np.float32]"] = (),
    remedy: str = "",
) -> Trained:
    """The other five stages, as in :func:`table`.

    Args:
        session: the attempt's, with the lesson's ``params``.
        data: where ``parts`` are from.
        parts: what is trained and tested on.
        build: the network, not compiled; ``outputs`` is what it ends in, see :func:`networks.output`.
        optimizer, minimised, callbacks, onlooker, monitor: see :func:`table`.
        loss: Keras's name of it.
        predict: what callbacks will ask the model about while it trains.
        remedy: what to try should the loss stop being a number.
    """
    told = onlooker or Onlooker()
    with session.stage(Stage.DEFINE) as stage:
        model = build()
        session.built(model)
        stage.summary = f"{outcome.counted(len(model.layers), 'layer')} with {model.count_params():,} parameters."
    told.defined(model)
    with session.stage(Stage.COMPILE) as stage:
        called = callbacks(model)
        model.compile(
            loss=loss,
            optimizer=optimizer(math.ceil(len(parts.train[0]) / params.batch_size)),
            metrics=["accuracy"],
            jit_compile=session.choose(model, *parts.train, callbacks=called),
        )
        stage.summary = f"{networks.LOSSES[loss]}, minimised by {minimised}."
    told.compiled(model, parts)
    with session.stage(Stage.FIT) as stage:
        history = session.fit(
            model,
            *parts.train,
            epochs=params.epochs,
            batch_size=params.batch_size,
            seed=params.seed,
            validation_data=parts.test,
            evaluate=[parts.train] if parts.test is None else [parts.train, parts.test],
            predict=[parts.shown[0][: outcome.SHOWN], *predict],
            callbacks=called,
            monitor=monitor,
            remedy=remedy,
        )
        stage.summary = (
            f"{outcome.counted(len(history['loss']), 'epoch')}; "
            f"the loss went from {history['loss'][0]:.4f} to {history['loss'][-1]:.4f}."
        )
    told.fitted(history)
    with session.stage(Stage.EVALUATE) as stage:
        scores = {"train": session.evaluate(model, *parts.train)}
        if not math.isfinite(scores["train"]["loss"]):  # an epoch's own loss is from before its last step
            detail = f"After the last epoch the training loss was not a number any more. {remedy}".rstrip()
            raise AttemptFailed("diverged", "The training diverged", detail)
        if parts.test is not None:
            scores["test"] = session.evaluate(model, *parts.test)
        stage.summary = outcome.score_words(scores)
    told.evaluated(scores, parts)
    with session.stage(Stage.PREDICT) as stage:
        x, y = (part[: outcome.SHOWN] for part in parts.shown)
        answers = session.predict(model, x)
        if outputs is None:
            predictions = outcome.two_class_predictions(data.class_names, answers[:, 0].tolist(), y.tolist())
        else:
            predictions = outcome.predictions(data.class_names, answers, y)
        stage.summary = outcome.prediction_words(predictions)
    told.predicted(predictions)
    return Trained(model, parts, history, scores, predictions)
