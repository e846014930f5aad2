"""Lesson 5, the first network: what a small multilayer perceptron learns from a table.

The learner sees the whole Keras life-cycle once (prepare, define, compile, fit, evaluate, predict), watches loss and
accuracy fall and rise, and compares a few predictions with the truth. The listing that repeats a run without
Fitboard is in :mod:`jobs.lessons.first_network_script`.
"""

import math
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from jobs.lessons.base import Band, Flag, Integer, Issue, Lesson, Params, Preset, Real
from jobs.lessons.first_network_script import script

if TYPE_CHECKING:
    from jobs.datasets import DatasetState
    from jobs.training import Session

DATASETS = ("pima-indians-diabetes", "ionosphere", "breast-cancer")

LayerSize = Annotated[Integer, Field(ge=1, le=512)]


class FirstNetworkParams(Params):
    """What can be set about the first network."""

    dataset: Literal["auto", "pima-indians-diabetes", "ionosphere", "breast-cancer"] = Field(
        default="auto",
        title="Dataset",
        description=(
            "The table to learn from. “auto” takes the course's Pima table if it is here or can be downloaded, "
            "else the bundled breast-cancer table."
        ),
        json_schema_extra={"group": "Data"},
    )
    scale_features: Flag = Field(
        default=True,
        title="Scale the features",
        description=(
            "Bring every column to mean 0 and standard deviation 1, measured on the training rows. "
            "Without it a column with large numbers drowns the others."
        ),
        json_schema_extra={"group": "Data"},
    )
    validation_split: Real = Field(
        default=0.2,
        ge=0.0,
        le=0.9,
        title="Validation split",
        description=(
            "The share of rows, taken from the end as Keras does, that the network is tested on and never trained on. "
            "0 tests on the training rows themselves."
        ),
        json_schema_extra={"group": "Data", "unit": "share of the rows", "step": 0.05},
    )
    hidden_layers: Annotated[tuple[LayerSize, ...], Field(min_length=1, max_length=8)] = Field(
        default=(12, 8),
        title="Hidden layers",
        description="How many neurons each hidden layer has, first to last: 1 to 8 layers of 1 to 512 neurons.",
        json_schema_extra={"group": "Network", "unit": "neurons"},
    )
    activation: Literal["relu", "tanh", "sigmoid", "elu", "selu", "gelu", "silu"] = Field(
        default="relu",
        title="Activation",
        description="The bend in each hidden neuron's answer. The output neuron always has a sigmoid.",
        json_schema_extra={"group": "Network"},
    )
    kernel_initializer: Literal[
        "glorot_uniform",
        "glorot_normal",
        "he_uniform",
        "he_normal",
        "lecun_uniform",
        "lecun_normal",
        "random_uniform",
        "random_normal",
    ] = Field(
        default="glorot_uniform",
        title="Kernel initializer",
        description="How the weights are drawn before training. random_uniform draws between -0.05 and 0.05.",
        json_schema_extra={"group": "Network"},
    )
    optimizer: Literal["adam", "sgd", "rmsprop", "adagrad", "nadam"] = Field(
        default="adam",
        title="Optimizer",
        description="The rule that turns gradients into changes of the weights.",
        json_schema_extra={"group": "Training"},
    )
    learning_rate: Real = Field(
        default=0.001,
        gt=0.0,
        le=10.0,
        title="Learning rate",
        description="How far one step moves the weights. Too small crawls, too large jumps about or diverges.",
        json_schema_extra={"group": "Training", "step": 0.001},
    )
    epochs: Integer = Field(
        default=150,
        ge=1,
        le=10_000,
        title="Epochs",
        description="How often the whole training table is gone through.",
        json_schema_extra={"group": "Training", "unit": "epochs"},
    )
    batch_size: Integer = Field(
        default=10,
        ge=1,
        title="Batch size",
        description="How many rows are looked at before the weights are changed once.",
        json_schema_extra={"group": "Training", "unit": "rows"},
    )
    seed: Integer = Field(
        default=7,
        ge=0,
        le=2**32 - 1,
        title="Seed",
        description="Where the random numbers start: the same seed and values give the same curves again.",
        json_schema_extra={"group": "Training"},
    )


