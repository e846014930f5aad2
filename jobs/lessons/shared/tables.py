"""A table on its way into a network: held-out rows, scaled features, and what doesn't fit the data."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jobs.lessons.base import Issue
from jobs.lessons.shared.parameters import TableParams

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from jobs.datasets import DatasetState, Tabular


def split_at(rows: int, validation_split: float) -> int:
    """How many rows are trained on: Keras's own rounding, so that the rest is what Keras would hold out."""
    return math.floor(rows * (1.0 - validation_split))


def misfits(rows: int, validation_split: float, batch_size: int, unit: str = "rows") -> list[Issue]:
    """What doesn't fit a table of ``rows``: a batch larger than the training rows, a split that leaves a side empty."""
    training = split_at(rows, validation_split)
    if training < 1 or (validation_split > 0 and training == rows):
        side = "to train on" if training < 1 else "to validate with"
        return [
            Issue(
                "validation_split",
                "leaves_no_rows",
                f"A validation split of {validation_split:g} leaves none of the {rows} {unit} {side}. "
                f"Use 0 for no validation, or a share that leaves {unit} on both sides, such as 0.5.",
            )
        ]
    if batch_size > training:
        return [
            Issue(
                "batch_size",
                "too_large",
                f"Batch size {batch_size} is larger than the {training} training {unit}. Use 1 to {training}.",
            )
        ]
    return []


def check(params: TableParams, dataset: "DatasetState") -> list[Issue]:
    """What doesn't fit the data, for a lesson about tables with nothing to add."""
    return misfits(dataset.rows, params.validation_split, params.batch_size)


@dataclass(frozen=True)
class Parts:
    """A table, parted and scaled: what is trained on, and what is tested on (None without held-out rows).

    Features are float32 of shape (rows, features), classes float32 of shape (rows,).
    """

    train: "tuple[NDArray[np.float32], NDArray[np.float32]]"
    test: "tuple[NDArray[np.float32], NDArray[np.float32]] | None"
    scaled: bool

    @property
    def shown(self) -> "tuple[NDArray[np.float32], NDArray[np.float32]]":
        """The rows that a network is best asked about: those it hasn't seen, where there are any."""
        return self.test or self.train

    def summary(self) -> str:
        """What was done, in a sentence."""
        rows = len(self.train[0]) + (0 if self.test is None else len(self.test[0]))
        told = f"{rows} rows with {self.train[0].shape[1]} features"
        scaled = "features scaled" if self.scaled else "features as they are"
        if self.test is None:
            return f"{told}, all of them to train and to test on; {scaled}."
        return f"{told}: {len(self.train[0])} to train on, {len(self.test[0])} held out; {scaled}."

    def warnings(self, classes: Sequence[str]) -> list[str]:
        """What a learner should know before training on these rows; ``classes`` are what class 0, 1, … are called."""
        named = (("training", self.train), ("held-out", self.test))
        told = [
            f"All {name} rows are of one class. Choose another validation split."
            for name, part in named
            if part is not None and part[1].min() == part[1].max()
        ]
        unseen = [name for number, name in enumerate(classes) if number not in self.train[1]]
        if len(classes) > 2 and unseen:
            told.append(
                f"No training row is of the class {', '.join(unseen)}: the network can't learn it. Hold fewer rows out."
            )
        return told


def scale(x_train: "NDArray[np.float32]") -> "tuple[NDArray[np.float32], NDArray[np.float32]]":
    """The mean and the deviation of each column, by which the features of every row are scaled."""
    mean, deviation = x_train.mean(axis=0), x_train.std(axis=0)
    deviation[deviation == 0] = 1  # a column that never changes
    return mean, deviation


def parted(data: "Tabular", validation_split: float, scale_features: bool) -> Parts:
    """Part the rows and scale the features, by what the training rows alone tell."""
    at = split_at(len(data.x), validation_split)
    x_train, x_test = data.x[:at], data.x[at:]
    if scale_features:
        mean, deviation = scale(x_train)
        x_train, x_test = (x_train - mean) / deviation, (x_test - mean) / deviation
    return Parts((x_train, data.y[:at]), (x_test, data.y[at:]) if validation_split > 0 else None, scale_features)
