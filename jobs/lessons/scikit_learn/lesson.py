"""Lesson 6, scikit-learn: what a network's score is worth, by training it once per fold, or for many settings.

The learner sees ten curves where one was, their mean, and how far they lie apart: what one split of the rows says by
chance. The second mode is the course's grid search: every combination of some settings, each cross-validated.
"""

import itertools
from dataclasses import asdict, dataclass
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from jobs.datasets.reading import Header, Separator
from jobs.exhibits import Exhibit, Table
from jobs.lessons.base import ONLY_NUMBERS, Band, Flag, Integer, Issue, Lesson, Params, Real, Trainings
from jobs.lessons.scikit_learn.guide import EXPLANATION, PRESETS, STAGES
from jobs.lessons.scikit_learn.listing import script
from jobs.lessons.shared import bands, networks, own_tables, parameters, tables
from jobs.protocol import Stage

if TYPE_CHECKING:
    from jobs.datasets import DatasetState, Tabular
    from jobs.engine import Fold, Scored
    from jobs.training import Session

MOST_TRAININGS = 600
"""So many folds of all combinations together at most: hours, where a network takes half a minute."""

MOST_COMBINATIONS = 200


def _some(title: str, description: str, default: tuple[Any, ...], unit: str | None = None) -> Any:
    extra: dict[str, Any] = {"group": "Grid search"}
    return Field(
        default=default,
        title=title,
        description=f"{description} Only a grid search looks at them.",
        json_schema_extra=extra if unit is None else {**extra, "unit": unit},
    )


class ScikitLearnParams(Params):
    """What can be set about a cross-validation or a grid search."""

    method: Literal["cross_val_score", "GridSearchCV"] = Field(
        default="cross_val_score",
        title="What to do",
        description=(
            "cross_val_score trains the network below once per fold. GridSearchCV does that for every combination of "
            "the values under Grid search."
        ),
        json_schema_extra={"group": "Folds"},
    )
    n_splits: Integer = Field(
        default=10,
        ge=2,
        le=20,
        title="Folds",
        description="Into how many parts the rows are cut. Each part is held out once while the others are trained on.",
        json_schema_extra={"group": "Folds", "unit": "folds"},
    )
    dataset: parameters.DatasetName = parameters.table()
    scale_features: Flag = parameters.scale_features()
    target: own_tables.Target = own_tables.target()
    header: Header = own_tables.header()
    separator: Separator = own_tables.separator()
    hidden_layers: parameters.HiddenLayers = parameters.hidden_layers((12, 8))
    activation: parameters.Activation = parameters.activation()
    kernel_initializer: parameters.Initializer = parameters.kernel_initializer()
    optimizer: parameters.OptimizerName = parameters.optimizer()
    learning_rate: Real = parameters.learning_rate()
    epochs: Integer = parameters.epochs(150)
    batch_size: Integer = parameters.batch_size(10)
    grid_optimizers: Annotated[tuple[parameters.OptimizerName, ...], Field(min_length=1, max_length=5)] = _some(
        "Optimizers to try",
        "Names from the field Optimizer.",
        ("rmsprop", "adam"),
    )
    grid_initializers: Annotated[tuple[parameters.Initializer, ...], Field(min_length=1, max_length=8)] = _some(
        "Initializers to try",
        "Names from the field Kernel initializer.",
        ("glorot_uniform", "random_normal", "random_uniform"),
    )
    grid_epochs: Annotated[
        tuple[Annotated[int, Field(ge=1, le=1000), ONLY_NUMBERS], ...], Field(min_length=1, max_length=6)
    ] = _some("Epochs to try", "How long to train.", (50, 100, 150), "epochs")
    grid_batch_sizes: Annotated[
        tuple[Annotated[int, Field(ge=1), ONLY_NUMBERS], ...], Field(min_length=1, max_length=6)
    ] = _some("Batch sizes to try", "Rows in a step.", (5, 10, 20), "rows")
    seed: Integer = parameters.seed()


@dataclass(frozen=True)
class Setting:
    """One combination of a grid."""

    optimizer: str
    kernel_initializer: str
    epochs: int
    batch_size: int


TRAININGS = (
    Trainings("epochs", ("n_splits",), ("method", "cross_val_score")),
    Trainings(
        "grid_epochs",
        ("n_splits", "grid_optimizers", "grid_initializers", "grid_batch_sizes"),
        ("method", "GridSearchCV"),
    ),
)
"""Each setting of :func:`settings` is trained once per fold."""


def settings(params: ScikitLearnParams) -> list[Setting]:
    """What is trained, each once per fold: one setting, or each combination of the grid.

    Those that share their compiled programs come one after the other.
    """
    if params.method == "cross_val_score":
        return [Setting(params.optimizer, params.kernel_initializer, params.epochs, params.batch_size)]
    grid = itertools.product(
        params.grid_optimizers, params.grid_batch_sizes, params.grid_epochs, params.grid_initializers
    )
    return [Setting(optimizer, initializer, epochs, size) for optimizer, size, epochs, initializer in grid]


