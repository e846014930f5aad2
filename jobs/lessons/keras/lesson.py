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
    loss: Literal["binary_crossentropy", "mean_squared_error"] = Field(
        default="binary_crossentropy",
        title="Loss",
        description=(
            "What compile is told to make small. Cross-entropy punishes a wrong answer the harder the surer it was; "
            "the mean squared error doesn't as much. An own table has sparse_categorical_crossentropy, the same for "
            "any number of classes."
        ),
        json_schema_extra={"group": "Training"},
    )


def check(params: KerasParams, dataset: "DatasetState") -> list[Issue]:
    """What doesn't fit the data: rows and batches as everywhere, and a loss for one output."""
    issues = tables.check(params, dataset)
    if own_tables.is_own(params.dataset) and params.loss == "mean_squared_error":
        detail = (
            "loss is mean_squared_error, which is there for one output and two classes. An own table has one output "
            "per class: leave loss at binary_crossentropy, and the network is trained with "
            "sparse_categorical_crossentropy."
        )
        issues.append(Issue("loss", "not_for_this_dataset", detail))
    return issues


def run(params: KerasParams, session: "Session") -> None:
    """Carry out one attempt, stage by stage."""
    loss = networks.loss(own_tables.listed_outputs(params.dataset), params.loss)
    trained = life_cycle.dense(
        session,
        params,
        loss=params.loss,
        onlooker=Stages(session, loss, params.batch_size),
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
