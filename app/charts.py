"""A history as pictures: the small SVG curves that stand on a page before JavaScript does, and their words.

Plain numbers in, plain data out. The live charts are drawn by Plotly in the browser (``static/js/charts.js``); what
is here serves the first paint, pages without JavaScript, and the sparklines of the run list.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from app.runs.folds import Spread, banded, spread
from app.runs.history import Series, sample

WIDTH, HEIGHT = 640, 280
LEFT, RIGHT, TOP, BOTTOM = 52, 12, 24, 30

NAMED = 5
"""How many seams a chart's sentence names."""

THREADS = 20
"""Up to so many folds have a curve each; of more only the band is drawn."""

FURTHEST = 7e307
"""An axis goes no further, so that its length is a number too."""

TITLES = {"train": "Training", "validation": "Validation"}


@dataclass(frozen=True)
class Tick:
    """A mark on an axis: where it stands in the picture, and its words."""

    at: float
    label: str


@dataclass(frozen=True)
class Line:
    """One curve as an SVG path, and its newest value. ``role`` is ``train`` or ``validation``.

    Of a cross-validation it is the mean over the folds. ``threads`` is the path of their own curves, ``band`` that of
    one standard deviation on both sides of the mean, and ``around`` the newest standard deviation.
    """

    role: str
    title: str
    path: str
    newest: float | None
    threads: str = ""
    band: str = ""
    around: float | None = None


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


def curves(
    history: Mapping[str, Series],
    seams: Sequence[int] = (),
    points: int = 400,
    folds: Sequence[Mapping[str, Series]] = (),
) -> list[Curve]:
    """The charts of a run, from its series by Keras's names.

    Args:
        history: the series.
        seams: the epochs, from 0, at which the training was resumed.
        points: the most values that a line is drawn of.
        folds: the series of each fold, where ``history`` is their mean.
    """
    return [
        _curve(
            metric,
            {role: _Drawn.of(name, history, folds) for role, name in names(metric).items() if name in history},
            seams,
            points,
        )
        for metric in pairs(list(history))
    ]


def names(metric: str) -> dict[str, str]:
    """What Keras calls a metric, by role."""
    return {"train": metric, "validation": f"val_{metric}"}


def sparkline(values: Sequence[float | None], width: int = 120, height: int = 28) -> str:
    """The path of a small curve without axes; empty for fewer than two finite values."""
    finite = [value for value in values if value is not None]
    if len(finite) < 2:
        return ""
    low, high = min(finite), max(finite)
    span = (high - low) or 1.0
    step = (width - 4) / (len(values) - 1)
    return svg_path(
        [(2 + index * step, None if value is None else 2 + (height - 4) * (high - value) / span)
         for index, value in enumerate(values)]
    )  # fmt: skip


def summary(
    metric: str,
    train: Series | None,
    validation: Series | None,
    spreads: Mapping[str, Sequence[Spread]] = MappingProxyType({}),
) -> str:
    """What a chart shows, in a sentence or two. Epochs are counted from 1, as people do.

    Args:
        metric: what is measured.
        train: its series, with that of the ``validation``.
        spreads: of a cross-validation, by role: how its folds lie around the mean, which the series are.
    """
    sentences = []
    for (role, words), series in zip(TITLES.items(), (train, validation), strict=True):
        points = (
            [(epoch, value) for epoch, value in zip(series.epoch, series.value, strict=True) if value is not None]
            if series
            else []
        )
        if not points:
            continue
        (first_epoch, first), (last_epoch, last) = points[0], points[-1]
        around = spreads.get(role)
        newest = around[-1] if around else None
        name = f"{title(metric).lower()}{_whose(around)}"
        if len(points) == 1:
            sentences.append(f"{words} {name} is {short(first)} after epoch {first_epoch + 1}.")
            continue
        lowest = prefers_low(metric)
        best_epoch, best = (min if lowest else max)(points, key=lambda point: point[1])
        sentences.append(
            f"{words} {name} went from {short(first)} (epoch {first_epoch + 1}) to {short(last)} (epoch "
            f"{last_epoch + 1}); {'lowest' if lowest else 'highest'} {short(best)} at epoch {best_epoch + 1}."
        )
        if newest is not None and newest.count > 1:
            sentences.append(f"Its standard deviation over the folds is {short(newest.deviation)} then.")
    return " ".join(sentences) or "No value yet."


def _whose(around: Sequence[Spread] | None) -> str:
    if not around:
        return ""
    fewest, most = min(one.count for one in around), max(one.count for one in around)
    if most == 1:
        return ", of one fold,"
    return f", the mean of {most if fewest == most else f'{fewest} to {most}'} folds,"


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


