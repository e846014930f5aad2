"""A run's metrics in Keras's own shape: one list per metric, one place per epoch."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic_core import to_json

from app.runs.columns import Column, Columns

Value = float | None


@dataclass(frozen=True)
class Series:
    """One metric: the epochs (from 0) at which it was measured, and the values, None where one isn't finite."""

    epoch: list[int]
    value: list[Value]


def series(found: Columns) -> dict[str, Series]:
    """Every metric in the order in which Keras reports them."""
    return {name: unpacked(one) for name, one in found.items()}


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
    kept = _kept(one.value, max_points, None in one.value)
    return Series([one.epoch[i] for i in kept], [one.value[i] for i in kept])


def _kept(values: Sequence[Value], max_points: int, gaps: bool) -> Sequence[int]:
    """Which points :func:`sample` keeps, ascending."""
    count = len(values)
    if count <= max_points:
        return range(count)
    per_bucket, landmarks = (3, _landmarks) if gaps else (2, _extremes)
    buckets = max((max_points - 2) // per_bucket, 1)
    kept = {0, count - 1}
    for bucket in range(buckets):
        start, stop = bucket * count // buckets, (bucket + 1) * count // buckets
        for index in landmarks(values, start, stop):
            if len(kept) < max_points:
                kept.add(index)
    return sorted(kept)


def _extremes(values: Sequence[Any], start: int, stop: int) -> tuple[int, int]:
    """Where a stretch that is finite throughout has its highest value and its lowest, the first of each."""
    found = values[start:stop]
    stretch = found.tolist() if isinstance(found, memoryview) else list(found)
    return start + stretch.index(max(stretch)), start + stretch.index(min(stretch))


def _landmarks(values: Sequence[Value], start: int, stop: int) -> Sequence[int]:
    """Where a stretch has its highest value, its lowest, and its first that isn't finite."""
    stretch = values[start:stop]
    if None not in stretch:
        return _extremes(values, start, stop)
    missing = start + stretch.index(None)
    finite = [(value, index) for index, value in enumerate(stretch, start) if value is not None]
    if not finite:
        return (missing,)
    return max(finite, key=_value)[1], min(finite, key=_value)[1], missing


def _value(point: tuple[float, int]) -> float:
    return point[0]


def encoded(found: Columns) -> bytes:
    """The metrics side by side, as :func:`columns` says, as JSON in Keras's shape."""
    parts = list(found.values())
    if all(one.epoch == parts[0].epoch for one in parts[1:]):
        epochs = parts[0].epoch.tolist() if parts else []
        history: Mapping[str, Sequence[Value]] = {name: one.value.tolist() for name, one in found.items()}
    else:
        epochs, history = columns(series(found))
    return to_json({"epoch": epochs, "history": history}, inf_nan_mode="null")


def encoded_sample(found: Columns, max_points: int) -> bytes:
    """What :func:`sample` keeps of each metric, as JSON."""
    series = {}
    for name, one in found.items():
        # Without gaps straight from the packed numbers: to make objects of all of them takes longer than the rest.
        values: Sequence[Value] = unpacked(one).value if one.gaps else one.value
        kept = _kept(values, max_points, one.gaps)
        series[name] = {"epoch": [one.epoch[i] for i in kept], "value": [values[i] for i in kept]}
    return to_json({"sampled": True, "series": series})


def unpacked(one: Column) -> Series:
    """A packed column as a series."""
    found = one.value.tolist()
    values: list[Value] = [None if value != value else value for value in found] if one.gaps else [*found]
    return Series(one.epoch.tolist(), values)


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
