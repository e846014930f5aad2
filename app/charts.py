"""A history as pictures: the small SVG curves that stand on a page before JavaScript does, and their words.

Plain numbers in, plain data out. The live charts are drawn by Plotly in the browser (``static/js/charts.js``); what
is here serves the first paint, pages without JavaScript, and the sparklines of the run list.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from app.runs.history import Series, sample

WIDTH, HEIGHT = 640, 280
LEFT, RIGHT, TOP, BOTTOM = 52, 12, 24, 30

NAMED = 5
"""How many seams a chart's sentence names."""

TITLES = {"train": "Training", "validation": "Validation"}


@dataclass(frozen=True)
class Tick:
    """A mark on an axis: where it stands in the picture, and its words."""

    at: float
    label: str


@dataclass(frozen=True)
class Line:
    """One curve as an SVG path, and its newest value. ``role`` is ``train`` or ``validation``."""

    role: str
    title: str
    path: str
    newest: float | None


@dataclass(frozen=True)
class Seam:
    """Where a training was resumed: a line across the picture. The newest has a ``label``, set off to one side."""

    at: float
    label: str
    anchor: str


@dataclass(frozen=True)
class Curve:
    """One chart: a metric's training curve with its validation curve, and the axes."""

    metric: str
    title: str
    lines: tuple[Line, ...]
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    seams: tuple[Seam, ...]
    summary: str


def pairs(names: Sequence[str]) -> list[str]:
    """The metrics that get a chart of their own: each once, without its ``val_`` twin; loss first."""
    plain = dict.fromkeys(name.removeprefix("val_") for name in names)
    return sorted(plain, key=lambda name: (name != "loss", name != "accuracy", name == "learning_rate"))


def title(metric: str) -> str:
    """A metric's name for people: ``learning_rate`` becomes ``Learning rate``."""
    return metric.replace("_", " ").capitalize()


def curves(history: Mapping[str, Series], seams: Sequence[int] = (), points: int = 400) -> list[Curve]:
    """The charts of a run, from its series by Keras's names.

    Args:
        history: the series.
        seams: the epochs, from 0, at which the training was resumed.
        points: the most values that a line is drawn of.
    """
    return [
        _curve(metric, history.get(metric), history.get(f"val_{metric}"), seams, points)
        for metric in pairs(list(history))
    ]


def sparkline(values: Sequence[float | None], width: int = 120, height: int = 28) -> str:
    """The path of a small curve without axes; empty for fewer than two finite values."""
    finite = [value for value in values if value is not None]
    if len(finite) < 2:
        return ""
    low, high = min(finite), max(finite)
    span = (high - low) or 1.0
    step = (width - 4) / (len(values) - 1)
    return _path(
        [(2 + index * step, None if value is None else 2 + (height - 4) * (high - value) / span)
         for index, value in enumerate(values)]
    )  # fmt: skip


def summary(metric: str, train: Series | None, validation: Series | None) -> str:
    """What a chart shows, in a sentence or two. Epochs are counted from 1, as people do."""
    sentences = []
    for words, series in zip(TITLES.values(), (train, validation), strict=True):
        points = (
            [(epoch, value) for epoch, value in zip(series.epoch, series.value, strict=True) if value is not None]
            if series
            else []
        )
        if not points:
            continue
        (first_epoch, first), (last_epoch, last) = points[0], points[-1]
        name = title(metric).lower()
        if len(points) == 1:
            sentences.append(f"{words} {name} is {short(first)} after epoch {first_epoch + 1}.")
            continue
        lowest = prefers_low(metric)
        best_epoch, best = (min if lowest else max)(points, key=lambda point: point[1])
        sentences.append(
            f"{words} {name} went from {short(first)} (epoch {first_epoch + 1}) to {short(last)} (epoch "
            f"{last_epoch + 1}); {'lowest' if lowest else 'highest'} {short(best)} at epoch {best_epoch + 1}."
        )
    return " ".join(sentences) or "No value yet."


