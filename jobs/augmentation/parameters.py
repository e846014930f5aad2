"""What may happen to an image: the parameters, and the one transformation that they and an image's draws come to."""

from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

FillMode = Literal["nearest", "constant", "reflect", "wrap"]

DRAWS = (
    "rotation",
    "height_shift",
    "width_shift",
    "shear",
    "zoom_rows",
    "zoom_columns",
    "left_right",
    "up_down",
    "light",
)
"""The random numbers of a row. All are drawn whatever is asked for, so that changing one range leaves the others be."""


@dataclass(frozen=True, kw_only=True)
class Augmentation:
    """What may happen to an image.

    Attributes:
        rotation_range: up to so many degrees to either side.
        width_shift_range: to either side, as a share of the width; from 1 on, in pixels.
        height_shift_range: up and down, as a share of the height; from 1 on, in pixels.
        shear_range: up to so many degrees to either side.
        zoom_range: rows and columns each by a factor from ``1 - range`` to ``1 + range``, or between two given
            factors; below 1 enlarges.
        horizontal_flip: half of the images left to right; ``vertical_flip``: half of them upside down.
        brightness_range: multiplied by a factor between these two, within the range of the training images.
        fill_mode: what lies beyond the border: the nearest pixel, 0, the mirrored image, or the image once more.
        featurewise_center: subtract the training images' mean of each channel.
        featurewise_std_normalization: divide by their standard deviation too; implies centring.
        zca_whitening: decorrelate the pixels; implies centring, and takes the place of the deviation.

    Raises:
        ValueError: a range that makes no sense.
    """

    rotation_range: float = 0.0
    width_shift_range: float = 0.0
    height_shift_range: float = 0.0
    shear_range: float = 0.0
    zoom_range: float | tuple[float, float] = 0.0
    horizontal_flip: bool = False
    vertical_flip: bool = False
    brightness_range: tuple[float, float] | None = None
    fill_mode: FillMode = "nearest"
    featurewise_center: bool = False
    featurewise_std_normalization: bool = False
    zca_whitening: bool = False

    def __post_init__(self) -> None:
        for name in ("rotation_range", "width_shift_range", "height_shift_range", "shear_range"):
            if getattr(self, name) < 0:
                raise ValueError(f"{name}={getattr(self, name):g} is negative. Use 0 or more.")
        low, high = self.zoom
        if not 0 < low <= high:
            raise ValueError(
                f"zoom_range={self.zoom_range} allows factors from {low:g} to {high:g}. All must exceed 0."
            )
        if self.brightness_range is not None and not 0 <= self.brightness_range[0] <= self.brightness_range[1]:
            raise ValueError(f"brightness_range={self.brightness_range} is no range of factors. Use (0.5, 1.5), say.")
        if self.fill_mode not in get_args(FillMode):
            raise ValueError(f"fill_mode={self.fill_mode!r} is not known. Use one of {', '.join(get_args(FillMode))}.")

    @property
    def zoom(self) -> tuple[float, float]:
        """The smallest and the largest factor."""
        if isinstance(self.zoom_range, tuple):
            return self.zoom_range
        return 1.0 - self.zoom_range, 1.0 + self.zoom_range

    @property
    def moves(self) -> bool:
        """Whether any pixel can come from another place."""
        ranges = (self.rotation_range, self.width_shift_range, self.height_shift_range, self.shear_range)
        return any(ranges) or self.zoom != (1.0, 1.0) or self.horizontal_flip or self.vertical_flip

    @property
    def centers(self) -> bool:
        """Whether the channels' means are subtracted."""
        return self.featurewise_center or self.featurewise_std_normalization or self.zca_whitening

    def transforms(self, draws: NDArray[Any], height: int, width: int) -> NDArray[np.float64]:
        """From where each pixel comes.

        Args:
            draws: numbers from 0 up to 1, a row per image and a column per name in :data:`DRAWS`.
            height: of an image in pixels, as is ``width``.

        Returns:
            A matrix (3, 3) per image that takes an output pixel's column, row and 1 to the place in the input: about
            the image's centre first the rotation, then the shift, the shear, the zoom and the flips, as one.
        """
        drawn = dict(zip(DRAWS, draws.T, strict=True))
        either = {name: 2.0 * values - 1.0 for name, values in drawn.items()}
        low, high = self.zoom
        angle = np.deg2rad(self.rotation_range * either["rotation"])
        cosine, sine = np.cos(angle), np.sin(angle)
        shear = np.deg2rad(self.shear_range * either["shear"])
        down = _pixels(self.height_shift_range, height) * either["height_shift"]
        right = _pixels(self.width_shift_range, width) * either["width_shift"]
        columns = (low + (high - low) * drawn["zoom_columns"]) * _flip(self.horizontal_flip, drawn["left_right"])
        rows = (low + (high - low) * drawn["zoom_rows"]) * _flip(self.vertical_flip, drawn["up_down"])
        return (
            _matrices(len(draws), (0, 2, (width - 1) / 2), (1, 2, (height - 1) / 2))
            @ _matrices(len(draws), (0, 0, cosine), (0, 1, -sine), (1, 0, sine), (1, 1, cosine))
            @ _matrices(len(draws), (0, 2, right), (1, 2, down))
            @ _matrices(len(draws), (1, 1, np.cos(shear)), (0, 1, -np.sin(shear)))
            @ _matrices(len(draws), (0, 0, columns), (1, 1, rows))
            @ _matrices(len(draws), (0, 2, -(width - 1) / 2), (1, 2, -(height - 1) / 2))
        )


def _pixels(shift: float, size: int) -> float:
    return shift * size if shift < 1 else shift


def _flip(wanted: bool, drawn: NDArray[Any]) -> NDArray[Any]:
    return np.where(wanted & (drawn < 0.5), -1.0, 1.0)


def _matrices(count: int, *entries: tuple[int, int, Any]) -> NDArray[np.float64]:
    """Identities with some entries ``(row, column, values)`` replaced."""
    made = np.tile(np.eye(3), (count, 1, 1))
    for row, column, values in entries:
        made[:, row, column] = values
    return made
