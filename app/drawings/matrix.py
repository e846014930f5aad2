"""A confusion matrix: how dark each field is, and what stands out in words."""

from dataclasses import dataclass

from jobs.exhibits import Matrix

LEVELS = 9

MOST = 8
"""So many pairs of classes are listed beside the matrix."""


@dataclass(frozen=True)
class Field:
    """One field: its count, its shade from 0 to :data:`LEVELS`, and whether it counts right answers."""

    count: int
    level: int
    right: bool


@dataclass(frozen=True)
class Confusion:
    """How often one class was taken for another, and which ``share`` of its samples that is."""

    truth: str
    predicted: str
    count: int
    share: float


@dataclass(frozen=True)
class MatrixDrawing:
    """The rows of fields, the share of right answers of each class, what is confused most often, and a summary."""

    rows: tuple[tuple[Field, ...], ...]
    shares: tuple[float | None, ...]
    confusions: tuple[Confusion, ...]
    summary: str


def draw(content: Matrix) -> MatrixDrawing:
    """Shade every row by its own largest share, so that a rare class is as readable as a common one."""
    rows, shares = [], []
    confusions: list[Confusion] = []
    for truth, counts in enumerate(content.counts):
        total = sum(counts)
        rows.append(
            tuple(
                Field(count, round(LEVELS * count / total) if total else 0, truth == predicted)
                for predicted, count in enumerate(counts)
            )
        )
        shares.append(counts[truth] / total if total else None)
        confusions.extend(
            Confusion(content.classes[truth], content.classes[predicted], count, count / total)
            for predicted, count in enumerate(counts)
            if predicted != truth and count
        )
    right = sum(counts[truth] for truth, counts in enumerate(content.counts))
    total = sum(map(sum, content.counts))
    most = sorted(confusions, key=lambda one: (-one.count, -one.share))[:MOST]
    return MatrixDrawing(tuple(rows), tuple(shares), tuple(most), f"{right:,} of {total:,} are right.")
