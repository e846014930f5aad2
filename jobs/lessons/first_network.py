"""Lesson 5, the first network: what a small multilayer perceptron learns from a table.

The learner sees the whole Keras life-cycle once (prepare, define, compile, fit, evaluate, predict), watches loss and
accuracy fall and rise, and compares a few predictions with the truth. The listing that repeats a run without
Fitboard is in :mod:`jobs.lessons.first_network_script`.
"""

import math
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from jobs.lessons.base import ONLY_NUMBERS, Band, Flag, Integer, Issue, Lesson, Params, Real
from jobs.lessons.first_network_guide import EXPLANATION, PRESETS
from jobs.lessons.first_network_script import OPTIMIZERS, SHOWN, script
from jobs.protocol import Stage

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from jobs.datasets import DatasetState, Tabular
    from jobs.training import Session

DATASETS = ("pima-indians-diabetes", "ionosphere", "breast-cancer")

LayerSize = Annotated[int, Field(ge=1, le=512), ONLY_NUMBERS]


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
    import keras

    keras.utils.set_random_seed(params.seed)
    model = keras.Sequential([keras.Input((features,))])
    for size in params.hidden_layers:
        model.add(keras.layers.Dense(size, activation=params.activation, kernel_initializer=params.kernel_initializer))
    model.add(keras.layers.Dense(1, activation="sigmoid", kernel_initializer=params.kernel_initializer))
    return model


@dataclass(frozen=True)
class Parts:
    """The table, parted and scaled: what is trained on, and what is tested on (None without held-out rows)."""

    train: "tuple[NDArray[np.float32], NDArray[np.float32]]"
    test: "tuple[NDArray[np.float32], NDArray[np.float32]] | None"


def prepare(params: FirstNetworkParams, data: "Tabular") -> Parts:
    """Part the rows and scale the features, by what the training rows alone tell."""
    at = split_at(len(data.x), params.validation_split)
    x_train, x_test = data.x[:at], data.x[at:]
    if params.scale_features:
        mean, deviation = x_train.mean(axis=0), x_train.std(axis=0)
        deviation[deviation == 0] = 1  # a column that never changes
        x_train, x_test = (x_train - mean) / deviation, (x_test - mean) / deviation
    held_out = params.validation_split > 0
    return Parts((x_train, data.y[:at]), (x_test, data.y[at:]) if held_out else None)


def run(params: FirstNetworkParams, session: "Session") -> None:
    """Carry out one attempt, stage by stage."""
    import keras

    with session.stage(Stage.PREPARE) as stage:
        data = session.load(params.dataset)
        parts = prepare(params, data)
        stage.summary = _parted(params, data, parts)
        for name, part in (("training", parts.train), ("held-out", parts.test)):
            if part is not None and part[1].min() == part[1].max():
                session.log(f"All {name} rows are of one class. Choose another validation split.", "warning")
    with session.stage(Stage.DEFINE) as stage:
        model = build(params, len(data.feature_names))
        session.built(model)
        stage.summary = f"{len(params.hidden_layers) + 1} layers with {model.count_params():,} parameters."
    with session.stage(Stage.COMPILE) as stage:
        name = OPTIMIZERS[params.optimizer]
        model.compile(
            loss="binary_crossentropy",
            optimizer=getattr(keras.optimizers, name)(learning_rate=params.learning_rate),
            metrics=["accuracy"],
            jit_compile=session.choose(model, *parts.train),
        )
        stage.summary = f"Binary cross-entropy, minimised by {name} with learning rate {params.learning_rate:g}."
    with session.stage(Stage.FIT) as stage:
        history = session.fit(
            model,
            *parts.train,
            epochs=params.epochs,
            batch_size=params.batch_size,
            seed=params.seed,
            validation_data=parts.test,
            evaluate=[parts.train] if parts.test is None else [parts.train, parts.test],
            predict=[(parts.test or parts.train)[0][:SHOWN]],
            remedy=_remedy(params),
        )
        stage.summary = (
            f"{params.epochs} epochs; the loss went from {history['loss'][0]:.4f} to {history['loss'][-1]:.4f}."
        )
    with session.stage(Stage.EVALUATE) as stage:
        scores = {"train": session.evaluate(model, *parts.train)}
        if parts.test is not None:
            scores["test"] = session.evaluate(model, *parts.test)
        stage.summary = " ".join(
            f"{part.capitalize()} accuracy {score['accuracy']:.3f}." for part, score in scores.items()
        )
    with session.stage(Stage.PREDICT) as stage:
        x, y = parts.test or parts.train
        answers = session.predict(model, x[:SHOWN])[:, 0]
        predictions = _table(data.class_names, answers.tolist(), y[:SHOWN].tolist())
        right = sum(row[-1] for row in predictions["rows"])
        stage.summary = f"{right} of {len(answers)} predictions shown are right."
    session.result(_outcome(params, scores, predictions))


def _parted(params: FirstNetworkParams, data: "Tabular", parts: Parts) -> str:
    rows = f"{len(data.x)} rows with {data.x.shape[1]} features"
    scaled = "features scaled" if params.scale_features else "features as they are"
    if parts.test is None:
        return f"{rows}, all of them to train and to test on; {scaled}."
    return f"{rows}: {len(parts.train[0])} to train on, {len(parts.test[0])} held out; {scaled}."


def _remedy(params: FirstNetworkParams) -> str:
    rate = f"Use a smaller learning rate than {params.learning_rate:g}"
    return f"{rate}." if params.scale_features else f"{rate}, or scale the features."


def _table(classes: tuple[str, ...], answers: list[float], truths: list[float]) -> dict[str, Any]:
    rows: list[list[Any]] = []
    for number, (answer, truth) in enumerate(zip(answers, truths, strict=True), start=1):
        predicted = int(answer > 0.5)
        rows.append([number, round(answer, 4), classes[predicted], classes[int(truth)], predicted == int(truth)])
    return {"columns": ["row", f"probability of {classes[1]}", "predicted", "truth", "right"], "rows": rows}


def _outcome(
    params: FirstNetworkParams, scores: dict[str, dict[str, float]], predictions: dict[str, Any]
) -> dict[str, Any]:
    part = "test" if "test" in scores else "train"
    healthy = band(params)
    return {
        "train": scores["train"],
        "test": scores.get("test"),
        "headline": {"metric": f"{part} accuracy", "value": scores[part]["accuracy"]},
        "band": asdict(healthy) if healthy else None,
        "predictions": predictions,
    }


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
