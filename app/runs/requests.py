"""What people ask of a run that is there: cancel, pause, resume, delete. Workers ask nothing; they report."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete as sql_delete
from sqlalchemy.orm import Session

from app.errors import Problem
from app.models import Run, Status
from app.runs import lifecycle, sweeps
from app.runs.lifecycle import CANCEL_REQUESTED, PAUSE_REQUESTED, PAUSED, change_status

RESUMING = "resuming"
"""The reason of a queued run that goes on from its last generation because somebody, or room on the disk, let it."""

MoreEpochs = Callable[[Run], Mapping[str, Any] | None]
"""A run's params with more epochs, checked; None where they shall stay as they are."""


def cancel(session: Session, run_id: str, now: datetime) -> Run:
    """Cancel a waiting run at once, or ask the worker of a running one to stop it.

    Raises:
        Problem: ``unknown-run``, or ``wrong-status`` for a run that has ended.
    """
    run = lifecycle.find(session, run_id)
    status = Status(run.status)
    if status.ended:
        raise Problem("wrong-status", f"Run {run.id} is {run.status} already; there is nothing to cancel.")
    if status is not Status.RUNNING:
        change_status(session, run, Status.CANCELED, now, "canceled")
    elif run.reason != CANCEL_REQUESTED:
        lifecycle.ask(session, run, CANCEL_REQUESTED, now)
    return run


def pause(session: Session, run_id: str, now: datetime) -> Run:
    """Pause a waiting run at once, or ask the worker of a running one to pause it at its next generation.

    Raises:
        Problem: ``unknown-run``, or ``wrong-status`` for one that is paused already, has ended, or is being canceled.
    """
    run = lifecycle.find(session, run_id)
    status = Status(run.status)
    if status is Status.QUEUED:
        change_status(session, run, Status.PAUSED, now, PAUSED)
    elif status is not Status.RUNNING:
        raise Problem("wrong-status", f"Run {run.id} is {run.status} already; only a queued or running one can pause.")
    elif run.reason == CANCEL_REQUESTED:
        raise Problem("wrong-status", f"Run {run.id} is being canceled. Once it is, it can be resumed.")
    elif run.reason != PAUSE_REQUESTED:
        lifecycle.ask(session, run, PAUSE_REQUESTED, now)
    return run


def resume(session: Session, run_id: str, more: MoreEpochs, now: datetime) -> Run:
    """Queue a run again that is paused, canceled, failed or, with more epochs, completed; its history stays.

    Args:
        session: within a transaction.
        run_id: which run.
        more: called with the run if its status allows it.
        now: the time that is written down.

    Raises:
        Problem: ``unknown-run``, ``wrong-status``, and what ``more`` raises.
    """
    run = lifecycle.find(session, run_id)
    status = Status(run.status)
    if status in (Status.QUEUED, Status.RUNNING):
        raise Problem("wrong-status", f"Run {run.id} is {run.status}; there is nothing to resume.")
    if status is Status.FAILED and run.reason == "diverged":
        raise Problem(
            "wrong-status",
            f"Run {run.id} has diverged and would diverge again. Train again with a smaller learning rate.",
        )
    params = more(run)
    if params is None and status is Status.COMPLETED and run.folds is not None:
        raise Problem(
            "wrong-status",
            f"Run {run.id} is a completed cross-validation, which cannot train further. Start a new run.",
        )
    if params is None and status is Status.COMPLETED:
        raise Problem(
            "wrong-status",
            f"Run {run.id} is completed. Send more epochs than its {run.epochs or 0} to train it further.",
        )
    if params is not None:
        run.params = dict(params)
        run.epochs = params["epochs"]
    run.deaths = 0
    run.finished_at = None
    run.result = None
    change_status(session, run, Status.QUEUED, now, RESUMING)
    return run


def delete(session: Session, run_id: str, now: datetime) -> str:
    """Remove a run that isn't under way, with all its rows; the caller removes its files after the commit.

    The last run of a sweep takes the sweep with it.

    One that hasn't ended is canceled first, so that whoever watches it learns that nothing more will come.

    Raises:
        Problem: ``unknown-run``, or ``wrong-status`` while it runs.
    """
    run = lifecycle.find(session, run_id)
    if Status(run.status) is Status.RUNNING:
        raise Problem("wrong-status", f"Run {run.id} is running. Cancel it first, then delete it.")
    if not Status(run.status).ended:
        change_status(session, run, Status.CANCELED, now, "deleted")
        session.flush()
    session.execute(sql_delete(Run).where(Run.number == run.number))
    if run.sweep_number is not None:
        sweeps.leave(session, run.sweep_number)
    return run.id