@dataclass(frozen=True)
class _Drawn:
    """One role's series, the folds' own, and how these lie around it; both empty where there are no folds."""

    series: Series
    folds: tuple[Series, ...]
    spread: tuple[Spread, ...]

    @classmethod
    def of(cls, name: str, history: Mapping[str, Series], folds: Sequence[Mapping[str, Series]]) -> "_Drawn":
        parts = tuple(fold[name] for fold in folds if name in fold)
        return cls(history[name], parts, tuple(spread(parts)) if parts else ())

    def values(self) -> Iterator[float]:
        """All that is drawn and must find room."""
        for series in (self.series, *self.threads()):
            yield from (value for value in series.value if value is not None)
        for one in self.spread:
            if one.mean is not None:
                yield from (one.mean - one.deviation, one.mean + one.deviation)

    def threads(self) -> tuple[Series, ...]:
        """The folds that get a curve: one alone is the mean itself, and of many nobody sees any."""
        return self.folds if 1 < len(self.folds) <= THREADS else ()


def _curve(metric: str, present: Mapping[str, _Drawn], seams: Sequence[int], points: int) -> Curve:
    finite = [value for drawn in present.values() for value in drawn.values()]
    low, high = padded(finite)
    first = min((drawn.series.epoch[0] for drawn in present.values()), default=0)
    last = max((drawn.series.epoch[-1] for drawn in present.values()), default=1)
    span = max(1, last - first)

    def x(epoch: float) -> float:
        share = (epoch - first) / span if last > first else 0.5
        return LEFT + (WIDTH - LEFT - RIGHT) * share

    def y(value: float) -> float:
        return TOP + (HEIGHT - TOP - BOTTOM) * (high - value) / (high - low)

    def path(series: Series, most: int) -> str:
        drawn = sample(series, most)
        places = zip(drawn.epoch, drawn.value, strict=True)
        return svg_path([(x(epoch), None if value is None else y(value)) for epoch, value in places])

    lines = []
    for role, drawn in present.items():
        newest = drawn.spread[-1] if drawn.spread else None
        lines.append(
            Line(
                role,
                TITLES[role],
                path(drawn.series, points),
                drawn.series.value[-1],
                threads="".join(path(fold, max(points // len(drawn.folds), 50)) for fold in drawn.threads()),
                band=_band(drawn.spread, points, x, y),
                around=newest.deviation if newest is not None and newest.count > 1 else None,
            )
        )
    series = {role: drawn.series for role, drawn in present.items()}
    spreads = {role: drawn.spread for role, drawn in present.items()}
    words = summary(metric, series.get("train"), series.get("validation"), spreads)
    return Curve(
        metric=metric,
        title=title(metric),
        lines=tuple(lines),
        x_ticks=tuple(Tick(x(epoch), str(epoch + 1)) for epoch in _epoch_ticks(first, last)),
        y_ticks=tuple(Tick(y(value), f"{value:g}") for value in nice(low, high, 5)),
        seams=tuple(_seams([epoch for epoch in seams if first <= epoch <= last], x)),
        summary=f"{words} {resumed(seams)}".rstrip(),
    )


def _band(around: Sequence[Spread], points: int, x: Callable[[float], float], y: Callable[[float], float]) -> str:
    """A closed path: along the lower edge, and back along the upper one."""
    edge = [(x(epoch), y(value)) for epoch, value in banded(around, points)]
    return f"{svg_path(edge)}Z" if edge else ""


def _seams(epochs: Sequence[int], x: Callable[[float], float]) -> Iterator[Seam]:
    for epoch in epochs:
        if epoch == epochs[-1]:
            yield Seam(x(epoch), f"resumed at epoch {epoch + 1}", "end" if x(epoch) > WIDTH / 2 else "start")
        else:
            yield Seam(x(epoch), "", "")


def padded(values: Sequence[float]) -> tuple[float, float]:
    """The ends of an axis on which all values find room, with a little air."""
    low, high = (max(min(values), -FURTHEST), min(max(values), FURTHEST)) if values else (0.0, 1.0)
    margin = (high - low) * 0.06 or abs(high) * 0.1 or 1.0
    return low - margin, high + margin


def svg_path(points: Sequence[tuple[float, float | None]]) -> str:
    """An SVG path through points; a value that is None leaves a gap, and a point between two gaps is a dot."""
    parts = []
    alone = False
    pen = "M"
    for x, y in [*points, (0.0, None)]:
        if y is None:
            if alone:
                parts.append("h0")
            alone, pen = False, "M"
            continue
        parts.append(f"{pen}{x:.1f} {y:.1f}")
        alone, pen = pen == "M", "L"
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
