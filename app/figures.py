"""A run's charts as Plotly figures: plain dictionaries that any Plotly draws, for the report that is taken away.

Colours are those of the light theme, because a report is a sheet of paper. The charts of a run's page are made in
``static/js/figure.js``.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.charts import THREADS, TITLES, names, resumed, title
from app.runs.folds import banded, spread
from app.runs.history import Series, sample

INK, SOFT, GRID, SHEET = "#15201b", "#5f6c66", "#e7ece8", "#ffffff"
COLOURS = {"train": "#0b6b58", "validation": "#b4500b"}
DASHES = {"train": "solid", "validation": "6px,4px"}

POINTS = 2000
"""How many values of a curve a figure holds; of longer ones the extremes stay."""


@dataclass(frozen=True)
class Marked:
    """What is marked beside the curves: the best epoch (from 0) with what it is best by, and where it was resumed."""

    monitor: str | None = None
    epoch: int | None = None
    value: float | None = None
    seams: Sequence[int] = ()


def figure(
    metric: str, history: Mapping[str, Series], folds: Sequence[Mapping[str, Series]] = (), marked: Marked | None = None
) -> dict[str, Any]:
    """One chart: a metric's training curve with its validation curve.

    Args:
        metric: its name without ``val_``.
        history: the series by Keras's names.
        folds: the series of each fold, where ``history`` is their mean.
        marked: what is marked.
    """
    marked = marked or Marked()
    present = {role: name for role, name in names(metric).items() if name in history}
    data: list[dict[str, Any]] = []
    for role, name in present.items():
        data += _around(role, [fold[name] for fold in folds if name in fold])
    for role, name in present.items():
        line = {"color": COLOURS[role], "width": 2, "dash": DASHES[role]}
        data.append({**_curve(history[name]), "name": TITLES[role], "line": line})
    if marked.monitor in present.values() and marked.epoch is not None and marked.value is not None:
        data.append(_best(marked.epoch, marked.value))
    return {"data": data, "layout": _layout(metric, marked.seams)}


def _curve(series: Series) -> dict[str, Any]:
    drawn = sample(series, POINTS)
    mode = "markers" if len(drawn.epoch) == 1 else "lines"
    return {"type": "scatter", "mode": mode, "x": [epoch + 1 for epoch in drawn.epoch], "y": drawn.value}


def _around(role: str, folds: Sequence[Series]) -> Iterator[dict[str, Any]]:
    """The band of one standard deviation around the folds' mean, and each fold's curve, thin."""
    if len(folds) < 2:
        return
    quiet = {"hoverinfo": "skip", "showlegend": False, "type": "scatter", "mode": "lines"}
    edge = banded(spread(folds), POINTS)
    band = {"x": [epoch + 1 for epoch, _ in edge], "y": [value for _, value in edge], "fill": "toself"}
    band["fillcolor"] = COLOURS[role]
    yield {**quiet, **band, "opacity": 0.16, "line": {"width": 0}, "name": "Standard deviation"}
    if len(folds) <= THREADS:
        for number, fold in enumerate(folds, 1):
            line = {"color": COLOURS[role], "width": 1}
            yield {**quiet, **_curve(sample(fold, 300)), "line": line, "opacity": 0.4, "name": f"Fold {number}"}


def _best(epoch: int, value: float) -> dict[str, Any]:
    marker = {"size": 10, "color": SHEET, "line": {"color": INK, "width": 2}}
    place: dict[str, Any] = {"x": [epoch + 1], "y": [value], "cliponaxis": False}
    return {"type": "scatter", "mode": "markers", "name": f"Best, epoch {epoch + 1}", "marker": marker, **place}


def _layout(metric: str, seams: Sequence[int]) -> dict[str, Any]:
    line = {"color": SOFT, "width": 1, "dash": "dot"}
    return {
        "height": 340,
        "margin": {"l": 56, "r": 16, "t": 40, "b": 52},
        "paper_bgcolor": SHEET,
        "plot_bgcolor": SHEET,
        "font": {"family": "system-ui, sans-serif", "size": 13, "color": SOFT},
        "hovermode": "x unified",
        "legend": {"orientation": "h", "x": 1, "xanchor": "right", "y": 1.02, "yanchor": "bottom"},
        "xaxis": {
            "title": {"text": "Epoch"},
            "showgrid": False,
            "zeroline": False,
            "tickformat": "d",
            "linecolor": SOFT,
        },
        "yaxis": {"title": {"text": title(metric)}, "gridcolor": GRID, "zeroline": False, "nticks": 6},
        "shapes": [
            {"type": "line", "xref": "x", "yref": "paper", "y0": 0, "y1": 1, "line": line}
            | {"x0": epoch + 1, "x1": epoch + 1, "name": resumed([epoch])}
            for epoch in seams
        ],
    }
