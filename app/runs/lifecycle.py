"""A run's life: created, claimed, ended, deleted. Every change of ``status`` goes through :func:`change_status`."""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, func, insert, select
from sqlalchemy import delete as sql_delete
from sqlalchemy.orm import Session

from app.errors import Problem
from app.models import Run, Status, Tag
from app.runs import columns, events, rows
from jobs.protocol import Assignment, EventType, Route

TRANSITIONS: Mapping[Status, frozenset[Status]] = {
    Status.QUEUED: frozenset({Status.RUNNING, Status.CANCELED}),
    Status.RUNNING: frozenset({Status.COMPLETED, Status.FAILED, Status.CANCELED, Status.QUEUED, Status.PAUSED}),
    Status.PAUSED: frozenset({Status.QUEUED, Status.CANCELED}),
    Status.COMPLETED: frozenset(),
    Status.FAILED: frozenset(),
    Status.CANCELED: frozenset(),
}
"""From each status, the statuses that may follow. Back to ``queued`` is how a worker hands a run back."""

TABLE = cast(Table, Run.__table__)

CANCEL_REQUESTED = "cancel-requested"
"""The reason of a running run that was asked to stop and hasn't yet."""

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's base 32: nothing that looks like something else."""


class IllegalTransition(Exception):
    """A defect: some code asked for a change of status that the table doesn't hold."""


@dataclass(frozen=True)
class NewRun:
    """What a run is made from; ``params`` are complete and checked, the dataset in them is resolved."""

    lesson: str
    params: Mapping[str, Any]
    name: str
    tags: tuple[str, ...] = ()
    idempotency_key: str | None = None
    request_hash: str | None = None
    log: tuple[str, ...] = field(default=())


def create(session: Session, new: NewRun, now: datetime) -> Run:
    """Queue a run, or answer the one that the same idempotency key made.

    Raises:
        Problem: ``idempotency-conflict`` when the key belongs to another request.
    """
    if new.idempotency_key is not None:
        earlier = made_by(session, new.idempotency_key, new.request_hash)
        if earlier is not None:
            return earlier
    epochs = new.params.get("epochs")
    run = Run(
        id="".join(secrets.choice(ALPHABET) for _ in range(12)),
        lesson=new.lesson,
        name=new.name,
        params=dict(new.params),
        status=Status.QUEUED,
        epochs=epochs if isinstance(epochs, int) else None,
        idempotency_key=new.idempotency_key,
        request_hash=new.request_hash,
        created_at=now,
        seq=0,
        attempt=0,
        acknowledged=0,
    )
    session.add(run)
    session.flush()
    if new.tags:
        session.execute(insert(Tag), [{"run_number": run.number, "tag": tag} for tag in new.tags])
    _announce(session, run, now)
    events.append(session, run, *((EventType.LOG, {"level": "info", "message": line}, now) for line in new.log))
    return run


def made_by(session: Session, idempotency_key: str, request_hash: str | None) -> Run | None:
    """The run that this key has made, or None.

    Raises:
        Problem: ``idempotency-conflict`` when it made it from another request.
    """
    earlier = session.scalar(select(Run).where(Run.idempotency_key == idempotency_key))
    if earlier is not None and earlier.request_hash != request_hash:
        raise Problem(
            "idempotency-conflict",
            f"The Idempotency-Key {idempotency_key!r} made run {earlier.id} from another body. "
            "Use a new key for a new run.",
        )
    return earlier


def find(session: Session, run_id: str) -> Run:
    """The run with this id.

    Raises:
        Problem: ``unknown-run``.
    """
    run = session.scalar(select(Run).where(Run.id == run_id))
    if run is None:
        raise Problem("unknown-run", f"There is no run {run_id[:40]!r}. GET /api/v1/runs lists the runs.")
    return run


def change_status(
    session: Session,
    run: Run,
    status: Status,
    now: datetime,
    reason: str | None = None,
    error: dict[str, Any] | None = None,
) -> None:
    """Move a run to another status and tell its watchers.

    Raises:
        IllegalTransition: if the table doesn't allow it.
    """
    if status not in TRANSITIONS[Status(run.status)]:
        raise IllegalTransition(f"run {run.id} cannot go from {run.status} to {status}")
    run.status = status
    run.reason = reason
    run.error = error
    if status is not Status.RUNNING:
        run.worker = None
        run.token_hash = None
        run.eta_seconds = None
    if status.ended:
        run.finished_at = now
    _announce(session, run, now)
    if status.ended:
        run.packed = columns.pack(session, run.number, run.packed, run.seq)


