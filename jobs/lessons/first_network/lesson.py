"""Lesson 5, the first network: what a small multilayer perceptron learns from a table.

The learner sees the whole Keras life-cycle once (prepare, define, compile, fit, evaluate, predict), watches loss and
accuracy fall and rise, and compares a few predictions with the truth.
"""

from typing import TYPE_CHECKING

from jobs.lessons.base import Lesson
from jobs.lessons.first_network.guide import EXPLANATION, PRESETS
from jobs.lessons.first_network.listing import script
from jobs.lessons.shared import bands, life_cycle, outcome, parameters, table_asking, tables
from jobs.lessons.shared.table_params import DenseTableParams

if TYPE_CHECKING:
    from jobs.training import Session


class FirstNetworkParams(DenseTableParams):
    """What can be set about the first network."""


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
