"""How an attempt ends, and what becomes of its run: over, paused, or back to the queue to resume."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.models import Run, Status
from app.runs import events, lifecycle
from jobs.protocol import EndData, EventType, Outcome

MOST_DEATHS = 3
"""With so many deaths of its child while the worker lives, and no new generation in between, a run has failed."""


def end(session: Session, run: Run, data: EndData, now: datetime) -> None:
    """End the run's attempt. What was asked of the run comes first, unless it got done before."""
    error: dict[str, Any] | None = data.error.model_dump() if data.error else None
    match data.outcome:
        case Outcome.COMPLETED:
            lifecycle.change_status(session, run, Status.COMPLETED, now)
        case _ if run.reason == lifecycle.CANCEL_REQUESTED:  # however it stopped, by itself or killed: it was asked to
            lifecycle.change_status(session, run, Status.CANCELED, now, "canceled")
        case Outcome.CANCELED:
            lifecycle.change_status(session, run, Status.CANCELED, now, data.reason or "canceled")
        case Outcome.FAILED:
            lifecycle.change_status(session, run, Status.FAILED, now, data.reason or "error", error)
        case Outcome.PAUSED:
            lifecycle.change_status(session, run, Status.PAUSED, now, data.reason or lifecycle.PAUSED, error)
        case _ if run.reason == lifecycle.PAUSE_REQUESTED:  # it stands at its last generation, which was wanted
            lifecycle.change_status(session, run, Status.PAUSED, now, lifecycle.PAUSED)
        case Outcome.DIED:
            _died(session, run, data, now)
        case Outcome.RELEASED:  # that a worker or the server died says nothing against the run
            lifecycle.change_status(session, run, Status.QUEUED, now, data.reason or "worker-stopped")


def _died(session: Session, run: Run, data: EndData, now: datetime) -> None:
    reason = data.reason or "killed"
    run.deaths += 1
    if run.deaths >= MOST_DEATHS:
        error = data.error.model_dump() if data.error else None
        lifecycle.change_status(session, run, Status.FAILED, now, reason, error)
        return
    if data.error is not None:
        told = f"{data.error.title}. {data.error.detail} The run is queued again."
        events.append(session, run, (EventType.LOG, {"level": "warning", "message": told}, now))
    lifecycle.change_status(session, run, Status.QUEUED, now, reason)
