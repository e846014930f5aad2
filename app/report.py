"""A run's report: one HTML file that shows it anywhere, without Fitboard and without a network.

Plotly's script, the figures as JSON and the style are all inside. Where scripts don't run, the curves are there as SVG.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from markupsafe import Markup
from sqlalchemy.orm import Session

from app import figures
from app.charts import Curve, curves, pairs
from app.errors import Problem
from app.models import Run, Status
from app.pages import course
from app.pages.run import Setting, settings
from app.pages.site import Page, Site
from app.reading import Reading, read
from app.runs import columns, history, lifecycle
from app.sentences import shown


@dataclass(frozen=True, kw_only=True)
class Report(Page):
    """What the report shows; ``figures`` are Plotly's, one for each of ``curves``, and ``plotly`` is its script."""

    run: Run
    lesson_title: str
    settings: tuple[Setting, ...]
    curves: tuple[Curve, ...]
    figures: tuple[Mapping[str, Any], ...]
    readings: tuple[Reading, ...]
    ended: bool
    made: datetime
    plotly: Markup


def chart(session: Session, run_id: str, metric: str) -> tuple[Run, Curve]:
    """A run and one of its charts.

    Args:
        session: within a transaction.
        run_id: the run's.
        metric: its name, with or without ``val_``.

    Raises:
        Problem: ``unknown-run`` or ``unknown-metric``.
    """
    found, series, each = _read(session, run_id)
    known = pairs(list(series))
    wanted = metric.removeprefix("val_")
    if wanted not in known:
        there = f"It has {', '.join(known)}" if known else "It has none yet"
        raise Problem("unknown-metric", f"Run {found.id} has no metric {shown(metric)}. {there}.")
    both = {name: one for name, one in series.items() if name.removeprefix("val_") == wanted}
    return found, curves(both, found.seams, folds=each)[0]


def report(session: Session, site: Site, run_id: str, now: datetime) -> tuple[Run, str]:
    """A run and its report.

    Raises:
        Problem: ``unknown-run``.
    """
    found, series, each = _read(session, run_id)
    drawn = tuple(curves(series, found.seams, folds=each))
    # In a cross-validation the best epoch is one fold's, which the curve of their mean doesn't show.
    best = (found.best_monitor, found.best_epoch, found.best_value) if found.best_fold is None else (None, None, None)
    marked = figures.Marked(*best, seams=found.seams)
    ended = Status(found.status).ended
    page = Report(
        title=found.name,
        run=found,
        lesson_title=course.title(found.lesson),
        settings=settings(found),
        curves=drawn,
        figures=tuple(figures.figure(one.metric, series, each, marked) for one in drawn),
        readings=tuple(read(series)) if ended else (),
        ended=ended,
        made=now,
        plotly=script(site.plotly.source.read_text("utf-8")),
    )
    return found, site.templates.get_template("report.html").render(page=page)


def script(text: str) -> Markup:
    """A script's text as it can stand in ``<script>``: nothing in it ends the element."""
    return Markup(text.replace("</script", "<\\/script").replace("<!--", "<\\!--"))


def _read(session: Session, run_id: str) -> tuple[Run, dict[str, history.Series], list[dict[str, history.Series]]]:
    """A run, its metrics, and those of each fold where it has any."""
    found = lifecycle.find(session, run_id)
    parts = columns.read_folds(session, found.number)
    each = [] if found.folds is None else [history.series(parts[fold]) for fold in sorted(parts)]
    return found, history.series(columns.ordered(found, columns.mean(parts))), each
