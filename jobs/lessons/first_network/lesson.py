"""Lesson 5, the first network: what a small multilayer perceptron learns from a table.

The learner sees the whole Keras life-cycle once (prepare, define, compile, fit, evaluate, predict), watches loss and
accuracy fall and rise, and compares a few predictions with the truth.
"""

from typing import TYPE_CHECKING

from jobs.lessons.base import Flag, Integer, Lesson, Params, Real
from jobs.lessons.first_network.guide import EXPLANATION, PRESETS
from jobs.lessons.first_network.listing import script
from jobs.lessons.shared import bands, life_cycle, outcome, parameters, table_asking, tables

if TYPE_CHECKING:
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


def run(params: FirstNetworkParams, session: "Session") -> None:
    """Carry out one attempt, stage by stage."""
    trained = life_cycle.dense(session, params)
    session.result(outcome.scored(trained.scores, bands.of_table(params), trained.predictions))


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
    check=tables.check,
    asking=table_asking.ASKING,
    band=bands.of_table,
)
