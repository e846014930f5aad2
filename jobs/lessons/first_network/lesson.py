"""Lesson 5, the first network: what a small multilayer perceptron learns from a table.

The learner sees the whole Keras life-cycle once (prepare, define, compile, fit, evaluate, predict), watches loss and
accuracy fall and rise, and compares a few predictions with the truth.
"""

from typing import TYPE_CHECKING

from jobs.lessons.base import Band, Flag, Integer, Issue, Lesson, Params, Real
from jobs.lessons.first_network.guide import EXPLANATION, PRESETS
from jobs.lessons.first_network.listing import script
from jobs.lessons.shared import bands, life_cycle, outcome, parameters, table_asking, tables

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


def check(params: FirstNetworkParams, dataset: "DatasetState") -> list[Issue]:
    """What doesn't fit the data: a batch larger than the training rows, or a split that leaves a side empty."""
    return tables.misfits(dataset.rows, params.validation_split, params.batch_size)


def band(params: FirstNetworkParams) -> Band | None:
    """Where a healthy accuracy falls; nothing can be said of settings far from the presets that aim at one."""
    return bands.of_table(params)


def run(params: FirstNetworkParams, session: "Session") -> None:
    """Carry out one attempt, stage by stage."""
    trained = life_cycle.dense(session, params)
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
