"""Lesson 14, image augmentation: turned, shifted and recoloured, so that few images become many.

The learner sees what the network will see before it trains, and compares a training with augmentation to one without.
"""

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from pydantic import Field

from jobs.augmenting import MOST_WHITENED, AugmentationParams, height_shift_range, rotation_range, width_shift_range
from jobs.exhibits import Exhibit, Pictures, encode_png, image, shrunk
from jobs.lessons.augmentation.guide import EXPLANATION, PRESETS
from jobs.lessons.augmentation.listing import script
from jobs.lessons.base import Band, Flag, Integer, Issue, Lesson, Real
from jobs.lessons.mnist.network import layers
from jobs.lessons.shared import bands, classes, image_asking, image_cycle, images, networks, outcome, parameters, sizes
from jobs.lessons.shared.image_cycle import Changed
from jobs.lessons.shared.layers import stacked

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from jobs.augmentation import Augmentation, Augmenter
    from jobs.augmentation.augmenter import Measured
    from jobs.datasets import Datasets, DatasetState, Images
    from jobs.training import Session

DATASETS = ("mnist", "digits", "cifar10", "shapes")

SHOWN = 9
"""How many images are shown before and after."""


class ImageAugmentationParams(AugmentationParams):
    """What may happen to an image, and the network that learns from the changed ones."""

    augment: Flag = Field(
        default=True,
        title="Augment",
        description="Off trains on the images as they are: the other half of the comparison.",
        json_schema_extra={"group": "Training"},
    )
    dataset: parameters.DatasetName = parameters.dataset(
        "The images to learn from. “auto” takes MNIST if it is here or can be had, else the bundled small digits. "
        "Pictures of your own are taken by their name."
    )
    samples: Integer = images.samples(1000)
    rotation_range: Real = rotation_range(10.0)
    width_shift_range: Real = width_shift_range(0.1)
    height_shift_range: Real = height_shift_range(0.1)
    zoom_range: Real = Field(
        default=0.1,
        ge=0.0,
        lt=1.0,
        title="Zoom",
        description="Rows and columns each stretched by a factor from 1 - zoom to 1 + zoom.",
        json_schema_extra={"group": "Place", "unit": "share", "step": 0.01},
    )
    optimizer: parameters.OptimizerName = parameters.optimizer()
    learning_rate: Real = parameters.learning_rate()
    epochs: Integer = parameters.epochs(15)
    batch_size: Integer = parameters.batch_size(50, "images")
    seed: Integer = parameters.seed()


def check(params: ImageAugmentationParams, dataset: "DatasetState") -> list[Issue]:
    """What doesn't fit the data: images too large for the network, for whitening, a batch larger than the images."""
    made = layers("simple", 0.2, len(dataset.classes))
    issues = sizes.misfits(dataset, made, "dataset", "Use smaller images.")
    if params.zca_whitening and dataset.columns > MOST_WHITENED:
        detail = (
            f"Whitening takes a table of {dataset.columns:,} by {dataset.columns:,} numbers for these images; at most "
            f"{MOST_WHITENED:,} numbers per image are whitened. Switch it off or use smaller images."
        )
        issues.append(Issue("zca_whitening", "too_large", detail))
    return issues + images.misfits(params, dataset)


_BANDS = {
    ("mnist", True): (0.93, 1.0),
    ("mnist", False): (0.88, 1.0),
    ("digits", True): (0.85, 0.95),
    ("digits", False): (0.83, 0.95),
}
"""Lowest and highest healthy accuracy by dataset, with changes by chance and without: docs/lessons.md."""


def band(params: ImageAugmentationParams) -> Band | None:
    """Where a healthy test accuracy falls; nothing can be said of changes stronger than the first preset's."""
    shifts = max(params.width_shift_range, params.height_shift_range)
    gentle = params.rotation_range <= 10 and shifts <= 0.1 and params.zoom_range <= 0.1 and not params.shear_range
    flips = params.vertical_flip or params.horizontal_flip
    plain = not (flips or params.zca_whitening) and params.brightness_range is None
    sound = 0.0005 <= params.learning_rate <= 0.002 and params.optimizer in bands.PATIENT and params.epochs >= 10
    many = (params.samples == 0 or params.samples >= 1000) and params.batch_size <= 50
    moves = params.augment and any((params.rotation_range, shifts, params.zoom_range))
    measured = _BANDS.get((params.dataset, moves))
    if not (gentle and plain and sound and many) or measured is None:
        return None
    return Band(metric="test accuracy", low=measured[0], high=measured[1], why=bands.TEN_DIGITS)


def without_chance(what: "Augmentation") -> "Augmentation":
    """What happens to every image alike: its values are brought to another scale, and nothing is drawn."""
    from jobs.augmentation import Augmentation

    return Augmentation(
        featurewise_center=what.featurewise_center,
        featurewise_std_normalization=what.featurewise_std_normalization,
        zca_whitening=what.zca_whitening,
    )


