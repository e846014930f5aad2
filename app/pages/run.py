"""A run's page: where it stands, its curves, what each stage produced, its models, log and outcome.

Everything is in the first answer, so that the page is whole without JavaScript. ``/runs/{id}/parts`` answers the same
page without curves: JavaScript takes from it the parts that changed, so that each is written in one place only.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from app import board as boards
from app import forms
from app.board import Board
from app.charts import Curve, curves, title
from app.models import Checkpoint, Run, Status, Sweep
from app.pages import course, folds, resuming, showing
from app.pages.cards import Card, cards
from app.pages.model import Summary, summary
from app.pages.shared import site
from app.pages.site import Page
from app.pages.try_it import asked_about
from app.reading import Reading, read
from app.runs import columns, events, exhibits, generations, history, lifecycle, queries, waiting
from app.runs.elapsed import elapsed
from jobs.lessons import registry
from jobs.lessons.base import STAGES, Lesson
from jobs.lessons.shared import own_tables
from jobs.protocol import EventType, Stage

ROWS = 20
"""How many epochs the table shows without JavaScript."""

POINTS = 2000
"""How many values of a metric the page brings along; of longer runs the extremes stay."""

LINES = 1000
"""How many lines of the log are shown."""

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class StageView:
    """One stage; ``state`` is ``waiting``, ``active``, ``held`` (the run waits), ``done`` or ``cut`` (it ended)."""

    name: str
    title: str
    state: str
    seconds: float | None
    words: str


@dataclass(frozen=True)
class Line:
    """One line of the log."""

    seq: int
    time: datetime
    level: str
    message: str


@dataclass(frozen=True)
class Setting:
    """A parameter as it was run; ``default`` in words where the value differs from it."""

    title: str
    name: str
    value: str
    default: str | None


@dataclass(frozen=True)
class Row:
    """One epoch of the table, counted from 1."""

    epoch: int
    values: tuple[float | None, ...]


@dataclass(frozen=True, kw_only=True)
class RunPage(Page):
    """What a run's page shows: up to the ``furthest`` epoch (from 1). ``data`` is what its JavaScript starts from."""

    run: Run
    card: Card
    sweep: Sweep | None
    lesson_title: str
    stages: tuple[StageView, ...]
    curves: tuple[Curve, ...]
    metrics: tuple[str, ...]
    rows: tuple[Row, ...]
    readings: tuple[Reading, ...]
    checkpoints: tuple[Checkpoint, ...]
    improvements: tuple[Checkpoint, ...]
    lines: tuple[Line, ...]
    exhibits: tuple[showing.View, ...]
    exhibits_first: bool
    settings: tuple[Setting, ...]
    model: Summary | None
    trains: bool
    again: str
    notice: str | None
    alert: str | None
    further: resuming.Further | None
    elapsed: float | None
    waits_for: str | None
    furthest: int
    askable: bool
    not_asked: str
    data: Mapping[str, Any]


@router.get("/runs/{run_id}")
def run(request: Request, run_id: str) -> Response:
    """Show a run.

    Raises:
        Problem: ``unknown-run``.
    """
    board = boards.of(request)
    with board.database.read() as session:
        page = _page(board, session, run_id, whole=True)
    return site(request).answer(request, "run.html", page)


@router.get("/runs/{run_id}/parts")
def parts(request: Request, run_id: str) -> Response:
    """Show the parts of a run's page that change with its events, without the curves.

    Raises:
        Problem: ``unknown-run``.
    """
    board = boards.of(request)
    with board.database.read() as session:
        page = _page(board, session, run_id, whole=False)
    return site(request).answer(request, "run-parts.html", page)


def _page(board: Board, session: Session, run_id: str, *, whole: bool) -> RunPage:
    found = lifecycle.find(session, run_id)
    over = Status(found.status).ended
    parts = columns.read_folds(session, found.number) if whole or over else {}
    series = history.series(columns.ordered(found, columns.mean(parts)))
    thinned = folds.thinned(found, parts)
    card = cards(session, [found])[0]
    told = (EventType.STAGE, EventType.LOG, EventType.STATUS)
    seen = events.after(session, found, types=told, limit=100_000)
    lesson = registry.find(found.lesson)
    reached = generations.reached(session, found.number)
    saved = queries.checkpoints(session, found)
    return RunPage(
        title=found.name,
        section="runs",
        run=found,
        card=card,
        sweep=None if found.sweep_number is None else session.get(Sweep, found.sweep_number),
        lesson_title=course.title(found.lesson),
        stages=stages(
            found,
            STAGES if lesson is None else lesson.stages,
            [json.loads(event.data) for event in seen if event.type == EventType.STAGE],
        ),
        curves=tuple(curves(series, found.seams, folds=thinned.parts)) if whole else (),
        metrics=tuple(series),
        rows=tuple(_rows(series)) if whole else (),
        readings=tuple(read(series)) if over else (),
        checkpoints=tuple(saved),
        improvements=tuple(one for one in reversed(saved) if one.kind == "improvement"),
        lines=tuple(_lines(seen))[-LINES:],
        exhibits=tuple(showing.views(exhibits.of(session, found.number))),
        exhibits_first=lesson is not None and lesson.exhibits_first,
        settings=settings(found),
        model=summary(found.model_summary or ""),
        trains=lesson is None or lesson.trains,
        again=_again(found, _fields(lesson)),
        notice=resuming.notice(found, reached),
        alert=resuming.alert(found),
        further=resuming.further(found, reached),
        elapsed=elapsed(seen),
        waits_for=waiting.lacking(found, board.pool.backends),
        furthest=max([1, *(one.epoch[-1] + 1 for one in series.values())]),
        askable=found.status == Status.COMPLETED and asked_about(found) is not None,
        not_asked="" if lesson is None or found.status != Status.COMPLETED else lesson.not_asked,
        data=_data(found, series, thinned) if whole else {},
    )


