"""Long histories kept at hand: the newest read runs' metrics as packed columns of numbers.

A run of 100,000 epochs with four metrics is 400,000 rows; reading them takes a third of a second, and they are read
again whenever somebody looks. So what was read stays in memory, 12 bytes a value, up to a limit over all runs; what
was not read for longest goes first. A column is never wrong: it belongs to a run's ``seq``, and no metric changes
without an event. What came since is taken from the events, so that a growing run isn't read anew. In which shape
histories leave is said in :mod:`app.runs.history`.
"""

import json
import math
from array import array
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import cast

from sqlalchemy import Table, func, select
from sqlalchemy.orm import Session

from app.models import Event, Metric, Run
from jobs.protocol import EventType

METRICS = cast(Table, Metric.__table__)

MOST_BYTES = 24 << 20
"""How much is kept over all runs: five of 100,000 epochs with four metrics."""

MOST_EVENTS = 5000
"""After so many new events the rows are read instead."""

FETCHED = 20_000
"""How many rows are taken from the driver at once: as tuples they are ten times as large."""


@dataclass(frozen=True, slots=True)
class Column:
    """One metric: epochs from 0, ascending, and values; one that isn't finite is NaN, and then ``gaps`` is true."""

    epoch: "array[int]"
    value: "array[float]"
    gaps: bool

    @property
    def bytes(self) -> int:
        """How much memory it takes."""
        return len(self.epoch) * (self.epoch.itemsize + self.value.itemsize)

    @classmethod
    def of(cls, epoch: "array[int]", value: "array[float]") -> "Column":
        """A column of these; they must not change any more."""
        return cls(epoch, value, any(map(math.isnan, value)))


Columns = Mapping[str, Column]


class Histories:
    """The metrics of runs, read where they aren't kept. For any thread."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most = most_bytes
        self._kept: OrderedDict[int, tuple[int, Columns]] = OrderedDict()
        self._lock = Lock()

    @property
    def bytes(self) -> int:
        """How much is kept."""
        with self._lock:
            return sum(_size(columns) for _, columns in self._kept.values())

    def read(self, session: Session, run: Run) -> Columns:
        """Every metric of the run as the session sees it, in the order in which Keras reports them."""
        with self._lock:
            seq, columns = self._kept.get(run.number, (0, {}))
        if seq > run.seq:  # the session is older than what is kept
            return _ordered(run, _load(session, run))
        if seq < run.seq:
            columns = self._renewed(session, run, seq, columns)
            self._keep(run, columns)
        else:
            with self._lock:
                if run.number in self._kept:
                    self._kept.move_to_end(run.number)
        return _ordered(run, columns)

    @staticmethod
    def _renewed(session: Session, run: Run, seq: int, columns: Columns) -> Columns:
        if seq == 0 or run.seq - seq > MOST_EVENTS:
            return _load(session, run)
        query = (
            select(Event.data)
            .where(Event.run_number == run.number, Event.seq > seq, Event.type == str(EventType.EPOCH))
            .order_by(Event.seq)
        )
        return _joined(columns, map(json.loads, session.scalars(query)))

    def _keep(self, run: Run, columns: Columns) -> None:
        with self._lock:
            if self._kept.get(run.number, (0, {}))[0] > run.seq:
                return  # another reader was quicker and saw more
            self._kept[run.number] = (run.seq, columns)
            self._kept.move_to_end(run.number)
            total = sum(_size(kept) for _, kept in self._kept.values())
            while total > self._most:
                _, (_, oldest) = self._kept.popitem(last=False)
                total -= _size(oldest)


def _size(columns: Columns) -> int:
    return sum(column.bytes for column in columns.values())


def _ordered(run: Run, columns: Columns) -> Columns:
    first = [name for name in run.last or {} if name in columns]
    return {name: columns[name] for name in [*first, *sorted(columns.keys() - set(first))]}


def _load(session: Session, run: Run) -> Columns:
    return {name: _column(session, run.number, name) for name in _names(session, run.number)}


def _names(session: Session, number: int) -> Iterator[str]:
    """Each name by one step into the key; ``DISTINCT`` would walk through every row."""
    query = select(func.min(Metric.name)).where(Metric.run_number == number)
    name = session.scalar(query)
    while name is not None:
        yield name
        name = session.scalar(query.where(Metric.name > name))


def _column(session: Session, number: int, name: str) -> Column:
    query = (
        select(METRICS.c.epoch, METRICS.c.value)
        .where(METRICS.c.run_number == number, METRICS.c.name == name)
        .order_by(METRICS.c.epoch)
    )
    cursor = session.connection().execute(query).cursor  # the driver's: a row object for each would double the time
    assert cursor is not None
    epochs, values, gaps = array("i"), array("d"), False
    while rows := cursor.fetchmany(FETCHED):
        some, found = zip(*rows, strict=True)
        epochs.extend(some)
        try:
            values.extend(found)
        except TypeError:  # some are NULL; those before the first are in already
            del values[len(epochs) - len(some) :]
            values.extend([math.nan if value is None else value for value in found])
            gaps = True
    cursor.close()
    return Column(epochs, values, gaps)


def _joined(columns: Columns, told: Iterator[dict[str, dict[str, float | None]]]) -> Columns:
    """The columns with what some epoch events told; those that were given stay as they are for who reads them."""
    new: dict[str, tuple[array[int], array[float]]] = {
        name: (column.epoch[:], column.value[:]) for name, column in columns.items()
    }
    for data in told:
        epoch = int(data["epoch"])  # type: ignore[call-overload]
        for name, value in data["metrics"].items():
            epochs, values = new.setdefault(name, (array("i"), array("d")))
            number = math.nan if value is None else float(value)
            place = len(epochs) if not epochs or epochs[-1] < epoch else bisect_left(epochs, epoch)
            if place < len(epochs) and epochs[place] == epoch:
                values[place] = number
            else:
                epochs.insert(place, epoch)
                values.insert(place, number)
    return {name: Column.of(*pair) for name, pair in new.items()}