def changed(params: ImageAugmentationParams, parts: images.ImageParts, measured: "Measured") -> Changed:
    """The images as the network gets them: tests brought to the scale of the training, training images by chance."""
    from jobs.augmentation import Augmenter

    what = params.augmentation() if params.augment else without_chance(params.augmentation())
    (x_train, y_train), (x_test, y_test) = parts.train, parts.test
    augmenter = Augmenter(what, measured, params.seed)
    scaled = parts
    if what.centers:
        scaled = replace(
            parts, train=(augmenter.standardize(x_train), y_train), test=(augmenter.standardize(x_test), y_test)
        )
    if not what.moves and what.brightness_range is None:
        return Changed(scaled)
    return Changed(scaled, augmenter, parts.train)


def before_and_after(
    params: ImageAugmentationParams, first: "NDArray[np.float32]", measured: "Measured"
) -> list[Exhibit]:
    """The first images as they are, and as the network sees them in its first three epochs."""
    import numpy as np

    from jobs.augmentation import Augmenter

    augmenter = Augmenter(params.augmentation(), measured, params.seed)
    rows = [np.asarray(augmenter.apply(first, augmenter.draw(epoch, len(first)))) for epoch in range(3)]
    low, high = (min(row.min() for row in rows), max(row.max() for row in rows)) if params.centers else (0.0, 1.0)
    span = float(high - low) or 1.0
    note = "Each row is an epoch: the same images, changed anew each time."
    if params.centers:
        note += f" Their values go from {low:.2f} to {high:.2f}; the smallest is shown black, the largest white."
    if params.zca_whitening:
        note += (
            " Whitening enlarges what hardly varies between the training images, up to a thousandfold: where every "
            "border is black, any change there shows as noise."
        )
    after = [_bytes((one - low) / span) for row in rows for one in row]
    return [
        _grid("original", "As they are", "The first training images.", [_bytes(one) for one in first]),
        _grid("augmented", "As the network sees them", note, after),
    ]


def _bytes(pixels: Any) -> Any:
    import numpy as np

    return np.clip(np.rint(np.asarray(pixels) * 255), 0, 255).astype("uint8")


def _grid(name: str, title: str, note: str, pixels: list[Any]) -> Exhibit:
    pictures = [image(encode_png(shrunk(one))) for one in pixels]
    return Exhibit(name=name, title=title, note=note, content=Pictures(pictures=pictures, columns=SHOWN, size=72))


def run(params: ImageAugmentationParams, session: "Session") -> None:
    """Carry out one attempt, stage by stage."""

    def change(parts: images.ImageParts) -> Changed:
        from jobs.augmentation.augmenter import Measured

        measured = Measured(parts.train[0])
        if params.augment:
            for exhibit in before_and_after(params, parts.train[0][:SHOWN], measured):
                session.show(exhibit)
            if params.zca_whitening:
                session.log("ZCA whitening can enlarge what hardly varies a thousandfold; a training may not stand it.")
        return changed(params, parts, measured)

    trained = image_cycle.many_classes(
        session,
        params,
        build=lambda shape, names: stacked(shape, layers("simple", 0.2, names), params.seed),
        optimizer=lambda: networks.optimizer_of(params),
        minimised=networks.minimised(params),
        change=change,
    )
    classes.show(session, trained.parts, trained.answers)
    session.result(outcome.scored(trained.scores, band(params), trained.predictions))


def as_tested(params: ImageAugmentationParams, datasets: "Datasets", pixels: "NDArray[np.uint8]") -> Any:
    """Images as the network was tested on: between 0 and 1, and on the scale of its training images."""
    x = images.scaled(pixels)
    what = without_chance(params.augmentation())
    if not what.centers:
        return x
    data = datasets.load_images(params.dataset, lambda _line: None)
    count, _ = images.taken(params.samples, len(data.x_train), 0)
    return _augmenter(what, data, count).standardize(x)


@lru_cache(maxsize=1)
def _augmenter(what: "Augmentation", data: "Images", count: int) -> "Augmenter":
    """Measured on the first ``count`` images, which takes up to half a minute: the next question is about the same."""
    from jobs.augmentation import Augmenter

    return Augmenter(what, images.scaled(data.x_train[:count]), seed=0)


LESSON = Lesson(
    slug="augmentation",
    number=14,
    title="Image augmentation",
    summary="Turn, shift, stretch and recolour images while the network trains, so that few become many.",
    explanation=EXPLANATION,
    params=ImageAugmentationParams,
    presets=PRESETS,
    datasets=DATASETS,
    run=run,
    script=script,
    jit_compile=False,
    check=check,
    stages=image_cycle.STAGES,
    lab="/lab",
    asking=image_asking.asking(as_tested),
    band=band,
)
