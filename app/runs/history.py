"""A run's metrics in Keras's own shape: one list per metric, one place per epoch."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Metric, Run

Value = float | None


@dataclass(frozen=True)
class Series:
    """One metric: the epochs (from 0) at which it was measured, and the values, None where one isn't finite."""

    epoch: list[int]
    value: list[Value]


def series(session: Session, run: Run) -> dict[str, Series]:
    """Every metric of a run in the order in which Keras reports them."""
    query = (
        select(Metric.name, Metric.epoch, Metric.value)
        .where(Metric.run_number == run.number)
        .order_by(Metric.name, Metric.epoch)
    )
    found: dict[str, Series] = {}
    for name, epoch, value in session.execute(query):
        one = found.get(name)
        if one is None:
            one = found[name] = Series([], [])
        one.epoch.append(epoch)
        one.value.append(value)
    order = [name for name in run.last or {} if name in found]
    return {name: found[name] for name in [*order, *sorted(found.keys() - set(order))]}


def columns(found: dict[str, Series]) -> tuple[list[int], dict[str, list[Value]]]:
    """The metrics side by side: all epochs, and one list per metric with None where it wasn't measured."""
    epochs = sorted({epoch for one in found.values() for epoch in one.epoch})
    history: dict[str, list[Value]] = {}
    for name, one in found.items():
        if one.epoch == epochs:
            history[name] = one.value
        else:
            known = dict(zip(one.epoch, one.value, strict=True))
            history[name] = [known.get(epoch) for epoch in epochs]
    return epochs, history


def sample(one: Series, max_points: int) -> Series:
    """At most ``max_points`` (2 or more) of a metric's points, in such a way that no peak and no valley gets lost.

    The first and the last point always stay. The epochs are cut into equal buckets; of each the lowest and the
    highest value stay, and the first that isn't finite. Where there is no room for a bucket (fewer than 4 points, or
    5 where a value isn't finite), as many of these as fit.
    """
    count = len(one.epoch)
    if count <= max_points:
        return one
    per_bucket = 3 if None in one.value else 2
    buckets = max((max_points - 2) // per_bucket, 1)
    kept = {0, count - 1}
    for bucket in range(buckets):
        start, stop = bucket * count // buckets, (bucket + 1) * count // buckets
        for index in _landmarks(one.value, start, stop):
            if len(kept) < max_points:
                kept.add(index)
    return Series([one.epoch[i] for i in sorted(kept)], [one.value[i] for i in sorted(kept)])


def _landmarks(values: Sequence[Value], start: int, stop: int) -> list[int]:
    """Where a stretch has its highest value, its lowest, and its first that isn't finite."""
    finite = [(value, index) for index, value in enumerate(values[start:stop], start) if value is not None]
    missing = (
        [next(index for index in range(start, stop) if values[index] is None)] if len(finite) < stop - start else []
    )
    if not finite:
        return missing
    return [max(finite, key=_value)[1], min(finite, key=_value)[1], *missing]


def _value(point: tuple[float, int]) -> float:
    return point[0]


def as_csv(found: dict[str, Series]) -> str:
    """The metrics as ``keras.callbacks.CSVLogger`` writes them, byte for byte.

    Epochs from 0, names sorted, Excel's line ends, ``NA`` for what an epoch didn't measure. Without validation
    CSVLogger adds a ``val_`` column for each metric all the same, in case it comes later; so does this.
    """
    epochs, _ = columns(found)
    names = sorted(found)
    if names and not any(name.startswith("val_") for name in names):
        names += [f"val_{name}" for name in names]
    known = {name: dict(zip(one.epoch, one.value, strict=True)) for name, one in found.items()}
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(["epoch", *names])
    for epoch in epochs:
        values = [known.get(name, {}).get(epoch, "NA") for name in names]
        writer.writerow([epoch, *("nan" if value is None else value for value in values)])
    return buffer.getvalue()