PRESETS = (
    Preset(
        slug="start",
        title="A sound start",
        why="Scaled features and a fifth of the rows held back: the curves tell what the network has really learnt.",
    ),
    Preset(
        slug="course",
        title="As in the course",
        why=(
            "The classic first listing: Pima, weights drawn by random_uniform, raw features, and the score taken on "
            "the very rows it was trained on. Try glorot_uniform, today's default, as the kernel initializer: "
            "same network, another start. Then look at how flattering a score without held-out rows is."
        ),
        values={
            "dataset": "pima-indians-diabetes",
            "kernel_initializer": "random_uniform",
            "optimizer": "adam",
            "learning_rate": 0.001,
            "scale_features": False,
            "validation_split": 0.0,
            "epochs": 150,
            "batch_size": 10,
        },
    ),
    Preset(
        slug="properly",
        title="Done properly",
        why=(
            "A third of the rows held back, features scaled on the training rows alone, He's initializer for ReLU, and "
            "an end at 60 epochs, when the validation loss has stopped falling. Its score is the one to believe."
        ),
        values={"validation_split": 0.33, "kernel_initializer": "he_uniform", "epochs": 60},
    ),
    Preset(
        slug="too-fast",
        title="Too big a learning rate",
        why="A learning rate three hundred times the usual: the loss jumps about instead of settling.",
        values={"learning_rate": 0.3, "epochs": 60},
    ),
    Preset(
        slug="overfit",
        title="Overfit on purpose",
        why=(
            "A large network and half of the rows: training loss goes towards zero while validation loss turns and "
            "climbs. The gap is overfitting; the best epoch is long before the last."
        ),
        values={"hidden_layers": [128, 128], "validation_split": 0.5, "epochs": 120, "batch_size": 16},
    ),
)

EXPLANATION = (
    "A multilayer perceptron is a stack of layers. Each neuron adds up what the layer before it says, weighted, and "
    "passes the sum through a bend, its activation. The last neuron's sigmoid squeezes the result between 0 and 1: how "
    "sure the network is that a row belongs to class 1.",
    "Training is a loop. A batch of rows goes through the network, the loss measures how wrong the answers are, and "
    "the optimizer moves every weight a little in the direction that makes it less wrong. One epoch is one pass over "
    "all training rows, in a new order each time.",
    "Look at two pairs of curves. While training loss and validation loss fall together, the network learns something "
    "that holds for rows it has never seen. When the training loss goes on falling and the validation loss turns "
    "upward, it has begun to learn the table by heart; the best epoch is marked there.",
    "Then change one thing and train again: leave the features unscaled, double a layer, take a learning rate ten "
    "times larger. The seed keeps everything else the same, so that what changes is what you changed.",
)

_BANDS = {
    "pima-indians-diabetes": (0.70, 0.82, "Two classes, 65 % of the rows in one: 0.65 is what constant guessing gets."),
    "ionosphere": (0.85, 0.99, "64 % of the rows are good: 0.64 is what constant guessing gets."),
    "breast-cancer": (0.93, 1.00, "63 % of the rows are benign: 0.63 is what constant guessing gets."),
}


def split_at(rows: int, validation_split: float) -> int:
    """How many rows are trained on: Keras's own rounding, so that the rest is what Keras would hold out."""
    return math.floor(rows * (1.0 - validation_split))


def check(params: FirstNetworkParams, dataset: "DatasetState") -> list[Issue]:
    """What doesn't fit the data: a batch larger than the training rows, or a split that leaves a side empty."""
    training = split_at(dataset.rows, params.validation_split)
    if training < 1 or (params.validation_split > 0 and training == dataset.rows):
        side = "to train on" if training < 1 else "to validate with"
        return [
            Issue(
                "validation_split",
                "leaves_no_rows",
                f"A validation split of {params.validation_split:g} leaves none of the {dataset.rows} rows {side}. "
                "Use 0 for no validation, or a share that leaves rows on both sides, such as 0.5.",
            )
        ]
    if params.batch_size > training:
        return [
            Issue(
                "batch_size",
                "too_large",
                f"Batch size {params.batch_size} is larger than the {training} training rows. Use 1 to {training}.",
            )
        ]
    return []


def band(params: FirstNetworkParams) -> Band | None:
    """Where a healthy accuracy falls; nothing can be said of settings far from the presets that aim at one."""
    known = _BANDS.get(params.dataset)
    sound = params.epochs >= 40 and params.learning_rate <= 0.01 and params.optimizer in {"adam", "nadam", "rmsprop"}
    if known is None or not sound or (not params.scale_features and params.dataset == "breast-cancer"):
        return None
    low, high, why = known
    held_out = params.validation_split > 0
    metric = "test accuracy" if held_out else "train accuracy"
    if not params.scale_features:
        low -= 0.05
        why += " Features that aren't scaled cost some accuracy."
    return Band(metric=metric, low=round(low, 2), high=high, why=why)


def build(params: FirstNetworkParams, features: int) -> Any:
    """The compiled network; its weights depend on nothing but ``params.seed``."""
    import keras

    model = keras.Sequential([keras.Input((features,))])
    for size in params.hidden_layers:
        model.add(keras.layers.Dense(size, activation=params.activation, kernel_initializer=params.kernel_initializer))
    model.add(keras.layers.Dense(1, activation="sigmoid", kernel_initializer=params.kernel_initializer))
    return model


def run(params: FirstNetworkParams, session: "Session") -> None:
    """Carry out one attempt, stage by stage."""
    raise NotImplementedError


LESSON = Lesson(
    slug="first-network",
    number=5,
    title="Your first neural network",
    summary="A small multilayer perceptron learns to tell two classes apart: define, compile, fit, evaluate, predict.",
    explanation=EXPLANATION,
    params=FirstNetworkParams,
    presets=PRESETS,
    datasets=DATASETS,
    run=run,
    script=script,
    check=check,
    band=band,
)