def check(params: ScikitLearnParams, dataset: "DatasetState") -> list[Issue]:
    """What doesn't fit the data: a batch larger than the rows that a fold trains on; or a grid that would take days."""
    training = dataset.rows - -(-dataset.rows // params.n_splits)
    searches = params.method == "GridSearchCV"
    field = "grid_batch_sizes" if searches else "batch_size"
    sizes = params.grid_batch_sizes if searches else (params.batch_size,)
    issues = [
        Issue(
            field,
            "too_large",
            f"Batch size {size} is larger than the {training} rows that a fold trains on. Use 1 to {training}.",
        )
        for size in sizes
        if size > training
    ][:1]
    if dataset.counts and min(dataset.counts) < params.n_splits:
        issues.append(_too_many_folds(params, dataset))
    count = len(settings(params))
    if count > MOST_COMBINATIONS or (searches and count * params.n_splits > MOST_TRAININGS):
        told = f"{count} combinations in {params.n_splits} folds are {count * params.n_splits} trainings"
        most = f"Use fewer values or folds: at most {MOST_COMBINATIONS} combinations and {MOST_TRAININGS} trainings."
        issues.append(Issue("n_splits", "too_many", f"{told}. {most}"))
    return issues


def _too_many_folds(params: ScikitLearnParams, dataset: "DatasetState") -> Issue:
    """Of an own table with a class that is rarer than there are folds."""
    fewest = min(dataset.counts)
    rarest = dataset.classes[dataset.counts.index(fewest)]
    remedy = f"Use 2 to {fewest} folds" if fewest > 1 else "Give each class two rows or more"
    detail = (
        f"n_splits is {params.n_splits}, and {fewest} row{' is' if fewest == 1 else 's are'} of the class {rarest!r}: "
        f"each fold needs a row of every class. {remedy}."
    )
    return Issue("n_splits", "too_large", detail)


_BANDS = {"pima-indians-diabetes": (0.70, 0.80), "ionosphere": (0.88, 0.97), "breast-cancer": (0.95, 0.99)}


def band(params: ScikitLearnParams) -> Band | None:
    """Where a healthy mean accuracy falls; nothing can be said of settings far from the presets that aim at one."""
    one = settings(params)[-1]
    sound = params.learning_rate <= 0.01 and one.optimizer in bands.PATIENT and one.epochs >= 40
    if not sound or (not params.scale_features and params.dataset == "breast-cancer"):
        return None
    metric = "mean accuracy" if params.method == "cross_val_score" else "best mean accuracy"
    mean = "A mean over folds wanders less than one split."
    if params.scale_features:
        return bands.of(params.dataset, _BANDS, metric, mean)
    return bands.of(params.dataset, _BANDS, metric, bands.UNSCALED, mean, low=-0.06)


def folds(params: ScikitLearnParams, data: "Tabular") -> "list[Fold]":
    """What each fold trains on and is scored with: each with the same share of every class, scaled by itself."""
    from sklearn.model_selection import StratifiedKFold

    from jobs.engine import Fold, Rows

    made = []
    splits = StratifiedKFold(params.n_splits, shuffle=True, random_state=params.seed)
    for training, test in splits.split(data.x, data.y):
        x_train, x_test = data.x[training], data.x[test]
        if params.scale_features:
            mean, deviation = tables.scale(x_train)
            x_train, x_test = (x_train - mean) / deviation, (x_test - mean) / deviation
        made.append(Fold(Rows.of(x_train, data.y[training]), Rows.of(x_test, data.y[test])))
    return made


def run(params: ScikitLearnParams, session: "Session") -> None:
    """Carry out one attempt, stage by stage."""
    wanted = settings(params)
    with session.stage(Stage.PREPARE) as stage:
        data = session.load(params.dataset, own_tables.reading(params))
        outputs = own_tables.outputs(params.dataset, data.class_names)
        loss = networks.loss(outputs)
        made = folds(params, data)
        parts = f"about {len(made[0].test)} rows held out in each, with every class in the same share"
        scaled = "features scaled fold by fold" if params.scale_features else "features as they are"
        stage.summary = f"{len(data.x)} rows in {params.n_splits} folds: {parts}; {scaled}."
    with session.stage(Stage.DEFINE) as stage:
        model = networks.dense_classifier(params, len(data.feature_names), outputs, wanted[0].kernel_initializer)
        session.built(model)
        stage.summary = f"{len(model.layers)} layers with {model.count_params():,} parameters, drawn anew in each fold."
    with session.stage(Stage.COMPILE) as stage:
        jit_compile = session.choose(model, data.x, data.y)
        stage.summary = f"{networks.LOSSES[loss]}, with learning rate {params.learning_rate:g}."

    def compiled(setting: Setting, _fold: int) -> Any:
        network = networks.dense_classifier(params, len(data.feature_names), outputs, setting.kernel_initializer)
        network.compile(
            loss=loss,
            optimizer=networks.optimizer(setting.optimizer, params.learning_rate),
            metrics=["accuracy"],
            jit_compile=jit_compile,
        )
        return network

    found: list[tuple[Setting, list[Scored]]] = []
    with session.stage(Stage.FIT) as stage:
        for number, setting in enumerate(wanted, 1):
            scored = session.cross_validate(
                partial(compiled, setting),
                made,
                epochs=setting.epochs,
                batch_size=setting.batch_size,
                seed=params.seed,
                of=len(wanted) * len(made),
                like=setting.optimizer,
                remedy=networks.remedy(params.learning_rate, params.scale_features),
            )
            found.append((setting, scored))
            if len(wanted) > 1 and (number % max(1, len(wanted) // 10) == 0 or number == len(wanted)):
                session.show(_grid(found, len(wanted)))
        stage.summary = f"{len(wanted) * len(made)} trainings in {len(made)} folds."
    with session.stage(Stage.EVALUATE) as stage:
        setting, scored = max(found, key=lambda one: _score(one[1])[0])
        if len(wanted) == 1:
            session.show(_folds(scored))
        mean, deviation = _score(scored)
        stage.summary = f"Accuracy {mean:.4f} on average, with a standard deviation of {deviation:.4f}."
        session.result(_outcome(params, found, setting, scored))


def _score(scored: "list[Scored]") -> tuple[float, float]:
    """Mean accuracy over the folds, and its standard deviation, as ``cross_val_score`` users take them."""
    import numpy as np

    accuracies = [one.scores["accuracy"] for one in scored]
    return float(np.mean(accuracies)), float(np.std(accuracies))


def _outcome(
    params: ScikitLearnParams, found: "list[tuple[Setting, list[Scored]]]", best: Setting, scored: "list[Scored]"
) -> dict[str, Any]:
    mean, deviation = _score(scored)
    healthy = band(params)
    searches = params.method == "GridSearchCV"
    outcome: dict[str, Any] = {
        "headline": {"metric": "best mean accuracy" if searches else "mean accuracy", "value": mean},
        "band": asdict(healthy) if healthy else None,
        "mean": mean,
        "standard_deviation": deviation,
        "scores": [one.scores["accuracy"] for one in scored],
    }
    if searches:
        outcome["best"] = asdict(best)
        outcome["grid"] = [
            {**asdict(setting), "mean": score[0], "standard_deviation": score[1]}
            for setting, score in ((setting, _score(each)) for setting, each in found)
        ]
    return outcome


def _folds(scored: "list[Scored]") -> Exhibit:
    mean, deviation = _score(scored)
    rows: list[list[Any]] = [
        [number, one.scores["accuracy"], one.scores["loss"]] for number, one in enumerate(scored, 1)
    ]
    losses = sum(one.scores["loss"] for one in scored) / len(scored)
    return Exhibit(
        name="folds",
        title="What each fold scored",
        note=f"On rows that its network has never seen. Mean {mean:.4f}, standard deviation {deviation:.4f}.",
        content=Table(columns=["Fold", "Accuracy", "Loss"], rows=[*rows, ["Mean", round(mean, 6), losses]], first=True),
    )


def _grid(found: "list[tuple[Setting, list[Scored]]]", in_all: int) -> Exhibit:
    rows: list[list[Any]] = []
    for setting, scored in sorted(found, key=lambda one: -_score(one[1])[0]):
        mean, deviation = _score(scored)
        values = asdict(setting)
        rows.append([round(mean, 6), round(deviation, 6), *values.values()])
    more = "" if len(found) == in_all else f" {len(found)} of {in_all} combinations so far."
    return Exhibit(
        name="grid",
        title="The combinations, the best first",
        note=f"The mean accuracy over the folds, and its standard deviation: what is closer together is luck.{more}",
        content=Table(columns=["Mean", "±", "Optimizer", "Initializer", "Epochs", "Batch"], rows=rows),
    )


LESSON = Lesson(
    slug="scikit-learn",
    number=6,
    title="Keras with scikit-learn",
    summary="Cross-validation and grid search: what a score is worth, and which settings earn it.",
    explanation=EXPLANATION,
    params=ScikitLearnParams,
    presets=PRESETS,
    datasets=parameters.TABLES,
    run=run,
    script=script,
    repeats="A script with SciKeras, which orders rows by itself: its mean comes near the run's, and is not the same.",
    check=check,
    stages=STAGES,
    trainings=TRAININGS,
    not_asked=(
        "No model to try here: the networks of the folds are made to be measured, each from a part of the rows. One "
        "that has learnt to answer comes from “Your first neural network”."
    ),
    band=band,
)
