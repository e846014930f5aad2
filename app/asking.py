"""The shapes of what people ask of a worker and of what they are answered, as they stand in the OpenAPI document."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.schemas import Shape
from app.sentences import CHECKPOINT, DATASET
from jobs.augmenting import AugmentationParams
from jobs.lessons.base import ONLY_NUMBERS, Integer

IMAGE_SETS = ("mnist", "digits", "cifar10", "shapes")
"""What ``auto`` tries, in this order."""

LONGEST_ROW = 10_000

LONGEST_IMAGE = 8_000_000
"""Characters of a picture in base64: less than the largest body that the doors let in."""

Index = Annotated[int, Field(ge=0, le=2**31 - 1), ONLY_NUMBERS]

Which = Annotated[str, Field(pattern=CHECKPOINT, description="best, last, or the name of an improvement.")]


class NewPreview(BaseModel):
    """What a preview of augmentation shows. What is left out of ``params`` changes nothing."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    dataset: Annotated[str, Field(pattern=DATASET)] = Field(
        "auto", description="Images to show, your own too; `auto` takes the first of Fitboard's that is here."
    )
    params: AugmentationParams = Field(
        default_factory=AugmentationParams, description="What may happen, as in Keras's `ImageDataGenerator`."
    )
    seed: Integer = Field(7, ge=0, le=2**32 - 1, description="What happens is drawn from it.")
    rows: Integer = Field(3, ge=1, le=10)
    columns: Integer = Field(3, ge=1, le=10)
    index: Index | None = Field(
        None, description="One training image, changed rows times columns times; else the first so many."
    )


class PreviewShape(Shape):
    """Images before and after augmentation, row by row. PNGs are in base64."""

    dataset: str = Field(description="The name that `auto` became.")
    original: list[str] = Field(description="As they are in the data; one only, where `index` names it.")
    images: list[str]
    notes: list[str] = Field(description="What must be known to read the images.")


class RowQuestion(BaseModel):
    """Ask about the values of one row."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    row: Annotated[
        list[Annotated[float, Field(allow_inf_nan=False), ONLY_NUMBERS]], Field(min_length=1, max_length=LONGEST_ROW)
    ] = Field(description="In the order of the dataset's columns, as they stand in the data.")
    checkpoint: Which = "best"


class ImageQuestion(BaseModel):
    """Ask about an image."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    image: Annotated[str, Field(min_length=1, max_length=LONGEST_IMAGE)] = Field(description="A PNG or JPEG in base64.")
    checkpoint: Which = "best"


class AskedCheckpoint(Shape):
    """The saved model that was asked. ``epoch`` counts from 0."""

    kind: Literal["best", "last", "improvement"]
    epoch: int
    sha256: str


class PredictionShape(Shape):
    """What a saved model says of one input."""

    class_: str = Field(alias="class", examples=["diabetes"])
    probabilities: dict[str, float] = Field(examples=[{"no diabetes": 0.27, "diabetes": 0.73}])
    saw: dict[str, Any] = Field(
        description="What the model was given: `columns` and `values` of a row; `image` (a PNG in base64) and `shape`."
    )
    notes: list[str]
    checkpoint: AskedCheckpoint


class SampleShape(Shape):
    """An input to start from, with the class that it has in the data."""

    name: str
    truth: str
    row: list[float] | None
    image: str | None


class SamplesShape(Shape):
    """Inputs that a run's model can be asked about; those that it wasn't trained on where there are any."""

    takes: Literal["row", "image"]
    columns: list[str] | None
    samples: list[SampleShape]
