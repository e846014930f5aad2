"""Lesson 3, Keras: the life-cycle of a model, with what each of its five calls produces.

The learner sees define, compile, fit, evaluate and predict one after the other, each with its product as soon as it is
there: layers, loss and optimizer, history, scores, predictions.
"""

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from jobs.lessons.base import Integer, Issue, Lesson
from jobs.lessons.keras.guide import EXPLANATION, PRESETS
from jobs.lessons.keras.listing import script
from jobs.lessons.keras.looks import Stages
from jobs.lessons.shared import bands, life_cycle, networks, outcome, own_tables, parameters, table_asking, tables
from jobs.lessons.shared.table_params import DenseTableParams

if TYPE_CHECKING:
    from jobs.datasets import DatasetState
    from jobs.training import Session


class KerasParams(DenseTableParams):
    """What can be set about the life-cycle."""

    epochs: Integer = parameters.epochs(60)
    loss: Literal["binary_crossentropy", "mean_squared_error", "sparse_categorical_crossentropy"] = Field(
        default="binary_crossentropy",
        title="Loss",
        description=(
            "What compile is told to make small. Cross-entropy punishes a wrong answer the harder the surer it was; "
            "the mean squared error doesn't as much. Own tables, with one output per class, take the sparse "
            "categorical cross-entropy, and nothing else does."
        ),
        json_schema_extra={"group": "Training"},
    )


def check(params: KerasParams, dataset: "DatasetState") -> list[Issue]:
    """What doesn't fit the data: rows and batches as everywhere, and a loss for another number of outputs."""
    issues = tables.check(params, dataset)
    own, several = own_tables.is_own(params.dataset), networks.loss(1)
    if own and params.loss != several:
        detail = f"An own table has one output per class, and is trained with {several}"
        issues.append(Issue("loss", "not_for_this_dataset", f"loss is {params.loss}. {detail}: choose that."))
    if not own and params.loss == several:
        detail = f"The network for {params.dataset} has one output: choose binary_crossentropy"
        issues.append(Issue("loss", "not_for_this_dataset", f"loss is {several}. {detail} or mean_squared_error."))
    return issues


def run(params: KerasParams, session: "Session") -> None:
    """Carry out one attempt, stage by stage."""
    trained = life_cycle.dense(
        session,
        params,
        loss=params.loss,
        onlooker=Stages(session, params.loss, params.batch_size),
    )
    session.result(outcome.scored(trained.scores, bands.of_table(params), trained.predictions))


LESSON = Lesson(
    slug="keras",
    number=3,
    title="Keras and its life-cycle",
    summary="Five calls make a network: define, compile, fit, evaluate, predict. See what each of them hands on.",
    explanation=EXPLANATION,
    params=KerasParams,
    presets=PRESETS,
    datasets=parameters.TABLES,
    run=run,
    script=script,
    check=check,
    asking=table_asking.ASKING,
    band=bands.of_table,
)
