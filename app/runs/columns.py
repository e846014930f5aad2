"""A run's metrics as packed columns of numbers: how they are stored, and how they are read.

Each value comes with an event, and that is where it stands first. Every :data:`STRETCH` events, and when the run ends,
what they told is packed: one row per metric with its epochs and its values as bytes, so that 100,000 epochs of four
metrics are 400 rows and not 400,000. ``runs.packed`` says up to which event that is done; what came after is taken from
the events. An epoch counts once: where one stands more than once, what was told last holds. In which shape histories
leave is said in :mod:`app.runs.history`.
"""

import math
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from typing import cast

from pydantic import TypeAdapter
from sqlalchemy import Table, select
from sqlalchemy.orm import Session
from typing_extensions import TypedDict  # of Python's own pydantic takes only 3.12's

from app.models import Block, Event, Run
from app.runs import rows
from jobs.protocol import EventType

TABLE = cast(Table, Block.__table__)

WIDTH = array("i").itemsize
"""Bytes of an epoch: four."""

NAN = array("d", [math.nan]).tobytes()
"""What stands for a value that isn't finite, always the same."""

STRETCH = 1024
"""After so many new events a run's metrics are packed: at most so many must be looked through when they are read."""


@dataclass(frozen=True, slots=True)
class Column:
    """One metric: epochs from 0, ascending, and values; one that isn't finite is NaN.

    ``gaps`` is true if there is such a one; once in a blue moon also where two numbers beside one another look like it.
    """

    epoch: "memoryview[int]"
    value: "memoryview[float]"
    gaps: bool

    @classmethod
    def packed(cls, epoch: bytes, value: bytes) -> "Column":
        """A column of these, which are looked at as they are: to copy a long one takes as long as to read it."""
        return cls(memoryview(epoch).cast("i"), memoryview(value).cast("d"), NAN in value)


Columns = Mapping[str, Column]


class _Told(TypedDict):
    """What matters here of an epoch's event."""

    epoch: int
    metrics: dict[str, float | None]


_TOLD = TypeAdapter(list[_Told])


@dataclass(slots=True)
class _Growing:
    """A metric on its way to become a column: what is settled, and the bytes of the blocks that follow it."""

    epoch: "array[int]" = field(default_factory=lambda: array("i"))
    value: "array[float]" = field(default_factory=lambda: array("d"))
    epochs: list[bytes] = field(default_factory=list)
    values: list[bytes] = field(default_factory=list)
    last: int = -1

    def lay(self, epoch: bytes, value: bytes) -> None:
        """Put ascending epochs with their values after what is there, or over it where it isn't the later."""
        if self.last < int.from_bytes(epoch[:WIDTH], "little"):  # as good as always
            self.epochs.append(epoch)
            self.values.append(value)
            self.last = int.from_bytes(epoch[-WIDTH:], "little")
            return
        self.epoch.frombytes(b"".join(self.epochs))
        self.value.frombytes(b"".join(self.values))
        self.epochs, self.values = [], []
        self._over(array("i", epoch), array("d", value))
        self.last = self.epoch[-1]

    def _over(self, epoch: "array[int]", value: "array[float]") -> None:
        start, stop = bisect_left(self.epoch, epoch[0]), bisect_right(self.epoch, epoch[-1])
        covered = self.epoch[start:stop]
        if covered != epoch and not set(covered) <= set(epoch):  # some of them keep what they have
            known = dict(zip(covered, self.value[start:stop], strict=True))
            epoch, value = _ascending({**known, **dict(zip(epoch, value, strict=True))})
        self.epoch[start:stop] = epoch
        self.value[start:stop] = value

    def column(self) -> Column:
        """All of it."""
        epochs, values = [self.epoch.tobytes(), *self.epochs], [self.value.tobytes(), *self.values]
        return Column.packed(b"".join(epochs), b"".join(values))


def read(session: Session, run: Run) -> Columns:
    """Every metric of the run as the session sees it, in the order in which Keras reports them."""
    found = read_all(session, [run.number])[run.number]
    first = [name for name in run.last or {} if name in found]
    return {name: found[name] for name in [*first, *sorted(found.keys() - set(first))]}


def read_all(session: Session, numbers: Sequence[int], names: Sequence[str] | None = None) -> dict[int, Columns]:
    """The metrics of the runs with these numbers, in two queries; only those that are named, where some are."""
    growing: dict[int, dict[str, _Growing]] = {number: {} for number in numbers}
    packed = (
        select(TABLE.c.run_number, TABLE.c.name, TABLE.c.epoch, TABLE.c.value)
        .where(TABLE.c.run_number.in_(numbers))
        .order_by(TABLE.c.run_number, TABLE.c.name, TABLE.c.seq)
    )
    if names is not None:
        packed = packed.where(TABLE.c.name.in_(names))
    for number, name, epoch, value in session.execute(packed):
        growing[number].setdefault(name, _Growing()).lay(epoch, value)
    later = (
        select(Event.run_number, Event.data)
        .join(Run, Run.number == Event.run_number)
        .where(Run.number.in_(numbers), Event.seq > Run.packed, Event.type == str(EventType.EPOCH))
        .order_by(Event.run_number, Event.seq)
    )
    for number, told in groupby(session.execute(later), itemgetter(0)):
        for name, (epoch, value) in _stretch(data for _, data in told).items():
            if names is None or name in names:
                growing[number].setdefault(name, _Growing()).lay(epoch, value)
    return {number: {name: one.column() for name, one in metrics.items()} for number, metrics in growing.items()}


def pack(session: Session, number: int, packed: int, seq: int) -> int:
    """Pack what a run's events after ``packed`` up to ``seq`` have told; returns ``seq``, the run's new ``packed``."""
    query = (
        select(Event.data)
        .where(Event.run_number == number, Event.seq > packed, Event.seq <= seq)
        .where(Event.type == str(EventType.EPOCH))
        .order_by(Event.seq)
    )
    blocks = [(number, name, seq, epoch, value) for name, (epoch, value) in _stretch(session.scalars(query)).items()]
    rows.insert(session, TABLE, blocks)
    return seq


def _stretch(data: Iterable[str]) -> dict[str, tuple[bytes, bytes]]:
    """What some events have told, by metric: epochs, ascending, and values, as they stand in blocks."""
    told: dict[str, dict[int, float]] = {}
    for one in _TOLD.validate_json(f"[{','.join(data)}]"):
        epoch = one["epoch"]
        for name, value in one["metrics"].items():
            told.setdefault(name, {})[epoch] = math.nan if value is None else value
    found = {}
    for name, known in told.items():
        epochs, values = _ascending(known)
        found[name] = (epochs.tobytes(), values.tobytes())
    return found


def _ascending(known: Mapping[int, float]) -> tuple["array[int]", "array[float]"]:
    epochs = sorted(known)
    return array("i", epochs), array("d", [known[epoch] for epoch in epochs])
