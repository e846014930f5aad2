"""One metric of many runs in one picture: the SVG that stands on a page before JavaScript does, and its words.

The live chart is drawn by Plotly in the browser (``static/js/overlay.js``). Plain numbers in, plain data out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.charts import BOTTOM, LEFT, RIGHT, TOP, Tick, names, nice, padded, prefers_low, short, svg_path, title
from app.runs.clocks import Clock
from app.runs.history import Series, sample

WIDTH, HEIGHT = 960, 320
COLOURS = 10
"""How many colours there are; further runs begin with the first again."""

POINTS = 200

UNITS = ((3 * 86400.0, 86400.0, "d"), (2 * 3600.0, 3600.0, "h"), (180.0, 60.0, "min"), (0.0, 1.0, "s"))
"""What time is counted in: from how many seconds on, how many seconds one is, and its sign."""


@dataclass(frozen=True)
class Stroke:
    """One curve as an SVG path; ``role`` is ``train`` or ``validation``, ``colour`` the number of its run's colour."""

    role: str
    colour: int
    path: str


@dataclass(frozen=True)
class Overlay:
    """The whole picture."""

    strokes: tuple[Stroke, ...]
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]


@dataclass(frozen=True)
class Figures:
    """What a run's curves of one metric come to: its best value with its epoch from 0, and its last values.

    ``gap`` is the last training value minus the last validation value.
    """

    best: float | None = None
    best_epoch: int | None = None
    train: float | None = None
    validation: float | None = None

    @property
    def gap(self) -> float | None:
        """How far training and validation are apart in the end."""
        return None if self.train is None or self.validation is None else self.train - self.validation


def figures(history: Mapping[str, Series], metric: str) -> Figures:
    """The figures of one metric; the best is looked for in the validation's values where there are any."""
    train, validation = history.get(metric), history.get(f"val_{metric}")
    judged = validation or train
    if judged is None:
        return Figures()
    known = [(value, epoch) for value, epoch in zip(judged.value, judged.epoch, strict=True) if value is not None]
    best = (min if prefers_low(metric) else max)(known, key=lambda one: one[0]) if known else (None, None)
    last_train, last_validation = (None if one is None else one.value[-1] for one in (train, validation))
    return Figures(best[0], best[1], last_train, last_validation)


def overlay(
    histories: Sequence[Mapping[str, Series]], metric: str, clocks: Sequence[Clock | None] | None = None
) -> Overlay | None:
    """The picture of one metric; None where no run has a value of it.

    Args:
        histories: the runs' series by Keras's names.
        metric: what is drawn, with its validation twin.
        clocks: the runs' own, for a picture over time; without, it is over epochs.
    """
    found = [
        (role, place % COLOURS, sample(series, POINTS), None if clocks is None else clocks[place])
        for place, history in enumerate(histories)
        for role, name in names(metric).items()
        if (series := history.get(name)) is not None and series.epoch and (clocks is None or clocks[place] is not None)
    ]
    finite = [value for _, _, series, _ in found for value in series.value if value is not None]
    if not finite:
        return None
    low, high = padded(finite)
    places = [[epoch if clock is None else clock.at(epoch) for epoch in series.epoch] for _, _, series, clock in found]
    last = max(one[-1] for one in places)

    def x(place: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * place / (last or 1)

    def y(value: float) -> float:
        return TOP + (HEIGHT - TOP - BOTTOM) * (high - value) / (high - low)

    strokes = []
    for (role, colour, series, _), across in zip(found, places, strict=True):
        drawn = zip(across, series.value, strict=True)
        strokes.append(Stroke(role, colour, svg_path([(x(at), None if v is None else y(v)) for at, v in drawn])))
    return Overlay(
        tuple(strokes),
        tuple(Tick(x(place), words) for place, words in (_epochs(round(last)) if clocks is None else _times(last))),
        tuple(Tick(y(value), f"{value:g}") for value in nice(low, high, 5)),
    )


def _epochs(last: int) -> list[tuple[float, str]]:
    epochs = sorted({max(0, round(tick) - 1) for tick in nice(1, last + 1, 8)} if last else {0})
    return [(epoch, str(epoch + 1)) for epoch in epochs]


def _times(last: float) -> list[tuple[float, str]]:
    """Round times up to the ``last`` second."""
    if last <= 0:
        return [(0, "0 s")]
    _, size, sign = next(unit for unit in UNITS if last >= unit[0])
    return [(tick * size, f"{tick:g} {sign}") for tick in nice(0, last / size, 8)]


def summary(metric: str, named: Sequence[tuple[str, Figures]]) -> str:
    """Which run came out best in a metric, and which worst, in a sentence."""
    known = [(one.best, name) for name, one in named if one.best is not None]
    if not known:
        return "No value yet."
    low = prefers_low(metric)
    ranked = sorted(known, key=lambda one: one[0], reverse=not low)
    (first, leader), (last, trailer) = ranked[0], ranked[-1]
    word = f"{'Lowest' if low else 'Highest'} {title(metric).lower()}: {short(first)} with {leader}"
    return f"{word}." if len(ranked) == 1 else f"{word}; the other end is {short(last)} with {trailer}."
