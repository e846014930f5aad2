"""What a run shows beside its curves: the newest exhibit under each name, in the order in which they first came."""

from typing import Any, cast

from pydantic_core import to_json
from sqlalchemy import CursorResult, Table, func, insert, select, update
from sqlalchemy.orm import Session

from app import models
from jobs.exhibits import Exhibit

TABLE = cast(Table, models.Exhibit.__table__)

MOST = 60
"""How many names a run may use."""


def keep(session: Session, number: int, exhibit: Exhibit) -> bool:
    """Keep an exhibit in the place of the one with its name; False if it would be one too many."""
    data = to_json(exhibit).decode()
    its_own = (TABLE.c.run_number == number, TABLE.c.name == exhibit.name)
    changed = cast("CursorResult[Any]", session.execute(update(TABLE).where(*its_own).values(data=data)))
    if changed.rowcount:
        return True
    place = session.scalar(select(func.count()).where(TABLE.c.run_number == number)) or 0
    if place >= MOST:
        return False
    session.execute(insert(TABLE).values(run_number=number, name=exhibit.name, place=place, data=data))
    return True


def of(session: Session, number: int) -> list[str]:
    """All that the run shows, each as JSON that :class:`jobs.exhibits.Exhibit` has checked."""
    return list(session.scalars(select(TABLE.c.data).where(TABLE.c.run_number == number).order_by(TABLE.c.place)))
