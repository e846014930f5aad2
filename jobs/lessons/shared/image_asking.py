"""How a network for images is asked: the picture is brought to the size and the channels that it was trained on.

For every lesson whose params have ``dataset`` (images) and whose network ends in a softmax over the classes. What a
lesson does to the pixels in training it says here too.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from jobs.asking import Asking, Input, Prediction, Sample, Samples, Unanswerable
from jobs.lessons.shared import images

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from jobs.datasets import Datasets

SHOWN = 10
"""How many images are given to start from."""

MEASURED = 100
"""By so many test images is told whether a dataset is light on dark."""

DARK, LIGHT = 80, 175
"""A border is dark up to here and light from here on, of 255; photographs have something between."""

Scale = Callable[[Any, "Datasets", "NDArray[np.uint8]"], Any]
"""From the params, the datasets and images of shape (1, height, width, channels), 0 to 255, to what the model takes."""


def over_255(_params: Any, _datasets: "Datasets", pixels: "NDArray[np.uint8]") -> Any:
    """Pixels from 0 to 1."""
    return images.scaled(pixels)


def asking(scale: Scale = over_255) -> Asking:
    """How the models of a lesson are asked whose pixels are scaled like this."""

    def predict(params: Any, model: Any, datasets: "Datasets", given: Input) -> Prediction:
        import numpy as np

        from jobs.answering import pictures

        data = datasets.load_images(params.dataset, lambda _line: None)
        height, width, channels = data.shape
        if given.image is None:
            raise Unanswerable("no_image", f"This model takes an image of {width} by {height} pixels. Send image.")
        image = pictures.decoded(given.image, channels)
        notes = []
        if channels == 1 and image.shape[:2] != (height, width):
            its, theirs = _ground(image[None]), _ground(data.x_test[:MEASURED])
            if None not in (its, theirs) and its != theirs:
                image = 255 - image
                notes.append(f"The picture is {its}; it was inverted, because the training images are {theirs}.")
        if image.shape[:2] != (height, width):
            notes.append(f"Brought from {image.shape[1]} by {image.shape[0]} to {width} by {height} pixels.")
            image = pictures.resized(image, height, width)
        said = np.asarray(model(scale(params, datasets, image[None]), training=False), dtype="float64")[0]
        return Prediction(
            classes=data.class_names,
            probabilities=said.tolist(),
            saw={"image": pictures.png(image), "shape": [height, width, channels]},
            notes=tuple(notes),
        )

    def samples(params: Any, datasets: "Datasets") -> Samples:
        from jobs.answering import pictures

        data = datasets.load_images(params.dataset, lambda _line: None)
        found = [
            Sample(
                name=f"Test image {index + 1}",
                truth=data.class_names[int(data.y_test[index])],
                image=pictures.png(data.x_test[index]),
            )
            for index in range(min(SHOWN, len(data.x_test)))
        ]
        return Samples(columns=None, samples=found)

    return Asking(takes="image", predict=predict, samples=samples)


def _ground(pixels: "NDArray[np.uint8]") -> str | None:
    """Whether images of shape (n, height, width, 1) are light on dark or dark on light; None where that can't be said.

    Told by their outermost pixels.
    """
    import numpy as np

    edges = [pixels[:, 0], pixels[:, -1], pixels[:, :, 0], pixels[:, :, -1]]
    mean = float(np.concatenate([edge.reshape(-1) for edge in edges]).mean())
    if DARK < mean < LIGHT:
        return None
    return "light on dark" if mean <= DARK else "dark on light"
