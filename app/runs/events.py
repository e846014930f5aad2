"""A run's numbered events: written once, encoded once, shown to every watcher in the same words."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.database import Committed
from app.models import Event, Run, Status
from jobs.protocol import EventType


def append(session: Session, run: Run, kind: EventType, data: dict[str, Any], time: datetime) -> Event:
    """Write the run's next event and have it shown to watchers once it is committed."""
    run.seq += 1
    event = Event(
        run_number=run.number, seq=run.seq, type=str(kind), time=time, data=json.dumps(data, separators=(",", ":"))
    )
    session.add(event)
    session.info.setdefault("committed", []).append(Committed(run.id, event))
    return event


def after(
    session: Session, run: Run, seq: int = 0, limit: int = 1000, types: Iterable[EventType] | None = None
) -> list[Event]:
    """The run's events with a sequence number above ``seq``, in order; of some ``types`` only if named."""
    query = select(Event).where(Event.run_number == run.number, Event.seq > seq).order_by(Event.seq).limit(limit)
    if types is not None:
        query = query.where(Event.type.in_([str(kind) for kind in types]))
    return list(session.scalars(query))


def frame(event: Event) -> str:
    """The event as one JSON object, as it stands on the wire."""
    return f'{{"seq":{event.seq},"type":"{event.type}","time":"{timestamp(event.time)}","data":{event.data}}}'


def timestamp(time: datetime) -> str:
    """RFC 3339 in UTC, with milliseconds."""
    return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def is_last(event: Event) -> bool:
    """Whether the run has ended with this event."""
    return event.type == EventType.STATUS and Status(json.loads(event.data)["status"]).ended
