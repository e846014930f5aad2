"""A confusion matrix: how dark each field is, and what stands out in words."""

from dataclasses import dataclass

from jobs.exhibits import Matrix

LEVELS = 9


@dataclass(frozen=True)
class Field:
    """One field: its count, its shade from 0 to :data:`LEVELS`, and whether it counts right answers."""

    count: int
    level: int
    right: bool


@dataclass(frozen=True)
class MatrixDrawing:
    """The rows of fields, the share of right answers of each class, and a summary in words."""

    rows: tuple[tuple[Field, ...], ...]
    shares: tuple[float | None, ...]
    summary: str


def draw(content: Matrix) -> MatrixDrawing:
    """Shade every row by its own largest share, so that a rare class is as readable as a common one."""
    rows, shares = [], []
    worst: tuple[int, str, str] | None = None
    for truth, counts in enumerate(content.counts):
        total = sum(counts)
        rows.append(
            tuple(
                Field(count, round(LEVELS * count / total) if total else 0, truth == predicted)
                for predicted, count in enumerate(counts)
            )
        )
        shares.append(counts[truth] / total if total else None)
        for predicted, count in enumerate(counts):
            if predicted != truth and count and (worst is None or count > worst[0]):
                worst = count, content.classes[truth], content.classes[predicted]
    right = sum(counts[truth] for truth, counts in enumerate(content.counts))
    total = sum(map(sum, content.counts))
    words = f"{right:,} of {total:,} are right."
    if worst is not None:
        words += f" Most often {worst[1]} was taken for {worst[2]}: {worst[0]} times."
    return MatrixDrawing(tuple(rows), tuple(shares), words)
