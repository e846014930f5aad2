"""Lesson 13, objects in photographs: a deep convolutional network learns the ten classes of CIFAR-10.

The learner chooses how many images to spend time on, and sees what the network takes for what, picture by picture.
"""

from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from jobs.lessons.base import Band, Integer, Issue, Lesson, Params, Real
from jobs.lessons.cifar10.guide import EXPLANATION, PRESETS
from jobs.lessons.cifar10.listing import script
from jobs.lessons.cifar10.network import layers
from jobs.lessons.shared import classes, image_asking, image_cycle, images, networks, outcome, parameters, sizes
from jobs.lessons.shared.layers import stacked

if TYPE_CHECKING:
    from jobs.datasets import DatasetState
    from jobs.training import Session


class Cifar10Params(Params):
    """What can be set about the recognition of photographs."""

    dataset: parameters.DatasetName = parameters.photographs()
    samples: Integer = images.samples(2000)
    network: Literal["deep", "simple"] = Field(
        default="deep",
        title="Network",
        description=(
            "deep: three pairs of convolutions with 32, 64 and 128 filters, pooling after each pair, then 1024 and 512 "
            "neurons. simple: one pair with 32 filters, then 512 neurons; it takes a third of the time."
        ),
        json_schema_extra={"group": "Network"},
    )
    dropout_rate: Real = parameters.dropout_rate(
        0.2, "The share of points that is switched off at random in each step, between the layers. 0 switches none off."
    )
    max_norm: Real = parameters.max_norm(
        "How long the weights into a neuron of a dense layer may be, taken together; in the simple network "
        "those of a filter too. 0 sets no limit."
    )
    optimizer: parameters.OptimizerName = parameters.optimizer()
    learning_rate: Real = parameters.learning_rate(0.0005, step=0.0001)
    momentum: Real = parameters.momentum(0.9)
    decay: Real = parameters.decay(
        0.0,
        "Divides the learning rate by 1 plus decay times the steps taken so far (SGD). 0 keeps it. The course "
        "takes learning rate ÷ epochs.",
    )
    epochs: Integer = parameters.epochs(20)
    batch_size: Integer = parameters.batch_size(32, "images")
    seed: Integer = parameters.seed()


def check(params: Cifar10Params, dataset: "DatasetState") -> list[Issue]:
    """What doesn't fit the data: images too large for the network, a batch larger than the images."""
    made = layers(params.network, params.dropout_rate, params.max_norm, len(dataset.classes))
    remedy = "Use smaller images." if params.network == "deep" else "Use the deep network or smaller images."
    return sizes.misfits(dataset, made, "network", remedy) + images.misfits(params, dataset)


def band(params: Cifar10Params) -> Band | None:
    """Where a healthy test accuracy falls; nothing can be said of settings far from the first preset."""
    sound = (
        params.optimizer in {"adam", "nadam"}
        and 0.0005 <= params.learning_rate <= 0.002
        and params.epochs >= 20
        and params.batch_size <= 64
        and params.network == "deep"
        and params.dropout_rate <= 0.3
        and (params.samples == 0 or params.samples >= 2000)
    )
    guessing = "Ten classes, equally frequent: 0.10 is what guessing gets."
    if sound and params.dataset == "shapes":
        why = f"{guessing} Drawn shapes are easier than photographs. A loss that stays at 2.30 has not begun to learn."
        return Band(metric="test accuracy", low=0.88, high=1.0, why=why)
    if sound and params.dataset == "cifar10":
        why = f"{guessing} 2,000 photographs bring it to about 0.4; many more are needed to go far."
        return Band(metric="test accuracy", low=0.35, high=0.85, why=why)
    return None


def optimizer(params: Cifar10Params) -> Any:
    """The optimizer; SGD with momentum and, where the learning rate decays, with Keras's schedule for that."""
    import keras

    if params.optimizer != "sgd":
        return networks.optimizer_of(params)
    rate: Any = params.learning_rate
    if params.decay:
        rate = keras.optimizers.schedules.InverseTimeDecay(params.learning_rate, 1, params.decay)
    return networks.optimizer("sgd", rate, momentum=params.momentum)


def _minimised(params: Cifar10Params) -> str:
    told = networks.minimised(params)
    if params.optimizer != "sgd":
        return told
    decay = f" and decay {params.decay:g} per step" if params.decay else ""
    return f"{told}, momentum {params.momentum:g}{decay}"


def run(params: Cifar10Params, session: "Session") -> None:
    """Carry out one attempt, stage by stage."""
    trained = image_cycle.many_classes(
        session,
        params,
        build=lambda shape, names: stacked(
            shape, layers(params.network, params.dropout_rate, params.max_norm, names), params.seed
        ),
        optimizer=lambda: optimizer(params),
        minimised=_minimised(params),
    )
    classes.show(session, trained.parts, trained.answers, size=88)
    session.result(outcome.scored(trained.scores, band(params), trained.predictions))


LESSON = Lesson(
    slug="cifar10",
    number=13,
    title="Objects in photographs",
    summary="A deep convolutional network learns ten classes of small colour pictures, as far as patience reaches.",
    explanation=EXPLANATION,
    params=Cifar10Params,
    presets=PRESETS,
    datasets=parameters.PHOTOGRAPHS,
    run=run,
    script=script,
    jit_compile=False,
    check=check,
    stages=image_cycle.STAGES,
    asking=image_asking.asking(),
    band=band,
)