def stages(found: Run, purposes: Mapping[Stage, str], told: list[dict[str, Any]]) -> tuple[StageView, ...]:
    """The lesson's stages, as far as the run's current attempt has come.

    Args:
        found: the run.
        purposes: what each stage is for, in order.
        told: the data of its stage events, in order.
    """
    first = next(iter(purposes))
    latest: dict[str, dict[str, Any]] = {}
    for data in told:
        if data["state"] == "started" and data["stage"] == first:
            latest.clear()  # a new attempt begins
        latest[data["stage"]] = data
    views = []
    for stage, purpose in purposes.items():
        data = latest.get(stage, {})
        state = {"started": "active", "done": "done"}.get(data.get("state", ""), "waiting")
        if state == "active" and found.status != Status.RUNNING:
            state = "cut" if Status(found.status).ended else "held"
        views.append(StageView(stage, stage.capitalize(), state, data.get("seconds"), data.get("summary") or purpose))
    return tuple(views)


def _data(found: Run, series: Mapping[str, history.Series], thinned: folds.Thinned) -> dict[str, Any]:
    sampled = {name: history.sample(one, POINTS) for name, one in series.items()}
    return {
        "id": found.id,
        "seq": found.seq,
        "status": found.status,
        "seams": found.seams,
        "fold": found.fold,
        "folds": found.folds,
        "parts": thinned.as_json(),
        "epoch": found.epoch,
        "epochs": found.epochs,
        "eta": found.eta_seconds,
        "started": None if found.started_at is None else events.timestamp(found.started_at),
        "finished": None if found.finished_at is None else events.timestamp(found.finished_at),
        "best": None if found.best_epoch is None else _best(found),
        "series": {name: {"epoch": one.epoch, "value": one.value} for name, one in sampled.items()},
    }


def _best(found: Run) -> dict[str, Any]:
    best = {"epoch": found.best_epoch, "monitor": found.best_monitor, "value": found.best_value}
    return best if found.best_fold is None else {**best, "fold": found.best_fold}


def _rows(series: Mapping[str, history.Series]) -> Iterator[Row]:
    epochs, columns = history.columns(dict(series))
    for index in range(len(epochs) - 1, max(-1, len(epochs) - 1 - ROWS), -1):
        yield Row(epochs[index] + 1, tuple(column[index] for column in columns.values()))


def _lines(seen: list[Any]) -> Iterator[Line]:
    for event in seen:
        if event.type == EventType.LOG:
            data = json.loads(event.data)
            yield Line(event.seq, event.time, data["level"], data["message"])


def _fields(lesson: Lesson[Any] | None) -> tuple[forms.Field, ...]:
    return () if lesson is None else forms.fields(lesson.params)


def settings(found: Run) -> tuple[Setting, ...]:
    """What a run was trained with, for people; nothing of how an own table is read where there is none."""
    return tuple(_settings(_fields(registry.find(found.lesson)), found.params))


def _settings(fields: tuple[forms.Field, ...], params: Mapping[str, Any]) -> Iterator[Setting]:
    known = {field.name: field for field in fields}
    for name, value in params.items():
        field = known.get(name)
        words = forms.shown(value)
        if field is not None and name in own_tables.FIELDS and words == forms.shown(field.default):
            continue  # of an own table they say how it was read
        default = None
        if field is not None and field.default != "auto" and words != forms.shown(field.default):
            default = forms.shown(field.default)
        yield Setting(title(name) if field is None else field.title, name, words, default)


def _again(found: Run, fields: tuple[forms.Field, ...]) -> str:
    changes = forms.changed(fields, found.params)
    query = urlencode({name: forms.shown(value).replace(", ", ",") for name, value in changes.items()})
    return f"/lessons/{found.lesson}{'?' if query else ''}{query}"
