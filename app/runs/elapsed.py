"""How long a run was under way."""

import json
from collections.abc import Iterable
from datetime import datetime, timedelta

from app.models import Event, Status
from jobs.protocol import EventType


def elapsed(told: Iterable[Event]) -> float | None:
    """The seconds from each attempt's start to its end, together; None where there was no attempt.

    Pauses don't count, and neither does waiting between two attempts. Of one that is under way, up to its newest event.

    Args:
        told: a run's events in order, those of its status among them.
    """
    began: datetime | None = None
    newest: datetime | None = None
    total: timedelta | None = None
    for event in told:
        newest = event.time
        if event.type != EventType.STATUS:
            continue
        if json.loads(event.data)["status"] == Status.RUNNING:
            began = began or event.time
        elif began is not None:
            total, began = (total or timedelta()) + (event.time - began), None
    if began is not None and newest is not None:
        total = (total or timedelta()) + (newest - began)
    return None if total is None else max(total.total_seconds(), 0.0)
