"""A run's numbered events: written once, encoded once, shown to every watcher in the same words."""

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, cast

from pydantic_core import to_json
from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from app.database import Committed
from app.models import Event, Run, Status
from app.runs import rows
from jobs.protocol import EventType

TABLE = cast(Table, Event.__table__)


Message = tuple[EventType, dict[str, Any], datetime]
"""What shall become an event: its type, its data, its time."""


def append(session: Session, run: Run, *messages: Message) -> None:
    """Write the run's next events and have them shown to watchers once they are committed."""
    run.seq = write(session, run.id, run.number, run.seq, messages)


def write(session: Session, run_id: str, number: int, seq: int, messages: Sequence[Message]) -> int:
    """Do the same for a run of which only this is known, its newest ``seq`` included; returns the new one."""
    told = [
        Committed(run_id, seq + place, str(kind), time, to_json(data).decode())
        for place, (kind, data, time) in enumerate(messages, 1)
    ]
    bind = rows.binder(session.get_bind().dialect, TABLE.c.time)
    rows.insert(session, TABLE, [(number, one.seq, one.type, bind(one.time), one.data) for one in told])
    session.info.setdefault("committed", []).extend(told)
    return seq + len(told)


def after(
    session: Session, run: Run, seq: int = 0, limit: int = 1000, types: Iterable[EventType] | None = None
) -> list[Event]:
    """The run's events with a sequence number above ``seq``, in order; of some ``types`` only if named."""
    query = select(Event).where(Event.run_number == run.number, Event.seq > seq).order_by(Event.seq).limit(limit)
    if types is not None:
        query = query.where(Event.type.in_([str(kind) for kind in types]))
    return list(session.scalars(query))


def frame(event: Event | Committed) -> str:
    """The event as one JSON object, as it stands on the wire."""
    return f'{{"seq":{event.seq},"type":"{event.type}","time":"{timestamp(event.time)}","data":{event.data}}}'


def timestamp(time: datetime) -> str:
    """RFC 3339 in UTC, with milliseconds."""
    return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def is_last(event: Event | Committed) -> bool:
    """Whether the run has ended with this event; one that is resumed ends again."""
    return event.type == EventType.STATUS and Status(json.loads(event.data)["status"]).ended
