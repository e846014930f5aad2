"""The parameters of augmentation as people type them in: names and units of Keras's ``ImageDataGenerator``.

Light, so that the server can read them: :mod:`jobs.augmentation` says what they do and needs NumPy. A lesson that
augments takes them over by inheriting from :class:`AugmentationParams`.
"""

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, Field, PlainSerializer, PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from jobs.lessons.base import ONLY_NUMBERS, Flag, Params, Real

if TYPE_CHECKING:
    from jobs.augmentation import Augmentation

MOST_WHITENED = 4096
"""Numbers per image: whitening larger ones takes minutes and gigabytes."""

FACTOR_MAX = 10.0
"""The largest factor of a zoom or a brightness."""


def _ordered(pair: tuple[float, ...]) -> tuple[float, ...]:
    if pair[0] > pair[1]:
        raise PydanticCustomError("wrong_order", "must go from the smaller factor to the larger")
    return pair


def _zoom(value: Any) -> float | tuple[float, float]:
    numbers = value if isinstance(value, list | tuple) else [value]
    if any(isinstance(one, bool) or not isinstance(one, int | float) for one in numbers):
        raise PydanticCustomError("number", "must be a number below 1, or a list of two factors such as [0.8, 1.2]")
    if not isinstance(value, list | tuple):
        if not 0.0 <= value < 1.0:
            raise PydanticCustomError("out_of_range", "must be 0 or more and less than 1, or a list of two factors")
        return float(value)
    if len(value) != 2:
        raise PydanticCustomError("not_two", "must be one number, or a list of two factors such as [0.8, 1.2]")
    if not all(0.1 <= one <= FACTOR_MAX for one in value):
        raise PydanticCustomError("out_of_range", "must have factors from 0.1 to 10")
    low, high = _ordered((float(value[0]), float(value[1])))
    return low, high


Factor = Annotated[float, Field(ge=0.0, le=FACTOR_MAX), ONLY_NUMBERS]
FactorRange = Annotated[tuple[Factor, ...], Field(min_length=2, max_length=2), AfterValidator(_ordered)]
ZoomRange = Annotated[
    float | tuple[float, float],
    PlainValidator(_zoom),
    PlainSerializer(lambda value: value, return_type=Any),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "number", "minimum": 0.0, "exclusiveMaximum": 1.0},
                {
                    "type": "array",
                    "items": {"type": "number", "minimum": 0.1, "maximum": FACTOR_MAX},
                    "minItems": 2,
                    "maxItems": 2,
                },
            ]
        }
    ),
]


def rotation_range(default: float = 0.0) -> Any:
    """The field of that name, with a lesson's own default."""
    return Field(
        default=default,
        ge=0.0,
        le=180.0,
        title="Rotation",
        description="Turned by up to so many degrees to either side.",
        json_schema_extra={"group": "Place", "unit": "degrees", "step": 1},
    )


def width_shift_range(default: float = 0.0) -> Any:
    """As :func:`rotation_range`."""
    return _shift(default, "Width shift", "left or right", "width")


def height_shift_range(default: float = 0.0) -> Any:
    """As :func:`rotation_range`."""
    return _shift(default, "Height shift", "up or down", "height")


def _shift(default: float, title: str, where: str, size: str) -> Any:
    return Field(
        default=default,
        ge=0.0,
        le=100.0,
        title=title,
        description=f"Moved {where} by up to this share of the {size}; from 1 on, by so many pixels.",
        json_schema_extra={"group": "Place", "unit": f"share of the {size}", "step": 0.01},
    )


class AugmentationParams(Params):
    """What may happen to an image while it is trained on."""

    rotation_range: Real = rotation_range()
    width_shift_range: Real = width_shift_range()
    height_shift_range: Real = height_shift_range()
    shear_range: Real = Field(
        default=0.0,
        ge=0.0,
        le=80.0,
        title="Shear",
        description="Slanted by up to so many degrees to either side.",
        json_schema_extra={"group": "Place", "unit": "degrees", "step": 1},
    )
    zoom_range: ZoomRange = Field(
        default=0.0,
        title="Zoom",
        description="Rows and columns each stretched by a factor from 1 - zoom to 1 + zoom, or between two factors.",
        json_schema_extra={"group": "Place", "unit": "share", "step": 0.01},
    )
    horizontal_flip: Flag = Field(
        default=False,
        title="Horizontal flip",
        description="Half of the images are mirrored left to right.",
        json_schema_extra={"group": "Place"},
    )
    vertical_flip: Flag = Field(
        default=False,
        title="Vertical flip",
        description="Half of the images are turned upside down.",
        json_schema_extra={"group": "Place"},
    )
    fill_mode: Literal["nearest", "constant", "reflect", "wrap"] = Field(
        default="nearest",
        title="Fill mode",
        description="What lies beyond the border: the nearest pixel, black, the image mirrored, or the image again.",
        json_schema_extra={"group": "Place"},
    )
    brightness_range: FactorRange | None = Field(
        default=None,
        title="Brightness",
        description="Multiplied by a factor between these two; left out, the brightness stays.",
        json_schema_extra={"group": "Values", "unit": "factors", "step": 0.05},
    )
    featurewise_center: Flag = Field(
        default=False,
        title="Centre",
        description="Subtract the mean of the training images, channel by channel.",
        json_schema_extra={"group": "Values"},
    )
    featurewise_std_normalization: Flag = Field(
        default=False,
        title="Standardise",
        description="Divide by the training images' standard deviation too; implies centring.",
        json_schema_extra={"group": "Values"},
    )
    zca_whitening: Flag = Field(
        default=False,
        title="ZCA whitening",
        description="Decorrelate the pixels: edges stay, what neighbours share goes. Takes the deviation's place.",
        json_schema_extra={"group": "Values"},
    )

    @property
    def centers(self) -> bool:
        """Whether values are brought to another scale, so that they no longer go from black to white."""
        return self.featurewise_center or self.featurewise_std_normalization or self.zca_whitening

    def augmentation(self) -> "Augmentation":
        """The same as the one definition that preview, training and script share."""
        from jobs.augmentation import Augmentation

        return Augmentation(**{name: getattr(self, name) for name in AugmentationParams.model_fields})
