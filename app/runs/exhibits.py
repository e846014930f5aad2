"""What a run shows beside its curves: the newest exhibit under each name, in the order in which they first came."""

from pydantic_core import to_json
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import Exhibit as Row
from jobs.exhibits import Exhibit

MOST = 60
"""How many names a run may use."""


def keep(session: Session, number: int, exhibit: Exhibit) -> bool:
    """Keep an exhibit in the place of the one with its name; False if it would be one too many."""
    data = to_json(exhibit).decode()
    row = session.get(Row, (number, exhibit.name))
    if row is not None:
        row.data = data
        return True
    place = session.scalar(select(func.count()).where(Row.run_number == number)) or 0
    if place >= MOST:
        return False
    session.add(Row(run_number=number, name=exhibit.name, place=place, data=data))
    session.flush()
    return True


def of(session: Session, number: int) -> list[Exhibit]:
    """All that the run shows."""
    query = select(Row.data).where(Row.run_number == number).order_by(Row.place)
    return [Exhibit.model_validate_json(data) for data in session.scalars(query)]
