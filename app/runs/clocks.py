"""When a run's epochs were finished: what a curve over time needs beside the curve.

The times are those of the epochs' events. Of a long run some are taken, evenly over its epochs, and the rest lie
between them: how long an epoch takes hardly changes from one to the next. Of a cross-validation it is the first fold's
time.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from operator import itemgetter
from typing import NotRequired

from pydantic import TypeAdapter
from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session
from typing_extensions import TypedDict  # of Python's own pydantic takes only 3.12's

from app.models import Event
from jobs.protocol import EventType

POINTS = 200
"""Of about so many epochs of a run the time is looked up."""


class _Told(TypedDict):
    """What matters here of an epoch's event."""

    epoch: int
    seconds: float
    fold: NotRequired[int | None]


_TOLD = TypeAdapter(_Told)


@dataclass(frozen=True)
class Clock:
    """Some epochs (from 0, ascending), and how many seconds after ``began`` each was finished.

    ``began`` is when the first of them was begun. Waiting in the queue comes before it and doesn't count; what comes
    after it does, a pause too.
    """

    began: datetime
    epoch: Sequence[int]
    seconds: Sequence[float]

    def at(self, epoch: int) -> float:
        """The seconds at an epoch; between two known ones in proportion, outside of all the nearest one's."""
        place = bisect_left(self.epoch, epoch)
        if place == len(self.epoch):
            return self.seconds[-1]
        if place == 0 or self.epoch[place] == epoch:
            return self.seconds[place]
        before, after = self.epoch[place - 1], self.epoch[place]
        share = (epoch - before) / (after - before)
        return self.seconds[place - 1] + share * (self.seconds[place] - self.seconds[place - 1])


def read_all(session: Session, numbers: Sequence[int]) -> dict[int, Clock]:
    """The clocks of those of these runs that have finished an epoch, in one query."""
    place = func.row_number().over(partition_by=Event.run_number, order_by=Event.seq)
    count = func.count().over(partition_by=Event.run_number)
    all_of_them = (
        select(Event.run_number, Event.seq, place.label("place"), count.label("count"))
        .where(Event.run_number.in_(numbers), Event.type == str(EventType.EPOCH))
        .subquery()
    )
    each = all_of_them.c
    some = (
        select(Event.run_number, Event.time, Event.data)
        .join(all_of_them, and_(Event.run_number == each.run_number, Event.seq == each.seq))
        .where(or_((each.place - 1) % (each.count // POINTS + 1) == 0, each.place == each.count))
        .order_by(Event.run_number, Event.seq)
    )
    found = {}
    for number, events in groupby(session.execute(some), itemgetter(0)):
        known = {}
        for _, time, data in events:
            one = _TOLD.validate_json(data)
            if not one.get("fold"):
                known[one["epoch"]] = (time, one["seconds"])
        if known:
            found[number] = _clock(known)
    return found


def _clock(known: dict[int, tuple[datetime, float]]) -> Clock:
    epochs = sorted(known)
    time, seconds = known[epochs[0]]
    began = time - timedelta(seconds=seconds)
    return Clock(began, epochs, [round((known[epoch][0] - began).total_seconds(), 3) for epoch in epochs])
