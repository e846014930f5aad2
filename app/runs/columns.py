"""A run's metrics as packed columns of numbers: how they are stored, and how they are read.

Each value comes with an event, and that is where it stands first. Every :data:`STRETCH` events, and when the run ends,
what they told is packed: one row per metric with its epochs and its values as bytes, so that 100,000 epochs of four
metrics are 400 rows and not 400,000. ``runs.packed`` says up to which event that is done; what came after is taken from
the events. An epoch counts once: where one stands more than once, what was told last holds. A cross-validation has
such columns for each fold; its history is their mean (:mod:`app.runs.folds`). In which shape histories leave is said in
:mod:`app.runs.history`.
"""

import math
from array import array
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from typing import Any, NotRequired, cast

from pydantic import TypeAdapter
from sqlalchemy import Table, select
from sqlalchemy.orm import Session
from typing_extensions import TypedDict  # of Python's own pydantic takes only 3.12's

from app.models import Block, Event, Run
from app.runs import folds, rows
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

Folds = Mapping[int, Columns]
"""The columns of each fold that has some, by its number from 0; in a run without folds there is only 0."""


class _Told(TypedDict):
    """What matters here of an epoch's event."""

    epoch: int
    metrics: dict[str, float | None]
    fold: NotRequired[int | None]


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


def read(session: Session, run: Run, fold: int | None = None) -> Columns:
    """Every metric of the run as the session sees it, in the order in which Keras reports them.

    Of a cross-validation the mean over its folds, or one ``fold`` (from 0).
    """
    parts = read_folds(session, run.number, fold)
    return ordered(run, mean(parts) if fold is None else parts.get(fold, {}))


def ordered(run: Run, found: Columns) -> Columns:
    """The columns in the order in which Keras reports the run's metrics."""
    first = [name for name in run.last or {} if name in found]
    return {name: found[name] for name in [*first, *sorted(found.keys() - set(first))]}


def read_folds(session: Session, number: int, fold: int | None = None) -> Folds:
    """The metrics of the run with this number, fold by fold in their order, or of one ``fold`` alone."""
    return dict(sorted(_read(session, [number], fold=fold)[number].items()))


def read_all(session: Session, numbers: Sequence[int], names: Sequence[str] | None = None) -> dict[int, Columns]:
    """The metrics of the runs with these numbers, in two queries; only those that are named, where some are."""
    return {number: mean(found) for number, found in _read(session, numbers, names).items()}


def mean(found: Folds) -> Columns:
    """The columns of all folds in one; where there is one fold alone, its own."""
    if len(found) == 1:
        return next(iter(found.values()))
    names = dict.fromkeys(name for one in found.values() for name in one)
    return {name: _mean([one[name] for one in found.values() if name in one]) for name in names}


def _mean(parts: Sequence[Column]) -> Column:
    epoch, value = folds.mean(parts)
    return Column(memoryview(epoch), memoryview(value), any(one.gaps for one in parts) or any(map(math.isnan, value)))


def _read(
    session: Session, numbers: Sequence[int], names: Sequence[str] | None = None, fold: int | None = None
) -> dict[int, Folds]:
    growing: dict[int, dict[int, dict[str, _Growing]]] = {number: {} for number in numbers}
    packed = (
        select(TABLE.c.run_number, TABLE.c.name, TABLE.c.epoch, TABLE.c.value, TABLE.c.fold)
        .where(TABLE.c.run_number.in_(numbers))
        .order_by(TABLE.c.run_number, TABLE.c.name, TABLE.c.seq)
    )
    if names is not None:
        packed = packed.where(TABLE.c.name.in_(names))
    if fold is not None:
        packed = packed.where(TABLE.c.fold == fold)
    for number, name, epoch, value, of in session.execute(packed):
        growing[number].setdefault(of, {}).setdefault(name, _Growing()).lay(epoch, value)
    later = (
        select(Event.run_number, Event.data)
        .join(Run, Run.number == Event.run_number)
        .where(Run.number.in_(numbers), Event.seq > Run.packed, Event.type == str(EventType.EPOCH))
        .order_by(Event.run_number, Event.seq)
    )
    for number, told in groupby(session.execute(later), itemgetter(0)):
        for of, metrics in _stretch(data for _, data in told).items():
            if fold is not None and of != fold:
                continue
            for name, (epoch, value) in metrics.items():
                if names is None or name in names:
                    growing[number].setdefault(of, {}).setdefault(name, _Growing()).lay(epoch, value)
    return {
        number: {of: {name: one.column() for name, one in metrics.items()} for of, metrics in found.items()}
        for number, found in growing.items()
    }


def pack(session: Session, number: int, packed: int, seq: int) -> int:
    """Pack what a run's events after ``packed`` up to ``seq`` have told; returns ``seq``, the run's new ``packed``."""
    query = (
        select(Event.seq, Event.data)
        .where(Event.run_number == number, Event.seq > packed, Event.seq <= seq)
        .where(Event.type == str(EventType.EPOCH))
        .order_by(Event.seq)
    )
    found = session.execute(query).all()
    stretch = _stretch(data for _, data in found)
    ends = dict.fromkeys(stretch, seq) if len(stretch) < 2 else _ends(found)
    blocks = [
        (number, name, ends[fold], epoch, value, fold)
        for fold, metrics in stretch.items()
        for name, (epoch, value) in metrics.items()
    ]
    rows.insert(session, TABLE, blocks)
    return seq


def _ends(found: Iterable[Any]) -> dict[int, int]:
    """The last event of each fold: an event is of one fold, so that no two blocks have the same."""
    return {_TOLD.validate_json(f"[{data}]")[0].get("fold") or 0: seq for seq, data in found}


def _stretch(data: Iterable[str]) -> dict[int, dict[str, tuple[bytes, bytes]]]:
    """What some events have told, by fold and metric: epochs, ascending, and values, as they stand in blocks."""
    told: defaultdict[int, dict[str, dict[int, float]]] = defaultdict(dict)
    for one in _TOLD.validate_json(f"[{','.join(data)}]"):
        epoch, of_fold = one["epoch"], told[one.get("fold") or 0]
        for name, value in one["metrics"].items():
            of_fold.setdefault(name, {})[epoch] = math.nan if value is None else value
    return {fold: {name: _packed(known) for name, known in metrics.items()} for fold, metrics in told.items()}


def _packed(known: Mapping[int, float]) -> tuple[bytes, bytes]:
    epochs, values = _ascending(known)
    return epochs.tobytes(), values.tobytes()


def _ascending(known: Mapping[int, float]) -> tuple["array[int]", "array[float]"]:
    epochs = sorted(known)
    return array("i", epochs), array("d", [known[epoch] for epoch in epochs])
