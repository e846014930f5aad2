"""The saved states that runs resume from: of each run the newest two, kept as checkpoints that nobody is shown.

The newest has the name ``generation``, the one before it ``generation-1``. Their ``epoch`` is the one to go on with.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Checkpoint
from jobs.protocol import CheckpointData

NEWEST, BEFORE = "generation", "generation-1"
NAMES = (NEWEST, BEFORE)


def keep(session: Session, number: int, data: CheckpointData, now: datetime) -> bool:
    """Keep a generation that was announced, and the one before it; whether it goes further than both kept so far.

    Args:
        session: within a transaction.
        number: the run's.
        data: of kind ``generation``; its file is here.
        now: the time that is written down.
    """
    newest, before = (session.get(Checkpoint, (number, name)) for name in NAMES)
    reached = max((_place(one) for one in (newest, before) if one is not None), default=(0, -1))
    if newest is not None and newest.sha256 != data.sha256:
        moved = {"epoch": newest.epoch, "fold": newest.fold, "sha256": newest.sha256, "bytes": newest.bytes}
        session.merge(Checkpoint(run_number=number, name=BEFORE, kind=BEFORE, created_at=newest.created_at, **moved))
    session.merge(row(number, data, now))
    return _place(data) > reached


def row(number: int, data: CheckpointData, now: datetime) -> Checkpoint:
    """What was announced as a row of the table."""
    return Checkpoint(run_number=number, created_at=now, **{**data.model_dump(), "name": data.called})


def _place(one: Checkpoint | CheckpointData) -> tuple[int, int]:
    return one.fold or 0, one.epoch


def of(session: Session, numbers: Iterable[int]) -> dict[int, list[CheckpointData]]:
    """What each of these runs has to resume from, by run number: the newest first, at most two."""
    wanted = list(numbers)
    found: dict[int, list[CheckpointData]] = {number: [] for number in wanted}
    query = select(Checkpoint).where(Checkpoint.run_number.in_(wanted), Checkpoint.name.in_(NAMES))
    for row in session.scalars(query.order_by(Checkpoint.name)):
        where = {"epoch": row.epoch, "fold": row.fold}
        found[row.run_number].append(CheckpointData(kind="generation", **where, sha256=row.sha256, bytes=row.bytes))
    return found


@dataclass(frozen=True)
class Place:
    """The epoch that a run would go on with, from 0, and its fold (from 0) in a cross-validation."""

    epoch: int
    fold: int | None = None


def reached(session: Session, number: int) -> Place | None:
    """Where the run would go on; None where it would begin anew."""
    newest = session.get(Checkpoint, (number, NEWEST))
    return None if newest is None else Place(newest.epoch, newest.fold)


def has(session: Session, number: int, sha256: str) -> bool:
    """Whether the run could resume from the generation with this SHA-256."""
    query = select(Checkpoint.sha256).where(Checkpoint.run_number == number, Checkpoint.name.in_(NAMES))
    return sha256 in session.scalars(query).all()
