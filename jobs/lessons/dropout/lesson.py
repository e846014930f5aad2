"""Lesson 9, dropout: neurons switched off at random, so that none becomes indispensable.

The learner puts dropout before the first layer or between the hidden ones, with or without max-norm, and watches the
gap between training and validation.
"""

from functools import partial
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from jobs.datasets.reading import Header, Separator
from jobs.exhibits import Cell, Exhibit, Line, Lines, Table
from jobs.lessons.base import Band, Flag, Integer, Lesson, Params, Real
from jobs.lessons.dropout.guide import EXPLANATION, PRESETS
from jobs.lessons.dropout.listing import script
from jobs.lessons.shared import bands, life_cycle, networks, outcome, own_tables, parameters, table_asking, tables

if TYPE_CHECKING:
    from jobs.training import Session

DATASETS = ("ionosphere", "pima-indians-diabetes", "breast-cancer")

MOST_POINTS = 500
"""Of how many epochs the drawn gap consists at most."""


class DropoutParams(Params):
    """What can be set about dropout, and about the network that it thins."""

    dropout: Literal["none", "visible", "hidden", "both"] = Field(
        default="both",
        title="Dropout on",
        description="Visible: features are left out before the first layer. Hidden: neurons after each hidden layer.",
        json_schema_extra={"group": "Dropout"},
    )
    dropout_rate: Real = parameters.dropout_rate(
        0.2, "The share of neurons that is switched off at each step, drawn anew every time.", group="Dropout"
    )
    max_norm: Real = parameters.max_norm(
        "How long the weights into a neuron may be together; makes a large rate safe. 0: no limit.", group="Dropout"
    )
    dataset: parameters.DatasetName = parameters.table()
    scale_features: Flag = parameters.scale_features()
    validation_split: Real = parameters.validation_split(0.33)
    target: own_tables.Target = own_tables.target()
    header: Header = own_tables.header()
    separator: Separator = own_tables.separator()
    hidden_layers: parameters.HiddenLayers = parameters.hidden_layers((60, 30))
    activation: parameters.Activation = parameters.activation()
    kernel_initializer: parameters.Initializer = parameters.kernel_initializer()
    learning_rate: Real = parameters.learning_rate(0.01, step=0.01)
    momentum: Real = parameters.momentum(0.9)
    epochs: Integer = parameters.epochs(150)
    batch_size: Integer = parameters.batch_size(16)
    seed: Integer = parameters.seed()


_BANDS = {"pima-indians-diabetes": (0.69, 0.84), "ionosphere": (0.88, 1.00), "breast-cancer": (0.93, 1.00)}


def band(params: DropoutParams) -> Band | None:
    """Where a healthy accuracy falls; nothing can be said of very strong dropout or of rates far from the presets'."""
    sound = params.epochs >= 40 and 0.005 <= params.learning_rate <= 0.1 and params.dropout_rate <= 0.5
    if not sound or not params.scale_features or params.validation_split == 0:
        return None
    return bands.of(params.dataset, _BANDS)


def build(params: DropoutParams, features: int, outputs: int | None = None) -> Any:
    """The network, not compiled yet; its weights depend on nothing but ``params.seed``."""
    import keras

    keras.utils.set_random_seed(params.seed)
    drops = params.dropout_rate if params.dropout != "none" else 0.0
    limit = keras.constraints.MaxNorm(params.max_norm) if params.max_norm else None
    model = keras.Sequential([keras.Input((features,))])
    if drops and params.dropout in ("visible", "both"):
        model.add(keras.layers.Dropout(drops))
    for size in params.hidden_layers:
        model.add(
            keras.layers.Dense(
                size,
                activation=params.activation,
                kernel_initializer=params.kernel_initializer,
                kernel_constraint=limit,
            )
        )
        if drops and params.dropout in ("hidden", "both"):
            model.add(keras.layers.Dropout(drops))
    model.add(networks.output(params.kernel_initializer, outputs).make())
    return model


def gap(history: dict[str, list[float]]) -> Exhibit:
    """Validation loss minus training loss, epoch by epoch."""
    epochs = len(history["loss"])
    every = max(1, -(-epochs // MOST_POINTS))
    shown = sorted({*range(0, epochs, every), epochs - 1})
    values: list[float | None] = [history["val_loss"][epoch] - history["loss"][epoch] for epoch in shown]
    return Exhibit(
        name="gap",
        title="The gap",
        note=(
            "Validation loss minus training loss. Near or below 0, what was learnt holds for rows never seen; where it "
            "climbs, the network learns its rows by heart. Dropout raises the training loss: the gap can be negative."
        ),
        content=Lines(
            x=[float(epoch + 1) for epoch in shown],
            lines=[Line(name="val_loss - loss", values=values)],
            x_title="epoch",
        ),
    )


def measured(history: dict[str, list[float]], scores: dict[str, dict[str, float]]) -> Exhibit:
    """The accuracies that fit reports beside those of the finished network, in which nothing is switched off."""
    rows: list[list[Cell]] = [
        ["training rows, while training", history["accuracy"][-1], history["loss"][-1]],
        ["training rows, with all neurons", scores["train"]["accuracy"], scores["train"]["loss"]],
    ]
    if "test" in scores:
        rows.append(["held-out rows, with all neurons", scores["test"]["accuracy"], scores["test"]["loss"]])
    return Exhibit(
        name="measured",
        title="With and without dropout",
        note=(
            "While training, neurons are missing, and fit measures the network as it is then. For validation and "
            "predictions all of them work, which is why validation can look better than training."
        ),
        content=Table(columns=["measured on", "accuracy", "loss"], rows=rows, first=True),
    )


def run(params: DropoutParams, session: "Session") -> None:
    """Carry out one attempt, stage by stage."""
    trained = life_cycle.table(
        session,
        params,
        build=partial(build, params),
        optimizer=lambda _steps: networks.optimizer("sgd", params.learning_rate, momentum=params.momentum),
        minimised=f"SGD with learning rate {params.learning_rate:g} and momentum {params.momentum:g}",
    )
    if trained.parts.test is not None and len(trained.history["loss"]) > 1:
        session.show(gap(trained.history))
    session.show(measured(trained.history, trained.scores))
    result = outcome.scored(trained.scores, band(params), trained.predictions)
    if trained.parts.test is not None:
        result["gap"] = trained.history["val_loss"][-1] - trained.history["loss"][-1]
    session.result(result)


LESSON = Lesson(
    slug="dropout",
    number=9,
    title="Dropout",
    summary="Switch neurons off at random, so that none becomes indispensable, and watch the gap close.",
    explanation=EXPLANATION,
    params=DropoutParams,
    presets=PRESETS,
    datasets=DATASETS,
    run=run,
    script=script,
    check=tables.check,
    asking=table_asking.ASKING,
    band=band,
)
