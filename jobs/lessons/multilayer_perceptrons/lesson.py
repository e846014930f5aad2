"""Lesson 4, multilayer perceptrons: neurons, layers and activations, taken apart on problems that fit a plane.

The learner watches the decision boundary move while the network trains, and each neuron's weights beside it; then
changes the topology, the activation, the noise, and sees what that does.
"""

import itertools
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from jobs.lessons.base import ONLY_NUMBERS, Band, Integer, Issue, Lesson, Params, Real
from jobs.lessons.multilayer_perceptrons import problems
from jobs.lessons.multilayer_perceptrons.guide import EXPLANATION, PRESETS, STAGES
from jobs.lessons.multilayer_perceptrons.listing import script
from jobs.lessons.multilayer_perceptrons.looks import Views
from jobs.lessons.shared import bands, life_cycle, networks, outcome, parameters, table_asking, tables

if TYPE_CHECKING:
    from jobs.datasets import Tabular
    from jobs.training import Session

LayerSize = Annotated[int, Field(ge=1, le=16), ONLY_NUMBERS]

Activation = Literal["relu", "tanh", "sigmoid", "elu", "selu", "gelu", "silu", "linear"]


class PerceptronParams(Params):
    """What can be set about a network on the plane."""

    problem: problems.Problem = Field(
        default="moons",
        title="Problem",
        description=(
            "How the points of the two classes lie: two moons that reach into each other, a circle around another, two "
            "spirals, or two halves with a straight line between."
        ),
        json_schema_extra={"group": "Points"},
    )
    samples: Integer = Field(
        default=300,
        ge=20,
        le=1000,
        title="Samples",
        description="How many points are drawn, held-out ones included.",
        json_schema_extra={"group": "Points", "unit": "points"},
    )
    noise: Real = Field(
        default=0.2,
        ge=0.0,
        le=1.0,
        title="Noise",
        description=(
            "How far points are scattered around their shape (standard deviation; the shapes are about 3 wide). With "
            "much of it the classes mix, and no network can be right everywhere."
        ),
        json_schema_extra={"group": "Points", "step": 0.05},
    )
    validation_split: Real = Field(
        default=0.3,
        ge=0.0,
        le=0.9,
        title="Validation split",
        description="The share of points held out: drawn hollow, tested on and never trained on.",
        json_schema_extra={"group": "Points", "unit": "share of the points", "step": 0.05},
    )
    hidden_layers: Annotated[tuple[LayerSize, ...], Field(max_length=6)] = Field(
        default=(8, 4),
        title="Hidden layers",
        description="The topology: how many neurons each hidden layer has, first to last. Empty for none at all.",
        json_schema_extra={"group": "Network", "unit": "neurons"},
    )
    activation: Activation = Field(
        default="relu",
        title="Activation",
        description=(
            "The bend in each hidden neuron's answer; linear is none. The output neuron always has a sigmoid."
        ),
        json_schema_extra={"group": "Network"},
    )
    kernel_initializer: parameters.Initializer = parameters.kernel_initializer()
    optimizer: parameters.OptimizerName = parameters.optimizer()
    learning_rate: Real = parameters.learning_rate(0.01)
    epochs: Integer = parameters.epochs(150)
    batch_size: Integer = parameters.batch_size(16, "points")
    epochs_per_second: Integer = Field(
        default=15,
        ge=0,
        le=1000,
        title="Pace",
        description=(
            "How many epochs a second at most, so that you can watch. 0 trains as fast as it goes. The numbers are the "
            "same either way."
        ),
        json_schema_extra={"group": "Training", "unit": "epochs a second"},
    )
    seed: Integer = parameters.seed()


_BANDS: Mapping[str, tuple[tuple[float, float, float], ...]] = {
    "moons": ((0.0, 0.84, 1.0), (0.1, 0.84, 1.0), (0.2, 0.83, 1.0), (0.3, 0.81, 0.97), (0.4, 0.75, 0.93)),
    "circles": ((0.0, 0.96, 1.0), (0.1, 0.94, 1.0), (0.2, 0.79, 0.95), (0.3, 0.70, 0.87), (0.4, 0.59, 0.78)),
    "linear": ((0.0, 0.94, 1.0), (0.1, 0.92, 1.0), (0.2, 0.84, 1.0), (0.3, 0.80, 0.98), (0.4, 0.76, 0.96)),
    "spirals": ((0.0, 0.95, 1.0), (0.05, 0.95, 1.0), (0.1, 0.91, 1.0), (0.2, 0.73, 0.87)),
}
"""Lowest and highest accuracy on held-out points by noise, over twelve seeds, a little widened: docs/lessons.md."""


