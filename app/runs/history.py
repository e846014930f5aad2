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
    """At most ``max_points`` of a metric's points, in such a way that no peak and no valley gets lost.

    The epochs are cut into equal buckets; of each the lowest and the highest value stay, and a value that isn't
    finite stays where it stands first. The first and the last point always stay.
    """
    count = len(one.epoch)
    if count <= max_points:
        return one
    kept = {0, count - 1}
    buckets = max((max_points - 2) // 2, 1)
    for bucket in range(buckets):
        start, stop = bucket * count // buckets, (bucket + 1) * count // buckets
        kept.update(_extremes(one.value, start, stop))
    chosen = sorted(kept)[:max_points] if max_points > 2 else [0, count - 1][:max_points]
    return Series([one.epoch[i] for i in chosen], [one.value[i] for i in chosen])


def _extremes(values: Sequence[Value], start: int, stop: int) -> list[int]:
    low = high = None
    for index in range(start, stop):
        value = values[index]
        if value is None:
            return [index] if low is None else [low, index]
        if low is None or high is None:
            low = high = index
        elif value < (values[low] or 0.0):
            low = index
        elif value > (values[high] or 0.0):
            high = index
    return [index for index in (low, high) if index is not None]


def as_csv(found: dict[str, Series]) -> str:
    """The metrics as ``keras.callbacks.CSVLogger`` writes them: epochs from 0, names sorted, Excel's line ends."""
    epochs, history = columns(found)
    names = sorted(history)
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(["epoch", *names])
    for index, epoch in enumerate(epochs):
        values = [history[name][index] for name in names]
        writer.writerow([epoch, *("nan" if value is None else value for value in values)])
    return buffer.getvalue()
