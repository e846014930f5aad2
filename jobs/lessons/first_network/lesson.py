"""Lesson 5, the first network: what a small multilayer perceptron learns from a table.

The learner sees the whole Keras life-cycle once (prepare, define, compile, fit, evaluate, predict), watches loss and
accuracy fall and rise, and compares a few predictions with the truth.
"""

from typing import TYPE_CHECKING, Any

from jobs.lessons.base import Band, Flag, Integer, Issue, Lesson, Params, Real
from jobs.lessons.first_network.guide import EXPLANATION, PRESETS
from jobs.lessons.first_network.listing import script
from jobs.lessons.shared import life_cycle, networks, outcome, parameters, table_asking, tables

if TYPE_CHECKING:
    from jobs.datasets import DatasetState
    from jobs.training import Session


class FirstNetworkParams(Params):
    """What can be set about the first network."""

    dataset: parameters.TableName = parameters.table()
    scale_features: Flag = parameters.scale_features()
    validation_split: Real = parameters.validation_split(0.2)
    hidden_layers: parameters.HiddenLayers = parameters.hidden_layers((12, 8))
    activation: parameters.Activation = parameters.activation()
    kernel_initializer: parameters.Initializer = parameters.kernel_initializer()
    optimizer: parameters.OptimizerName = parameters.optimizer()
    learning_rate: Real = parameters.learning_rate()
    epochs: Integer = parameters.epochs(150)
    batch_size: Integer = parameters.batch_size(10)
    seed: Integer = parameters.seed()


_BANDS = {
    "pima-indians-diabetes": (0.70, 0.82, "Two classes, 65 % of the rows in one: 0.65 is what constant guessing gets."),
    "ionosphere": (0.85, 0.99, "64 % of the rows are good: 0.64 is what constant guessing gets."),
    "breast-cancer": (0.93, 1.00, "63 % of the rows are benign: 0.63 is what constant guessing gets."),
}


def check(params: FirstNetworkParams, dataset: "DatasetState") -> list[Issue]:
    """What doesn't fit the data: a batch larger than the training rows, or a split that leaves a side empty."""
    return tables.misfits(dataset.rows, params.validation_split, params.batch_size)


def band(params: FirstNetworkParams) -> Band | None:
    """Where a healthy accuracy falls; nothing can be said of settings far from the presets that aim at one."""
    known = _BANDS.get(params.dataset)
    sound = params.epochs >= 40 and params.learning_rate <= 0.01 and params.optimizer in {"adam", "nadam", "rmsprop"}
    if known is None or not sound or (not params.scale_features and params.dataset == "breast-cancer"):
        return None
    low, high, why = known
    held_out = params.validation_split > 0
    if not held_out:
        high = min(high + 0.06, 1.0)
        why += " Rows that were trained on flatter the score."
    if not params.scale_features:
        low -= 0.05
        why += " Features that aren't scaled cost some accuracy."
    metric = "test accuracy" if held_out else "train accuracy"
    return Band(metric=metric, low=round(low, 2), high=round(high, 2), why=why)


def build(params: FirstNetworkParams, features: int) -> Any:
    """The network, not compiled yet; its weights depend on nothing but ``params.seed``."""
    return networks.dense_classifier(
        features, params.hidden_layers, params.activation, params.kernel_initializer, params.seed
    )


def run(params: FirstNetworkParams, session: "Session") -> None:
    """Carry out one attempt, stage by stage."""
    name = networks.OPTIMIZERS[params.optimizer]
    trained = life_cycle.two_classes(
        session,
        params,
        build=lambda features: build(params, features),
        optimizer=lambda _steps: networks.optimizer(params.optimizer, params.learning_rate),
        minimised=f"{name} with learning rate {params.learning_rate:g}",
    )
    session.result(outcome.scored(trained.scores, band(params), trained.predictions))


LESSON = Lesson(
    slug="first-network",
    number=5,
    title="Your first neural network",
    summary="A small multilayer perceptron learns to tell two classes apart: define, compile, fit, evaluate, predict.",
    explanation=EXPLANATION,
    params=FirstNetworkParams,
    presets=PRESETS,
    datasets=parameters.TABLES,
    run=run,
    script=script,
    check=check,
    asking=table_asking.ASKING,
    band=band,
)
