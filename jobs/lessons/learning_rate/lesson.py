"""Lesson 10, learning-rate schedules: large steps first, small ones later.

The learner picks a schedule, sees the rate drawn under the loss, and compares what each did to it.
"""

from functools import partial
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from jobs.datasets.reading import Header, Separator
from jobs.exhibits import Cell, Exhibit, Table
from jobs.lessons.base import Band, Flag, Integer, Lesson, Params, Real
from jobs.lessons.learning_rate import schedules
from jobs.lessons.learning_rate.guide import EXPLANATION, PRESETS
from jobs.lessons.learning_rate.listing import script
from jobs.lessons.shared import bands, life_cycle, networks, outcome, own_tables, parameters, table_asking, tables

if TYPE_CHECKING:
    from jobs.training import Session

DATASETS = ("ionosphere", "pima-indians-diabetes", "breast-cancer")

SHOWN_EPOCHS = 10
"""How many rows the table of what the schedule did has at most."""


class LearningRateParams(Params):
    """What can be set about the schedule, and about the network that it trains."""

    schedule: Literal["constant", "time-based", "drop", "exponential", "cosine", "plateau"] = Field(
        default="time-based",
        title="Schedule",
        description="How the learning rate changes. Only the settings of the chosen schedule below are used.",
        json_schema_extra={"group": "Schedule"},
    )
    learning_rate: Real = parameters.learning_rate(0.1, step=0.01)
    decay: Real = parameters.decay(
        0.0001,
        "Time-based: the rate is divided by 1 + decay * the number of updates or epochs so far.",
        group="Schedule",
    )
    decay_every: Literal["update", "epoch"] = Field(
        default="update",
        title="Decay with every",
        description="Time-based: count updates, as Keras's old decay= did, or epochs.",
        json_schema_extra={"group": "Schedule"},
    )
    drop: Real = Field(
        default=0.5,
        gt=0.0,
        lt=1.0,
        title="Drop to",
        description="Drop and plateau: the rate is multiplied by this.",
        json_schema_extra={"group": "Schedule", "step": 0.05},
    )
    epochs_drop: Integer = Field(
        default=10,
        ge=1,
        le=parameters.MOST_EPOCHS,
        title="Drop every",
        description="Drop: after so many epochs.",
        json_schema_extra={"group": "Schedule", "unit": "epochs"},
    )
    decay_rate: Real = Field(
        default=0.95,
        gt=0.0,
        le=1.0,
        title="Decay rate",
        description="Exponential: over each epoch the rate shrinks to this share of itself.",
        json_schema_extra={"group": "Schedule", "step": 0.01},
    )
    warmup_epochs: Integer = Field(
        default=5,
        ge=0,
        le=1000,
        title="Warm-up",
        description="Cosine: the rate first rises from 0 over so many epochs. 0 begins at the full rate.",
        json_schema_extra={"group": "Schedule", "unit": "epochs"},
    )
    patience: Integer = Field(
        default=5,
        ge=1,
        le=1000,
        title="Patience",
        description="Plateau: how many epochs without a lower loss are waited for.",
        json_schema_extra={"group": "Schedule", "unit": "epochs"},
    )
    dataset: parameters.DatasetName = parameters.table()
    scale_features: Flag = parameters.scale_features()
    validation_split: Real = parameters.validation_split(0.33)
    target: own_tables.Target = own_tables.target()
    header: Header = own_tables.header()
    separator: Separator = own_tables.separator()
    hidden_layers: parameters.HiddenLayers = parameters.hidden_layers((34,))
    activation: parameters.Activation = parameters.activation()
    kernel_initializer: parameters.Initializer = parameters.kernel_initializer()
    momentum: Real = parameters.momentum(0.8)
    epochs: Integer = parameters.epochs(50)
    batch_size: Integer = parameters.batch_size(28)
    seed: Integer = parameters.seed()


_BANDS = {"pima-indians-diabetes": (0.72, 0.85), "ionosphere": (0.86, 0.99), "breast-cancer": (0.94, 1.00)}


def band(params: LearningRateParams) -> Band | None:
    """Where a healthy accuracy falls; nothing can be said where the rate is far from the presets'."""
    sound = params.epochs >= 30 and 0.003 <= params.learning_rate <= 0.2 and params.momentum <= 0.9
    if not sound or not params.scale_features or params.validation_split == 0:
        return None
    return bands.of(params.dataset, _BANDS)


def what_it_did(history: dict[str, list[float]]) -> Exhibit:
    """The rate and the losses side by side: first and last epoch, and some between or where it changed."""
    rates = history["learning_rate"]
    changes = [epoch for epoch in range(1, len(rates)) if rates[epoch] != rates[epoch - 1]]
    if len(changes) > SHOWN_EPOCHS - 2:
        changes = [round(index * (len(rates) - 1) / (SHOWN_EPOCHS - 1)) for index in range(1, SHOWN_EPOCHS - 1)]
    epochs = sorted({0, *changes, len(rates) - 1})
    names = [name for name in ("loss", "val_loss", "val_accuracy") if name in history]
    rows: list[list[Cell]] = [
        [str(epoch + 1), rates[epoch], *(history[name][epoch] for name in names)] for epoch in epochs
    ]
    return Exhibit(
        name="schedule",
        title="What the schedule did",
        note="Read the losses beside the rate: where it falls, a loss that jumped about settles.",
        content=Table(columns=["epoch", "learning rate", *names], rows=rows, first=True),
    )


def run(params: LearningRateParams, session: "Session") -> None:
    """Carry out one attempt, stage by stage."""
    trained = life_cycle.table(
        session,
        params,
        build=partial(networks.dense_classifier, params),
        optimizer=lambda steps: schedules.optimizer(params, steps),
        minimised=f"SGD with momentum {params.momentum:g}; the learning rate {schedules.words(params)}",
        callbacks=lambda _model: schedules.callbacks(params),
    )
    session.show(what_it_did(trained.history))
    result: dict[str, Any] = outcome.scored(trained.scores, band(params), trained.predictions)
    rates = trained.history["learning_rate"]
    session.result({**result, "learning_rate": {"first": rates[0], "last": rates[-1]}})


LESSON = Lesson(
    slug="learning-rate",
    number=10,
    title="Learning-rate schedules",
    summary="Large steps first, small ones later: five schedules, and what each does to the loss.",
    explanation=EXPLANATION,
    params=LearningRateParams,
    presets=PRESETS,
    datasets=DATASETS,
    run=run,
    script=script,
    check=tables.check,
    asking=table_asking.ASKING,
    band=band,
)
