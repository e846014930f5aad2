"""Lesson 12, handwritten digits: a convolutional network learns MNIST, and shows where it is wrong.

The learner sees what is taken for what, and looks the worst mistakes in the eye: many of them a person would make too.
"""

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from jobs.lessons.base import Band, Integer, Issue, Lesson, Params, Real
from jobs.lessons.mnist.guide import EXPLANATION, PRESETS
from jobs.lessons.mnist.listing import script
from jobs.lessons.mnist.network import layers
from jobs.lessons.shared import bands, classes, image_asking, image_cycle, images, networks, outcome, parameters, sizes
from jobs.lessons.shared.layers import stacked

if TYPE_CHECKING:
    from jobs.datasets import DatasetState
    from jobs.training import Session


class MnistParams(Params):
    """What can be set about the recognition of digits."""

    dataset: parameters.DatasetName = parameters.digits()
    samples: Integer = images.samples(10_000)
    network: Literal["simple", "larger"] = Field(
        default="simple",
        title="Network",
        description=(
            "simple: one convolution with 32 filters of 3 by 3, pooling, dropout and 128 neurons. "
            "larger: two convolutions, each with pooling, dropout, then 128 and 50 neurons."
        ),
        json_schema_extra={"group": "Network"},
    )
    dropout_rate: Real = parameters.dropout_rate(
        0.2, "The share of feature maps' points that is switched off at random in each step. 0 switches none off."
    )
    optimizer: parameters.OptimizerName = parameters.optimizer()
    learning_rate: Real = parameters.learning_rate()
    epochs: Integer = parameters.epochs(10)
    batch_size: Integer = parameters.batch_size(200, "images")
    seed: Integer = parameters.seed()


def check(params: MnistParams, dataset: "DatasetState") -> list[Issue]:
    """What doesn't fit the data: images too small or too large for the network, a batch larger than the images."""
    remedy = "Use the simple network or larger images." if params.network == "larger" else "Use smaller images."
    made = layers(params.network, params.dropout_rate, len(dataset.classes))
    return sizes.misfits(dataset, made, "network", remedy) + images.misfits(params, dataset)


def band(params: MnistParams) -> Band | None:
    """Where a healthy test accuracy falls; nothing can be said of settings far from the presets."""
    sound = (
        params.optimizer in bands.PATIENT
        and 0.0005 <= params.learning_rate <= 0.002
        and params.epochs >= 10
        and params.batch_size <= 200
        and params.dropout_rate <= 0.5
    )
    guessing = bands.TEN_DIGITS
    if not sound:
        return None
    if params.dataset == "digits" and (params.samples == 0 or params.samples >= 1437):
        why = f"{guessing} These are few digits, enlarged, and the 360 of the test are by other hands."
        return Band(metric="test accuracy", low=0.85, high=0.94, why=why)
    if params.dataset == "mnist" and params.samples == 0:
        return Band(metric="test accuracy", low=0.985, high=0.995, why=f"{guessing} All 60,000 images are trained on.")
    if params.dataset == "mnist" and params.samples >= 10_000:
        why = f"{guessing} With all 60,000 training images it is 0.985 and more."
        return Band(metric="test accuracy", low=0.945, high=0.99, why=why)
    return None


def run(params: MnistParams, session: "Session") -> None:
    """Carry out one attempt, stage by stage."""
    trained = image_cycle.many_classes(
        session,
        params,
        build=lambda shape, names: stacked(shape, layers(params.network, params.dropout_rate, names), params.seed),
        optimizer=lambda: networks.optimizer_of(params),
        minimised=networks.minimised(params),
    )
    classes.show(session, trained.parts, trained.answers)
    session.result(outcome.scored(trained.scores, band(params), trained.predictions))


LESSON = Lesson(
    slug="mnist",
    number=12,
    title="Handwritten digits",
    summary="A convolutional network reads digits; a confusion matrix and its worst mistakes show where it fails.",
    explanation=EXPLANATION,
    params=MnistParams,
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
