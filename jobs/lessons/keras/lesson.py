"""Lesson 3, Keras: the life-cycle of a model, with what each of its five calls produces.

The learner sees define, compile, fit, evaluate and predict one after the other, each with its product as soon as it is
there: layers, loss and optimizer, history, scores, predictions.
"""

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from jobs.lessons.base import Integer, Lesson
from jobs.lessons.keras.guide import EXPLANATION, PRESETS
from jobs.lessons.keras.listing import script
from jobs.lessons.keras.looks import Stages
from jobs.lessons.shared import bands, life_cycle, outcome, parameters, table_asking, tables
from jobs.lessons.shared.table_params import DenseTableParams

if TYPE_CHECKING:
    from jobs.training import Session


class KerasParams(DenseTableParams):
    """What can be set about the life-cycle."""

    epochs: Integer = parameters.epochs(60)
    loss: Literal["binary_crossentropy", "mean_squared_error"] = Field(
        default="binary_crossentropy",
        title="Loss",
        description=(
            "What compile is told to make small. Cross-entropy punishes a wrong answer the harder the surer it was; "
            "the mean squared error doesn't as much."
        ),
        json_schema_extra={"group": "Training"},
    )


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
    check=tables.check,
    asking=table_asking.ASKING,
    band=bands.of_table,
)
