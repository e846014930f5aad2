"""How a lesson lets its models be asked: what it is given, and what it answers. Light, like the catalogue.

A lesson whose models can be asked has an :class:`Asking` in ``Lesson.asking``. Its functions prepare an input
exactly as the lesson prepared its training rows, ask the model, and say what came out.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from pydantic import BaseModel, ValidationError

if TYPE_CHECKING:
    from jobs.datasets import Datasets

M = TypeVar("M", bound=BaseModel)


class Unanswerable(Exception):
    """An input that the model can't be asked about.

    Attributes:
        code: a word for machines.
        detail: a sentence with what was received and what is expected.
    """

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


class Unknown(Exception):
    """A lesson, a parameter or a question that this version doesn't know; the server's must be another."""


def read(model: type[M], content: Any) -> M:
    """What has come from the server, as a model.

    Raises:
        Unknown: it has another form.
    """
    try:
        return model.model_validate(content)
    except ValidationError as error:
        raise Unknown(str(error)) from None


class NotYet(Exception):
    """The answer takes longer than anybody waits; it is being made, and the question is to be asked again."""


@dataclass(frozen=True)
class Input:
    """What the model is asked about: a row's values in the order of the dataset's columns, or an image file's bytes."""

    row: tuple[float, ...] | None = None
    image: bytes | None = None


@dataclass(frozen=True, kw_only=True)
class Prediction:
    """What a model says of an input.

    Attributes:
        classes: what each class is called.
        probabilities: of each class, in the same order.
        saw: what the model was given after all preparation, as plain JSON: ``{"columns", "values"}`` for a row,
            ``{"image", "shape"}`` (a PNG in base64, and the model's height, width and channels) for an image.
        notes: sentences about what was done to the input.
    """

    classes: tuple[str, ...]
    probabilities: Sequence[float]
    saw: dict[str, Any]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Sample:
    """An input to start from, with the class that it has in the data. ``image`` is a PNG in base64."""

    name: str
    truth: str
    row: list[float] | None = None
    image: str | None = None


@dataclass(frozen=True, kw_only=True)
class Samples:
    """Inputs to start from; ``columns`` are what a row's values are called, None for images."""

    columns: tuple[str, ...] | None
    samples: list[Sample] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Asking:
    """How a lesson's models are asked.

    Attributes:
        takes: what an input is.
        predict: from the run's params, the loaded model, the datasets and the input. May raise :class:`Unanswerable`.
        samples: a few inputs, from the run's params and the datasets; those that weren't trained on if there are any.
    """

    takes: Literal["row", "image"]
    predict: Callable[[Any, Any, "Datasets", Input], Prediction]
    samples: Callable[[Any, "Datasets"], Samples]