def claim(session: Session, worker: str, backend: str, limit: int, now: datetime) -> list[Assignment]:
    """Give a worker the runs that have waited longest, each as a new attempt with a token of its own.

    A run that has begun goes on with its ``backend`` alone: another one would give other numbers.
    """
    query = select(Run).where(Run.status == Status.QUEUED, func.coalesce(Run.backend, backend) == backend)
    query = query.order_by(Run.number).limit(limit)
    assignments = []
    for run in session.scalars(query):
        token = secrets.token_urlsafe(24)
        run.attempt += 1
        run.worker = worker
        run.token_hash = _digest(token)
        run.acknowledged = 0
        run.stage = None
        if run.started_at is None:
            run.started_at = now
        change_status(session, run, Status.RUNNING, now)
        assignments.append(
            Assignment(
                run=run.id,
                attempt=run.attempt,
                token=token,
                lesson=run.lesson,
                params=run.params,
                route=cast(Route | None, run.route),
                jit_compile=run.jit_compile,
            )
        )
    return assignments


@dataclass(frozen=True, slots=True)
class Owned:
    """A run that an attempt may report on: what its entries are joined to."""

    id: str
    number: int
    seq: int
    packed: int
    acknowledged: int


def authorize(session: Session, run_id: str, attempt: int, token: str) -> Owned:
    """The run, if this attempt is still its own and the token is the attempt's.

    Raises:
        Problem: ``stale-attempt`` or ``unauthorized``.
    """
    names = ("number", "status", "attempt", "token_hash", "seq", "packed", "acknowledged")
    run = rows.first(session, TABLE, names, "id", run_id)
    if run is None:
        raise Problem("stale-attempt", f"Run {run_id[:40]!r} is gone. Stop this attempt.")
    if run.status != Status.RUNNING or run.attempt != attempt:
        raise Problem(
            "stale-attempt", f"Attempt {attempt} of run {run_id} is over: the run is {run.status}. Stop this attempt."
        )
    if run.token_hash is None or not hmac.compare_digest(run.token_hash, _digest(token)):
        raise Problem("unauthorized", "The token is not this attempt's. Send the one from the assignment.")
    return Owned(run_id, run.number, run.seq, run.packed, run.acknowledged)


def request_cancel(session: Session, run_id: str, now: datetime) -> Run:
    """Cancel a queued run at once, or ask the worker of a running one to stop it.

    Raises:
        Problem: ``unknown-run``, or ``wrong-status`` for a run that has ended.
    """
    run = find(session, run_id)
    status = Status(run.status)
    if status.ended:
        raise Problem("wrong-status", f"Run {run.id} is {run.status} already; there is nothing to cancel.")
    if status is not Status.RUNNING:
        change_status(session, run, Status.CANCELED, now, "canceled")
    elif run.reason != CANCEL_REQUESTED:
        run.reason = CANCEL_REQUESTED
        _announce(session, run, now)
    return run


def delete(session: Session, run_id: str, now: datetime) -> str:
    """Remove a run that isn't under way, with all its rows; the caller removes its files after the commit.

    One that hasn't ended is canceled first, so that whoever watches it learns that nothing more will come.

    Raises:
        Problem: ``unknown-run``, or ``wrong-status`` while it runs.
    """
    run = find(session, run_id)
    if Status(run.status) is Status.RUNNING:
        raise Problem("wrong-status", f"Run {run.id} is running. Cancel it first, then delete it.")
    if not Status(run.status).ended:
        change_status(session, run, Status.CANCELED, now, "deleted")
        session.flush()
    session.execute(sql_delete(Run).where(Run.number == run.number))
    return run.id


def _announce(session: Session, run: Run, now: datetime) -> None:
    data = {"status": run.status, "reason": run.reason, "attempt": run.attempt, "error": run.error}
    events.append(session, run, (EventType.STATUS, data, now))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
