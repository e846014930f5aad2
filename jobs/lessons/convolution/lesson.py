"""Lesson 11, convolution: the layers of a convolutional network, seen from inside while it learns digits.

The learner sets kernel, strides, padding and pooling, reads what shapes come out of it, and watches filters and feature
maps take form. Impossible combinations are refused with the numbers that don't fit.
"""

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from jobs.datasets.own_images import MOST_CLASSES
from jobs.lessons.base import ONLY_NUMBERS, Band, Integer, Issue, Lesson, Params, Real
from jobs.lessons.convolution import geometry
from jobs.lessons.convolution.geometry import Padding, Window
from jobs.lessons.convolution.guide import EXPLANATION, PRESETS
from jobs.lessons.convolution.listing import script
from jobs.lessons.convolution.network import layers
from jobs.lessons.shared import bands, image_asking, image_cycle, images, networks, outcome, parameters, sizes
from jobs.lessons.shared.layers import stacked

if TYPE_CHECKING:
    from jobs.datasets import DatasetState
    from jobs.lessons.convolution.looking import Looking
    from jobs.training import Session

Filters = Annotated[
    tuple[Annotated[int, Field(ge=1, le=64), ONLY_NUMBERS], ...],
    Field(min_length=1, max_length=3),
]


class ConvolutionParams(Params):
    """What can be set about the network that is looked into."""

    dataset: parameters.DatasetName = parameters.digits()
    samples: Integer = images.samples(2000)
    digit: Integer = Field(
        default=3,
        ge=0,
        le=MOST_CLASSES - 1,
        title="Digit to follow",
        description="The first test image of this digit, or of this class of your own images, is followed.",
        json_schema_extra={"group": "Data"},
    )
    filters: Filters = Field(
        default=(8, 16),
        title="Filters",
        description="How many filters each convolution has, first to last: 1 to 3 convolutions of 1 to 64 filters.",
        json_schema_extra={"group": "Convolution", "unit": "filters"},
    )
    kernel_size: Integer = Field(
        default=5,
        ge=1,
        le=15,
        title="Kernel size",
        description="How wide and high each filter is.",
        json_schema_extra={"group": "Convolution", "unit": "points"},
    )
    strides: Integer = Field(
        default=1,
        ge=1,
        le=5,
        title="Strides",
        description="How far a filter moves on at a time. 2 makes a map half as wide and high.",
        json_schema_extra={"group": "Convolution", "unit": "points"},
    )
    padding: Padding = Field(
        default="valid",
        title="Padding",
        description=(
            "valid: a filter stays inside, and the map gets smaller. same: zeros are laid around, and with strides 1 "
            "the map stays as large as it was."
        ),
        json_schema_extra={"group": "Convolution"},
    )
    pool_size: Integer = Field(
        default=2,
        ge=1,
        le=8,
        title="Pool size",
        description="After each convolution the largest of so many by so many points is kept. 1 does not pool.",
        json_schema_extra={"group": "Convolution", "unit": "points"},
    )
    hidden_layers: parameters.HiddenLayers = parameters.hidden_layers((64,))
    optimizer: parameters.OptimizerName = parameters.optimizer()
    learning_rate: Real = parameters.learning_rate()
    epochs: Integer = parameters.epochs(15)
    batch_size: Integer = parameters.batch_size(32, "images")
    seed: Integer = parameters.seed()

    @property
    def window(self) -> Window:
        """What all convolutions have in common."""
        return Window(self.kernel_size, self.strides, self.padding, self.pool_size)


def check(params: ConvolutionParams, dataset: "DatasetState") -> list[Issue]:
    """What doesn't fit the data: a kernel or a pool larger than what reaches it, too many parameters, a large batch."""
    issues = geometry.misfits(dataset.shape, params.filters, params.window)
    if not issues:
        height, width, _ = dataset.shape
        made = geometry.places(dataset.shape, params.filters, params.window, params.hidden_layers, len(dataset.classes))
        learnt = sum(place.parameters for place in made)
        remedy = "Use a larger pool, larger strides, fewer filters or neurons, or smaller images."
        issues = sizes.too_many(learnt, f"{height} by {width} pixels", "pool_size", remedy)
    if params.digit >= len(dataset.classes):
        last = len(dataset.classes) - 1
        detail = f"{dataset.name} has no class {params.digit}. Use 0 to {last}."
        issues.append(Issue("digit", "too_large", detail))
    return issues + images.misfits(params, dataset)


def band(params: ConvolutionParams) -> Band | None:
    """Where a healthy test accuracy falls; nothing can be said of settings far from the presets."""
    sound = (
        params.optimizer in bands.PATIENT
        and 0.0005 <= params.learning_rate <= 0.003
        and params.epochs >= 10
        and params.batch_size <= 64
        and params.kernel_size in {3, 5, 7}
        and params.strides == 1
        and params.pool_size in {2, 3}
        and len(params.filters) <= 2
        and min(params.filters) >= 4
        and min(params.hidden_layers) >= 32
    )
    if not sound or (params.samples != 0 and params.samples < 1437):
        return None
    guessing = bands.TEN_DIGITS
    if params.dataset == "digits":
        why = f"{guessing} These are few digits, enlarged, and the 360 of the test are by other hands."
        return Band(metric="test accuracy", low=0.85, high=0.96, why=why)
    if params.dataset == "mnist":
        why = f"{guessing} More images bring it up: with all 60,000 such a network comes above 0.98."
        return Band(metric="test accuracy", low=0.90, high=0.995, why=why)
    return None


def run(params: ConvolutionParams, session: "Session") -> None:
    """Carry out one attempt, stage by stage, looking into the network about once a second."""

    def look_into(model: Any, parts: images.ImageParts) -> "Looking":
        from jobs.lessons.convolution.looking import Looking, table

        places = geometry.places(
            parts.shape, params.filters, params.window, params.hidden_layers, len(parts.class_names)
        )
        session.show(table(places))
        of_digit = (parts.truths == params.digit).nonzero()[0]
        at = int(of_digit[0]) if len(of_digit) else 0
        truth = int(parts.truths[at])
        thing = "digit" if params.dataset in parameters.DIGITS else "class"
        return Looking(session, model, places, parts.pixels[at], parts.test[0][at], truth, parts.class_names, thing)

    trained = image_cycle.many_classes(
        session,
        params,
        build=lambda shape, names: stacked(
            shape, layers(params.filters, params.window, params.hidden_layers, names), params.seed
        ),
        optimizer=lambda: networks.optimizer_of(params),
        minimised=networks.minimised(params),
        callbacks=lambda model, parts: [session.watch(look_into(model, parts))],
    )
    session.result(outcome.scored(trained.scores, band(params), trained.predictions))


LESSON = Lesson(
    slug="convolution",
    number=11,
    title="Convolution",
    summary="Filters, feature maps, pooling and dense layers of a network, watched while it learns to read digits.",
    explanation=EXPLANATION,
    params=ConvolutionParams,
    presets=PRESETS,
    datasets=parameters.DIGITS,
    run=run,
    script=script,
    jit_compile=False,
    check=check,
    stages=image_cycle.STAGES,
    asking=image_asking.asking(),
    band=band,
)
