"""More epochs for a run that is resumed: a whole number, more than it had, and what its lesson takes."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from app.board import Board
from app.errors import Problem, invalid_input
from app.models import Run
from app.runs import requests
from app.sentences import FieldError, field_errors
from jobs.lessons import registry


def resume(board: Board, run_id: str, epochs: int | None) -> None:
    """Queue a run again, with more epochs where some are given.

    Raises:
        Problem: ``unknown-run``, ``wrong-status`` or ``invalid-input``.
    """
    board.database.write(
        lambda session: requests.resume(session, run_id, lambda run: more(run, epochs), board.now()).id
    )


def more(run: Run, epochs: int | None) -> Mapping[str, Any] | None:
    """The run's params with so many epochs; None where none are given.

    Raises:
        Problem: ``invalid-input``, or ``wrong-status`` where the lesson has no epochs, isn't there any more, or where
            the run has folds.
    """
    if epochs is None:
        return None
    before = run.params.get("epochs")
    if not isinstance(before, int):
        raise Problem("wrong-status", f"Run {run.id} does not train in epochs. Resume it without epochs.")
    if run.folds is not None:
        raise Problem(
            "wrong-status",
            f"Run {run.id} is a cross-validation: its finished folds cannot train further. Start a new run with "
            f"{epochs} epochs, or resume this one without epochs.",
        )
    if epochs <= before:
        detail = f"epochs is {epochs}, and run {run.id} has {before} already. Use {before + 1} or more."
        raise invalid_input([FieldError(pointer="/epochs", code="not_more", detail=detail)])
    lesson = registry.find(run.lesson)
    if lesson is None:
        raise Problem("wrong-status", f"The lesson {run.lesson!r} of run {run.id} is not here any more.")
    try:
        params = lesson.params.model_validate({**run.params, "epochs": epochs})
    except ValidationError as error:
        raise invalid_input(field_errors(error.errors(include_url=False))) from None
    found: dict[str, Any] = params.model_dump(mode="json")
    return found
