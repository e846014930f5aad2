"""Sweeps: runs over a grid of parameters, made together. What may be in a grid is judged in :mod:`app.sweeping`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import delete, exists, func, select
from sqlalchemy.orm import Session

from app.errors import Problem
from app.models import Run, Sweep
from app.runs import cursors, lifecycle
from app.runs.lifecycle import NewRun
from app.runs.queries import LISTED


@dataclass(frozen=True)
class NewSweep:
    """What a sweep is made from: ``runs`` are complete and checked, one for each combination, in the grid's order."""

    lesson: str
    name: str
    params: Mapping[str, Any]
    grid: Mapping[str, Sequence[Any]]
    runs: tuple[NewRun, ...]
    idempotency_key: str | None = None
    request_hash: str | None = None


@dataclass(frozen=True)
class Page:
    """Some sweeps, and where the next page begins (None on the last)."""

    items: list[Sweep]
    next_cursor: str | None


def create(session: Session, new: NewSweep, now: datetime) -> Sweep:
    """Queue all runs of a sweep, or answer the one that the same idempotency key made.

    Raises:
        Problem: ``idempotency-conflict`` when the key belongs to another request.
    """
    if new.idempotency_key is not None:
        earlier = made_by(session, new.idempotency_key, new.request_hash)
        if earlier is not None:
            return earlier
    sweep = Sweep(
        id=lifecycle.new_id(),
        lesson=new.lesson,
        name=new.name,
        params=dict(new.params),
        grid={field: list(values) for field, values in new.grid.items()},
        idempotency_key=new.idempotency_key,
        request_hash=new.request_hash,
        created_at=now,
    )
    session.add(sweep)
    session.flush()
    for run in new.runs:
        lifecycle.create(session, replace(run, sweep_number=sweep.number), now)
    return sweep


def made_by(session: Session, idempotency_key: str, request_hash: str | None) -> Sweep | None:
    """The sweep that this key has made, or None.

    Raises:
        Problem: ``idempotency-conflict`` when it made it from another request.
    """
    earlier = session.scalar(select(Sweep).where(Sweep.idempotency_key == idempotency_key))
    if earlier is not None and earlier.request_hash != request_hash:
        raise Problem(
            "idempotency-conflict",
            f"The Idempotency-Key {idempotency_key!r} made sweep {earlier.id} from another body. "
            "Use a new key for a new sweep.",
        )
    return earlier


def find(session: Session, sweep_id: str) -> Sweep:
    """The sweep with this id.

    Raises:
        Problem: ``unknown-sweep``.
    """
    sweep = session.scalar(select(Sweep).where(Sweep.id == sweep_id))
    if sweep is None:
        raise Problem("unknown-sweep", f"There is no sweep {sweep_id[:40]!r}. GET /api/v1/sweeps lists the sweeps.")
    return sweep


def search(session: Session, limit: int, cursor: str | None = None) -> Page:
    """One page of all sweeps, newest first.

    Raises:
        Problem: ``invalid-input`` for a cursor that isn't ours.
    """
    query = select(Sweep).order_by(Sweep.number.desc()).limit(limit + 1)
    if cursor is not None:
        query = query.where(Sweep.number < cursors.decode(cursor, int)[1])
    items = list(session.scalars(query))
    more, items = len(items) > limit, items[:limit]
    return Page(items, cursors.encode(items[-1].number, items[-1].number) if more else None)


def members(session: Session, sweep: Sweep) -> list[Run]:
    """The runs of a sweep that are still there, in the order of its grid."""
    return list(session.scalars(LISTED.where(Run.sweep_number == sweep.number).order_by(Run.number)))


def statuses(session: Session, sweeps: Sequence[Sweep]) -> dict[int, dict[str, int]]:
    """How many runs of each of these sweeps are in each status, by the sweep's number."""
    numbers = [sweep.number for sweep in sweeps]
    found: dict[int, dict[str, int]] = {number: {} for number in numbers}
    query = (
        select(Sweep.number, Run.status, func.count())
        .join(Run, Run.sweep_number == Sweep.number)
        .where(Sweep.number.in_(numbers))
        .group_by(Sweep.number, Run.status)
        .order_by(Run.status)
    )
    for number, status, count in session.execute(query):
        found[number][status] = count
    return found


def leave(session: Session, number: int) -> None:
    """A run of the sweep with this number was deleted: if it was the last, the sweep goes too."""
    session.execute(delete(Sweep).where(Sweep.number == number, ~exists().where(Run.sweep_number == number)))
