"""What the lessons about images share: the part that is taken, layers written once, and what their answers show."""

import numpy as np
import pytest

from jobs.exhibits import Pictures
from jobs.lessons.cifar10 import network as cifar10
from jobs.lessons.convolution import network as convolution
from jobs.lessons.convolution.geometry import Window
from jobs.lessons.mnist import network as mnist
from jobs.lessons.shared import classes, images, outcome
from jobs.lessons.shared.layers import Layer

NAMES = ("cat", "dog", "fox")
TRUTHS = np.array([0, 1, 2, 0])
ANSWERS = np.array([[0.9, 0.1, 0.0], [0.6, 0.4, 0.0], [0.0, 0.995, 0.005], [0.5, 0.3, 0.2]], "float32")
PIXELS = np.zeros((4, 2, 2, 3), "uint8")


@pytest.mark.parametrize(
    ("samples", "taken"), [(0, (1437, 360)), (200, (200, 50)), (1, (1, 1)), (1436, (1436, 359)), (9999, (1437, 360))]
)
def test_a_quarter_as_many_test_images_are_taken(samples: int, taken: tuple[int, int]) -> None:
    assert images.taken(samples, 1437, 360) == taken


def test_pixels_are_divided_as_a_listing_does_it() -> None:
    pixels = np.arange(256, dtype="uint8")
    made = images.scaled(pixels)
    assert made.dtype == np.float32
    assert made.tolist() == (pixels.astype("float32") / 255).tolist()
    assert images.one_hot(np.array([2, 0]), 3).tolist() == [[0, 0, 1], [1, 0, 0]]


@pytest.mark.parametrize(
    "layer",
    [
        *mnist.layers("simple", 0.2),
        *mnist.layers("larger", 0.25),
        *cifar10.layers("simple", 0.5, 3),
        *cifar10.layers("deep", 0.2, 2.123456789),
        *convolution.layers((4,), Window(3, 2, "same", 2), (8,)),
    ],
    ids=str,
)
def test_a_layer_is_written_as_it_is_made(layer: Layer) -> None:
    import keras

    def of(made: keras.Layer) -> dict[str, object]:
        config = {name: value for name, value in made.get_config().items() if name != "name"}
        for name in ("kernel_constraint", "kernel_initializer"):
            if config.get(name):
                config[name] = config[name]["config"]
        return config

    assert of(eval(str(layer), {"keras": keras})) == of(layer.make())


def test_the_worst_mistake_is_the_surest_one() -> None:
    exhibit = classes.worst(NAMES, ANSWERS, TRUTHS, PIXELS)
    assert exhibit is not None
    assert isinstance(exhibit.content, Pictures)
    captions = [picture.caption.replace(classes.NO_BREAK, " ") for picture in exhibit.content.pictures]
    assert captions == ["fox, said dog (> 99 %)", "dog, said cat (60 %)"]
    assert exhibit.note.startswith("2 of 4 test images are not recognised. All of them are here.")


def test_without_mistakes_none_are_shown() -> None:
    assert classes.worst(NAMES, np.eye(3), np.arange(3), PIXELS) is None


def test_the_confusion_counts_rows_by_truth() -> None:
    exhibit = classes.confusion(NAMES, ANSWERS, TRUTHS)
    assert exhibit.content.model_dump()["counts"] == [[2, 0, 0], [1, 0, 0], [0, 1, 0]]


def test_a_prediction_says_how_sure_it_is_and_whether_it_is_right() -> None:
    shown = outcome.predictions(NAMES, ANSWERS, TRUTHS, "image")
    assert shown["rows"][:2] == [[1, 0.9, "cat", "cat", True], [2, 0.6, "cat", "dog", False]]
