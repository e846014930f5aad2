"""A sweep's page, and the same page for any runs: one chart with all their curves, and a table of what differs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from app import board as boards
from app import forms
from app.errors import Problem
from app.models import Run, Sweep
from app.overlay import Figures, Overlay, overlay, summary
from app.pages import comparing, words
from app.pages.comparing import MOST_RUNS, Comparison, Entry
from app.pages.shared import site
from app.pages.site import Page
from app.parallel import Parallel, parallel
from app.runs import queries, sweeps
from jobs.lessons import registry

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class Row:
    """A run with the figures of the metric that is shown; ``bar`` is the gap's share of the largest, -50 to 50."""

    entry: Entry
    figures: Figures
    bar: float | None


@dataclass(frozen=True, kw_only=True)
class SweepPage(Page):
    """What the page shows. ``data`` is what its JavaScript starts from; ``lesson`` that of all runs, if it is one.

    ``over`` says that all runs have ended. Where no run ``trains`` there are answers in place of curves.
    """

    heading: str
    lesson: str | None
    created_at: datetime | None
    progress: str
    over: bool
    trains: bool
    metric: str
    comparison: Comparison
    rows: tuple[Row, ...]
    overlay: Overlay | None
    parallel: Parallel | None
    summary: str
    csv: str
    list: str | None
    again: str | None
    query: tuple[tuple[str, str], ...]
    data: Mapping[str, Any]


@router.get("/sweeps/{sweep_id}")
def sweep(request: Request, sweep_id: str) -> Response:
    """Show a sweep.

    Raises:
        Problem: ``unknown-sweep``.
    """
    with boards.of(request).database.read() as session:
        found = sweeps.find(session, sweep_id)
        comparison = comparing.compare(session, sweeps.members(session, found), found.grid, timed=_timed(request))
        page = _page(
            request,
            comparison,
            heading=found.name,
            lesson=found.lesson,
            created_at=found.created_at,
            csv=f"/sweeps/{found.id}/table.csv",
            list=f"/runs?{urlencode({'sweep': found.id})}",
            again=_again(found),
            query=(),
        )
    return site(request).answer(request, "sweep.html", page)


@router.get("/sweeps/{sweep_id}/table.csv")
def sweep_csv(request: Request, sweep_id: str) -> Response:
    """A sweep's table as CSV.

    Raises:
        Problem: ``unknown-sweep``.
    """
    with boards.of(request).database.read() as session:
        found = sweeps.find(session, sweep_id)
        return _csv(
            comparing.compare(session, sweeps.members(session, found), found.grid), f"{found.lesson}-{found.id}"
        )


@router.get("/compare")
def compare(request: Request) -> Response:
    """Show the runs that the address names, as ``runs=a,b`` or several ``runs=``.

    Raises:
        Problem: ``unknown-run``, or ``invalid-input`` for none or too many.
    """
    with boards.of(request).database.read() as session:
        runs = _asked(session, request)
        comparison = comparing.compare(session, runs, timed=_timed(request))
        query = ("runs", ",".join(run.id for run in runs))
        page = _page(
            request,
            comparison,
            heading=words.count(len(runs), "run") + " compared",
            lesson=runs[0].lesson if len({run.lesson for run in runs}) == 1 else None,
            created_at=None,
            csv=f"/compare/table.csv?{urlencode([query], safe=',')}",
            list=None,
            again=None,
            query=(query,),
        )
    return site(request).answer(request, "sweep.html", page)


@router.get("/compare/table.csv")
def compare_csv(request: Request) -> Response:
    """The table of any runs as CSV.

    Raises:
        Problem: as for :func:`compare`.
    """
    with boards.of(request).database.read() as session:
        return _csv(comparing.compare(session, _asked(session, request)), "runs")


def _asked(session: Session, request: Request) -> list[Run]:
    named = [one.strip() for text in request.query_params.getlist("runs") for one in text.split(",")]
    ids = list(dict.fromkeys(one for one in named if one))
    if not 0 < len(ids) <= MOST_RUNS:
        raise Problem(
            "invalid-input",
            f"The address names {words.count(len(ids), 'run')}. Choose 1 to {MOST_RUNS} of them in the list of runs.",
        )
    return queries.named(session, ids)


def _timed(request: Request) -> bool:
    """Whether the address asks for curves over time: ``by=time``."""
    return request.query_params.get("by") == "time"


def _page(request: Request, comparison: Comparison, *, heading: str, **more: Any) -> SweepPage:
    wanted = request.query_params.get("metric")
    first = comparison.metrics[0] if comparison.metrics else "loss"
    metric = wanted if wanted in comparison.metrics else first
    entries = comparison.entries
    found = [entry.figures(metric) for entry in entries]
    return SweepPage(
        title=heading,
        section="runs",
        heading=heading,
        metric=metric,
        comparison=comparison,
        progress=_progress(entries),
        over=all(entry.ended for entry in entries),
        trains=any(lesson is None or lesson.trains for lesson in (registry.find(one.run.lesson) for one in entries)),
        rows=tuple(_rows(entries, found)),
        overlay=overlay(
            [entry.series for entry in entries],
            metric,
            [entry.clock for entry in entries] if comparison.timed else None,
        ),
        parallel=parallel(
            [column.title for column in comparison.columns],
            [entry.given for entry in entries],
            [one.best for one in found],
            metric,
        ),
        summary=summary(metric, [(entry.label, one) for entry, one in zip(entries, found, strict=True)]),
        data=comparing.data(comparison, metric),
        **more,
    )


def _rows(entries: Sequence[Entry], found: Sequence[Figures]) -> list[Row]:
    widest = max((abs(one.gap) for one in found if one.gap is not None), default=0.0) or 1.0
    return [
        Row(entry, one, None if one.gap is None else 50 * one.gap / widest)
        for entry, one in zip(entries, found, strict=True)
    ]


def _progress(entries: Sequence[Entry]) -> str:
    over = sum(entry.ended for entry in entries)
    if over == len(entries):
        return f"{words.count(over, 'run')}, all ended"
    return f"{over} of {words.count(len(entries), 'run')} ended"


def _again(sweep: Sweep) -> str:
    """The lesson's form with the sweep's values in it."""
    lesson = registry.find(sweep.lesson)
    if lesson is None:
        return f"/lessons/{sweep.lesson}"
    fields = forms.fields(lesson.params)
    values = {name: forms.shown(value) for name, value in forms.changed(fields, sweep.params).items()}
    values |= {f"try.{name}": "; ".join(map(forms.shown, tried)) for name, tried in sweep.grid.items()}
    return f"/lessons/{sweep.lesson}?{urlencode({name: text.replace(', ', ',') for name, text in values.items()})}"


def _csv(comparison: Comparison, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return Response(comparing.as_csv(comparison), media_type="text/csv", headers=headers)