def resumed(seams: Sequence[int]) -> str:
    """Where the training was resumed, in a sentence; empty where it wasn't. Of many only the latest are named."""
    if not seams:
        return ""
    named = [str(epoch + 1) for epoch in seams[-NAMED:]]
    before = f"{len(seams)} times, the latest " if len(seams) > NAMED else ""
    listed = " and ".join([", ".join(named[:-1]), named[-1]]) if len(named) > 1 else named[0]
    return f"The training was resumed {before}at epoch {listed}."


def prefers_low(metric: str) -> bool:
    """Whether less is better: true for losses and errors, false for accuracies and scores."""
    return not any(word in metric for word in ("acc", "auc", "precision", "recall", "f1", "r2", "iou"))


def short(value: float) -> str:
    """A metric's value in four significant digits, without an exponent where none is needed."""
    if value == 0:
        return "0"
    size = math.floor(math.log10(abs(value)))
    if size < -4 or size > 6:
        mantissa, exponent = f"{value:.3e}".split("e")
        return f"{mantissa}e{int(exponent)}"
    return f"{value:.{max(0, 3 - size)}f}" if size > 0 else f"{value:.4f}" if size >= -2 else f"{value:.6f}"


def _columns(series: Series) -> tuple[list[int], list[float | None]]:
    return series.epoch, series.value


def _curve(metric: str, train: Series | None, validation: Series | None, seams: Sequence[int], points: int) -> Curve:
    present = [(role, series) for role, series in (("train", train), ("validation", validation)) if series]
    finite = [value for _, series in present for value in series.value if value is not None]
    low, high = (min(finite), max(finite)) if finite else (0.0, 1.0)
    margin = (high - low) * 0.06 or abs(high) * 0.1 or 1.0
    low, high = low - margin, high + margin
    first = min((series.epoch[0] for _, series in present), default=0)
    last = max((series.epoch[-1] for _, series in present), default=1)
    span = max(1, last - first)

    def x(epoch: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * (epoch - first) / span

    def y(value: float) -> float:
        return TOP + (HEIGHT - TOP - BOTTOM) * (high - value) / (high - low)

    lines = []
    for role, series in present:
        drawn = zip(*_columns(sample(series, points)), strict=True)
        path = _path([(x(epoch), None if value is None else y(value)) for epoch, value in drawn])
        lines.append(Line(role, TITLES[role], path, series.value[-1]))
    return Curve(
        metric=metric,
        title=title(metric),
        lines=tuple(lines),
        x_ticks=tuple(Tick(x(epoch), str(epoch + 1)) for epoch in _epoch_ticks(first, last)),
        y_ticks=tuple(Tick(y(value), f"{value:g}") for value in nice(low, high, 5)),
        seams=tuple(_seams([epoch for epoch in seams if first <= epoch <= last], x)),
        summary=f"{summary(metric, train, validation)} {resumed(seams)}".rstrip(),
    )


def _seams(epochs: Sequence[int], x: Callable[[float], float]) -> Iterator[Seam]:
    for epoch in epochs:
        if epoch == epochs[-1]:
            yield Seam(x(epoch), f"resumed at epoch {epoch + 1}", "end" if x(epoch) > WIDTH / 2 else "start")
        else:
            yield Seam(x(epoch), "", "")


def _path(points: Sequence[tuple[float, float | None]]) -> str:
    parts = []
    pen = "M"
    for x, y in points:
        if y is None:
            pen = "M"
            continue
        parts.append(f"{pen}{x:.1f} {y:.1f}")
        pen = "L"
    return "".join(parts)


def nice(low: float, high: float, count: int) -> list[float]:
    """Round numbers between two bounds, about ``count`` of them."""
    raw = (high - low) / count
    size = 10.0 ** math.floor(math.log10(raw))
    step = next(factor * size for factor in (1, 2, 5, 10) if factor * size >= raw)
    start = math.ceil(low / step)
    return [round(index * step, 12) for index in range(start, math.floor(high / step) + 1)]


def _epoch_ticks(first: int, last: int) -> list[int]:
    if last <= first:
        return [first]
    ticks = {round(epoch) - 1 for epoch in nice(first + 1, last + 1, 6)}
    return sorted(tick for tick in ticks if first <= tick <= last)
