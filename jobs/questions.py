"""What people ask a worker while they wait, and what it answers: the payloads of :class:`jobs.protocol.Question`.

Plain pydantic, for both sides of the wire. Questions are never stored: one that isn't answered in time is asked again
by whoever still wants to know. How a worker answers is in :mod:`jobs.answering`.
"""

from typing import Annotated, Any, Literal

from pydantic import Field, FiniteFloat

from jobs.augmenting import AugmentationParams
from jobs.protocol import CheckpointData, Number, Wire

ANSWER_SECONDS = 10.0
"""How long somebody who asks is kept waiting."""


class PreviewQuestion(Wire):
    """How augmented images will look; ``grid`` asks for one picture of all in place of one each.

    With ``index`` that training image ``rows * columns`` times, else the first so many.
    """

    dataset: str
    params: AugmentationParams
    seed: Annotated[int, Field(ge=0, le=2**32 - 1)]
    rows: Annotated[int, Field(ge=1, le=10)]
    columns: Annotated[int, Field(ge=1, le=10)]
    index: Number | None = None
    grid: bool = False


class RunModel(Wire):
    """A saved model and the run that it is of: what an answer about it needs."""

    run: str
    lesson: str
    params: dict[str, Any]
    checkpoint: CheckpointData


class PredictQuestion(RunModel):
    """What a saved model says of one input: either ``row`` or ``image`` (a PNG or JPEG in base64) is given."""

    row: tuple[FiniteFloat, ...] | None = None
    image: str | None = None


class SamplesQuestion(Wire):
    """A few inputs that a run's model can be asked about, of those that it wasn't trained on where there are any."""

    lesson: str
    params: dict[str, Any]


class Objection(Wire):
    """A value of the question that cannot be used: its JSON pointer, a word for machines, a sentence for people."""

    pointer: str
    code: str
    detail: str


class Refusal(Wire):
    """Why there is no answer: ``kind`` is one of the server's types of problems, ``later`` says that one is coming."""

    kind: Literal["invalid-input", "dataset-unavailable", "dataset-invalid", "no-checkpoint", "no-answer"]
    detail: str
    objections: tuple[Objection, ...] = ()
    later: bool = False


class Answer(Wire):
    """The answer, or why there is none."""

    body: dict[str, Any] | None = None
    refusal: Refusal | None = None
