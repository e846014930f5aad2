"""Removing an uploaded dataset, unless a run still needs it."""

from app.board import Board
from app.errors import Problem
from app.runs import queries


def remove(board: Board, name: str) -> None:
    """Remove an uploaded dataset.

    Raises:
        Problem: ``unknown-dataset``, ``dataset-not-uploaded``, or ``dataset-in-use``.
    """
    board.uploads.find(name)
    with board.database.read() as session:
        needing = queries.needing(session, name)
    if needing:
        run = needing[0]
        others = f" and {len(needing) - 1} more" if len(needing) > 1 else ""
        verb = "need" if others else "needs"
        raise Problem(
            "dataset-in-use",
            f"Run {run.id} ({run.name}), which is {run.status},{others} {verb} {name}. Wait for its end or cancel it.",
        )
    board.uploads.remove(name)