def check(params: PerceptronParams) -> list[Issue]:
    """What doesn't fit together: a batch larger than the training points, or a split that leaves a side empty."""
    return tables.misfits(params.samples, params.validation_split, params.batch_size, "points")


def band(params: PerceptronParams) -> Band | None:
    """Where a healthy accuracy on held-out points falls; nothing can be said of settings far from those measured."""
    known = _BANDS[params.problem]
    if not _sound(params) or params.noise > known[-1][0]:
        return None
    low, high = (round(_between(params.noise, [(noise, row[at]) for noise, *row in known]), 2) for at in (0, 1))
    why = "A network with enough neurons finds the shape; some seeds need longer for its last corner."
    if params.noise >= 0.1:
        why = f"With noise {params.noise:g} points of both classes mix: no boundary is right everywhere."
    return Band(metric="test accuracy", low=low, high=high, why=why)


def _sound(params: PerceptronParams) -> bool:
    """Whether the network and its training are like those that the bands were measured with."""
    hard = params.problem == "spirals"
    enough = sum(params.hidden_layers) >= (40 if hard else 8) and max(params.hidden_layers, default=0) >= 8
    long = params.epochs >= (200 if hard else 100) and params.samples >= (400 if hard else 200)
    steady = params.optimizer in bands.PATIENT and 0.005 <= params.learning_rate <= 0.02
    bent = params.activation in ({"tanh"} if hard else {"relu", "tanh", "elu", "gelu", "silu"})
    usual = params.batch_size <= 32 and 0.2 <= params.validation_split <= 0.5
    return enough and long and steady and bent and usual


def _between(place: float, known: Sequence[tuple[float, float]]) -> float:
    """What lies at a place between places with known values."""
    for (left, low), (right, high) in itertools.pairwise(known):
        if place <= right:
            return low + (high - low) * (place - left) / (right - left)
    return known[-1][1]


def callbacks(session: "Session", views: Views, model: Any, epochs_per_second: int) -> list[Any]:
    """What shows plane and network about once a second, and holds the training to a pace that people can follow."""

    def look(epoch: int) -> None:
        answers = session.predict(model, views.grid)
        for exhibit in (views.plane(answers, epoch), views.network(model, epoch)):
            if exhibit is not None:
                session.show(exhibit)

    return [session.watch(look), session.pace(epochs_per_second)]


def titles(params: PerceptronParams) -> list[str]:
    """What the layers are called, first to last."""
    hidden = [f"hidden {number} ({params.activation})" for number, _ in enumerate(params.hidden_layers, start=1)]
    return [*hidden, "output (sigmoid)"]


def points(params: PerceptronParams) -> "Tabular":
    """The points that a run trains on and is tested on."""
    return problems.points(params.problem, params.samples, params.noise, params.seed)


def run(params: PerceptronParams, session: "Session") -> None:
    """Carry out one attempt, stage by stage."""
    data, parts = life_cycle.prepare(session, lambda: points(params), params.validation_split, scale_features=False)
    views = Views(parts, titles(params))
    trained = life_cycle.train(
        session,
        params,
        data,
        parts,
        build=lambda: networks.dense_classifier(params, 2),
        optimizer=lambda _steps: networks.optimizer_of(params),
        minimised=networks.minimised(params),
        callbacks=lambda model: callbacks(session, views, model, params.epochs_per_second),
        predict=[views.grid],
        remedy=networks.remedy(params.learning_rate),
    )
    session.result(outcome.scored(trained.scores, band(params), trained.predictions))


LESSON = Lesson(
    slug="multilayer-perceptrons",
    number=4,
    title="Multilayer perceptrons",
    summary="Neurons, layers and activations, taken apart: watch a network bend its boundary around points on a plane.",
    explanation=EXPLANATION,
    params=PerceptronParams,
    presets=PRESETS,
    datasets=(),
    run=run,
    script=script,
    check_params=check,
    stages=STAGES,
    exhibits_first=True,
    asking=table_asking.asking(lambda params, _datasets: points(params), called="Point"),
    band=band,
)
