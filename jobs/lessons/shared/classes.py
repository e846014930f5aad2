"""What a network with several classes answers about test images: confusion matrix, worst mistakes, some predictions.

Throughout, ``answers`` are probabilities of shape (images, classes), ``truths`` class numbers of shape (images,) and
``pixels`` uint8 of shape (images, height, width, channels).
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from jobs.exhibits import Exhibit, Matrix, Picture, Pictures, encode_png, image, shrunk

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from jobs.lessons.shared.images import ImageParts
    from jobs.training import Session

NO_BREAK = "\N{NO-BREAK SPACE}"

MOST_PICTURES = 24
"""How many mistakes, and how many predictions, are shown with their picture."""


def confusion(names: Sequence[str], answers: "NDArray[Any]", truths: "NDArray[Any]") -> Exhibit:
    """The confusion matrix of all test images."""
    import numpy as np

    counts = np.zeros((len(names), len(names)), "int64")
    np.add.at(counts, (truths, answers.argmax(axis=1)), 1)
    note = "All test images. What lies off the diagonal is a mistake."
    content = Matrix(classes=list(names), counts=counts.tolist())
    return Exhibit(name="confusion", title="What is taken for what", note=note, content=content)


def worst(
    names: Sequence[str], answers: "NDArray[Any]", truths: "NDArray[Any]", pixels: "NDArray[Any]", size: int = 84
) -> Exhibit | None:
    """The mistakes of which the network was surest; None where it made none."""
    said = answers.argmax(axis=1)
    [wrong] = (said != truths).nonzero()
    if not len(wrong):
        return None
    first = wrong[(-answers[wrong].max(axis=1)).argsort(kind="stable")][:MOST_PICTURES]
    pictures = [_picture(pixels[one], _mistake(names, int(truths[one]), answers[one]), right=False) for one in first]
    shown = "All of them are here." if len(first) == len(wrong) else f"The {len(first)} surest are here."
    note = (
        f"{len(wrong):,} of {len(truths):,} test images are not recognised. {shown} Under each: what it is, what the "
        "network said, and how sure it was."
    )
    return Exhibit(name="mistakes", title="The worst mistakes", note=note, content=_grid(pictures, size))


def _mistake(names: Sequence[str], truth: int, answer: Any) -> str:
    said = int(answer.argmax())
    return f"{names[truth]}, said {names[said]} ({percent(answer[said])})"


def sample(
    names: Sequence[str], answers: "NDArray[Any]", truths: "NDArray[Any]", pixels: "NDArray[Any]", size: int = 84
) -> Exhibit:
    """The first test images with what the network says about them; right and wrong ones as they come."""
    pictures = []
    for one in range(min(MOST_PICTURES, len(truths))):
        said, right = int(answers[one].argmax()), bool(answers[one].argmax() == truths[one])
        caption = f"{names[said]} ({percent(answers[one][said])})" if right else ""
        pictures.append(
            image(
                encode_png(shrunk(pixels[one])), caption or _mistake(names, int(truths[one]), answers[one]), right=right
            )
        )
    count = sum(picture.right is True for picture in pictures)
    note = f"The first {len(pictures)} test images, not chosen: {count} of them are recognised. In brackets how sure."
    return Exhibit(name="predictions", title="What the network says", note=note, content=_grid(pictures, size))


def _picture(pixels: "NDArray[Any]", caption: str, right: bool) -> Picture:
    return image(encode_png(shrunk(pixels)), caption, right=right)


def _grid(pictures: list[Picture], size: int) -> Pictures:
    return Pictures(pictures=pictures, columns=12, size=size)


def percent(share: Any) -> str:
    """A probability in whole percent, as people write it; nothing short of it becomes 100 %."""
    whole = round(float(share) * 100)
    if whole == 100 and float(share) < 0.9999:
        return f">{NO_BREAK}99{NO_BREAK}%"
    return f"{whole}{NO_BREAK}%"


def show(session: "Session", parts: "ImageParts", answers: "NDArray[Any]", size: int = 84) -> None:
    """Show the confusion matrix, the worst mistakes (where there are any) and the first predictions."""
    about = (parts.class_names, answers, parts.truths)
    session.show(confusion(*about))
    mistakes = worst(*about, parts.pixels, size)
    if mistakes is not None:
        session.show(mistakes)
    session.show(sample(*about, parts.pixels, size))
