"""A run's life: created, claimed, ended. Every change of ``status`` goes through :func:`change_status`.

What people ask of a run is in :mod:`app.runs.requests`, how an attempt's end changes it in :mod:`app.runs.ending`.
"""

import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any, cast

from sqlalchemy import Table, func, insert, select
from sqlalchemy.orm import Session

from app.errors import Problem
from app.models import Run, Status, Tag
from app.runs import columns, events, generations, rows
from jobs.protocol import Assignment, EventType, Route

TRANSITIONS: Mapping[Status, frozenset[Status]] = {
    Status.QUEUED: frozenset({Status.RUNNING, Status.PAUSED, Status.CANCELED}),
    Status.RUNNING: frozenset({Status.COMPLETED, Status.FAILED, Status.CANCELED, Status.QUEUED, Status.PAUSED}),
    Status.PAUSED: frozenset({Status.QUEUED, Status.CANCELED}),
    Status.COMPLETED: frozenset({Status.QUEUED}),
    Status.FAILED: frozenset({Status.QUEUED}),
    Status.CANCELED: frozenset({Status.QUEUED}),
}
"""From each status, the statuses that may follow. Back to ``queued`` goes a run that shall resume."""

TABLE = cast(Table, Run.__table__)

CANCEL_REQUESTED = "cancel-requested"
"""The reason of a running run that was asked to stop and hasn't yet."""

PAUSE_REQUESTED = "pause-requested"
"""The reason of a running run that was asked to pause and hasn't yet."""

PAUSED = "paused"
"""The reason of a run that somebody paused."""

DISK_FULL = "disk-full"
"""The reason of a run that pauses until there is room."""

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
    sweep_number: int | None = None


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
        id=new_id(),
        lesson=new.lesson,
        name=new.name,
        params=dict(new.params),
        status=Status.QUEUED,
        epochs=epochs if isinstance(epochs, int) else None,
        idempotency_key=new.idempotency_key,
        request_hash=new.request_hash,
        sweep_number=new.sweep_number,
        created_at=now,
        seq=0,
        seams=[],
        deaths=0,
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


def new_id() -> str:
    """An opaque id that nobody has yet: 60 random bits."""
    return "".join(secrets.choice(ALPHABET) for _ in range(12))


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
    resumed_at: int | None = None,
) -> None:
    """Move a run to another status and tell its watchers; ``resumed_at`` is the epoch that an attempt goes on with.

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
    _announce(session, run, now, {} if resumed_at is None else {"resumed_at": resumed_at})
    if status.ended:
        run.packed = columns.pack(session, run.number, run.packed, run.seq)


def waiting(session: Session, backend: str, limit: int) -> Sequence[Run]:
    """The runs that have waited longest, of those that a worker of this ``backend`` may carry out.

    A run that has begun goes on with its backend alone: another one would give other numbers.
    """
    query = select(Run).where(Run.status == Status.QUEUED, func.coalesce(Run.backend, backend) == backend)
    return session.scalars(query.order_by(Run.number).limit(limit)).all()


def claim(session: Session, worker: str, backend: str, limit: int, now: datetime) -> list[Assignment]:
    """Give a worker the runs that have waited longest, each as a new attempt with a token of its own.

    Where an epoch is trained already, it goes on from its newest generation, and remembers where.
    """
    runs = waiting(session, backend, limit)
    saved = generations.of(session, [run.number for run in runs])
    assignments = []
    for run in runs:
        # Of a cross-validation the log says where: its curves are means, in which no fold's seam has a place.
        resumed_at = next((one.epoch for one in saved[run.number][:1] if one.epoch > 0 and one.fold is None), None)
        if resumed_at is not None:
            run.seams = sorted({*run.seams, resumed_at})
        token = secrets.token_urlsafe(24)
        run.attempt += 1
        run.worker = worker
        run.token_hash = _digest(token)
        run.acknowledged = 0
        run.stage = None
        if run.started_at is None:
            run.started_at = now
        change_status(session, run, Status.RUNNING, now, resumed_at=resumed_at)
        assignments.append(
            Assignment(
                run=run.id,
                attempt=run.attempt,
                token=token,
                lesson=run.lesson,
                params=run.params,
                route=cast(Route | None, run.route),
                jit_compile=run.jit_compile,
                generations=saved[run.number],
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
    fold: int | None
    epoch: int | None
    irreproducible: bool


OWNED = (
    *("number", "status", "attempt", "token_hash", "seq", "packed", "acknowledged"),
    *("fold", "epoch", "irreproducible"),
)
"""The columns that tell whose a run is and what to join entries to."""


def authorize(session: Session, run_id: str, attempt: int, token: str) -> Owned:
    """The run, if this attempt is still its own and the token is the attempt's.

    Raises:
        Problem: ``stale-attempt`` or ``unauthorized``.
    """
    run = rows.first(session, TABLE, OWNED, "id", run_id)
    if run is None:
        raise Problem("stale-attempt", f"Run {run_id[:40]!r} is gone. Stop this attempt.")
    if run.status != Status.RUNNING or run.attempt != attempt:
        raise Problem(
            "stale-attempt", f"Attempt {attempt} of run {run_id} is over: the run is {run.status}. Stop this attempt."
        )
    if run.token_hash is None or not hmac.compare_digest(run.token_hash, _digest(token)):
        raise Problem("unauthorized", "The token is not this attempt's. Send the one from the assignment.")
    reached = run.acknowledged, run.fold, run.epoch
    return Owned(run_id, run.number, run.seq, run.packed, *reached, run.irreproducible is not None)


def ask(session: Session, run: Run, reason: str, now: datetime) -> None:
    """Leave word for the worker of a running run, and tell its watchers."""
    run.reason = reason
    _announce(session, run, now)


def _announce(session: Session, run: Run, now: datetime, more: Mapping[str, Any] = MappingProxyType({})) -> None:
    data = {"status": run.status, "reason": run.reason, "attempt": run.attempt, "error": run.error, **more}
    events.append(session, run, (EventType.STATUS, data, now))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
