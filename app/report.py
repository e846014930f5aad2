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
from app.charts import Curve, curves
from app.models import Run, Status
from app.pages import course
from app.pages.run import Setting, settings
from app.pages.site import Page, Site
from app.reading import Reading, read
from app.runs import columns, history, lifecycle


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


def chart(session: Session, run_id: str) -> tuple[Run, list[Curve]]:
    """A run and its charts.

    Raises:
        Problem: ``unknown-run``.
    """
    found = lifecycle.find(session, run_id)
    parts = columns.read_folds(session, found.number)
    series = history.series(columns.ordered(found, columns.mean(parts)))
    return found, curves(series, found.seams, folds=_folds(found, parts))


def report(session: Session, site: Site, run_id: str, now: datetime) -> tuple[Run, str]:
    """A run and its report.

    Raises:
        Problem: ``unknown-run``.
    """
    found = lifecycle.find(session, run_id)
    parts = columns.read_folds(session, found.number)
    series = history.series(columns.ordered(found, columns.mean(parts)))
    each = _folds(found, parts)
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


def _folds(found: Run, parts: columns.Folds) -> list[dict[str, history.Series]]:
    return [] if found.folds is None else [history.series(parts[fold]) for fold in sorted(parts)]
