"""Try it: a run's saved model asked about a row, a drawing or a picture.

The page itself asks nothing; its JavaScript asks a worker through the API, and says so when there is none.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from app import board as boards
from app.errors import Problem
from app.models import Checkpoint, Run
from app.pages import course, showing
from app.pages.cards import Card, cards
from app.pages.shared import site
from app.pages.site import Page
from app.runs import exhibits, lifecycle, queries
from jobs.datasets import Datasets
from jobs.exhibits import Plane
from jobs.lessons import registry

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, kw_only=True)
class TryPage(Page):
    """What the page shows.

    ``takes`` is ``row`` or ``image``, ``draws`` says whether an image can sensibly be drawn, and ``plane`` is the
    picture of a lesson whose rows are points: to be pointed at.
    """

    run: Run
    card: Card
    lesson_title: str
    checkpoints: tuple[Checkpoint, ...]
    takes: str
    draws: bool
    plane: showing.View | None
    data: Mapping[str, Any]


@router.get("/runs/{run_id}/try")
def try_it(request: Request, run_id: str) -> Response:
    """Show what a run's model can be asked.

    Raises:
        Problem: ``unknown-run``, or ``no-checkpoint`` where there is no model to ask.
    """
    board = boards.of(request)
    with board.database.read() as session:
        run = lifecycle.find(session, run_id)
        saved = tuple(queries.checkpoints(session, run))
        card = cards(session, [run])[0]
        shown = showing.views(exhibits.of(session, run.number))
        plane, extent = next(
            ((view, view.exhibit.content.extent) for view in shown if isinstance(view.exhibit.content, Plane)),
            (None, None),
        )
    takes = asked_about(run)
    if takes is None or not saved:
        raise Problem("no-checkpoint", f"Run {run.id} has no saved model that can be asked.")
    page = TryPage(
        title=f"Try {run.name}",
        section="runs",
        run=run,
        card=card,
        lesson_title=course.title(run.lesson),
        checkpoints=saved,
        takes=takes,
        draws=takes == "image" and _grey(board.datasets, run),
        plane=plane,
        data={"run": run.id, "takes": takes, "extent": extent},
    )
    return site(request).answer(request, "try.html", page)


def asked_about(run: Run) -> str | None:
    """What a run's models are asked about, ``row`` or ``image``; None where they can't be asked."""
    lesson = registry.find(run.lesson)
    return None if lesson is None or lesson.asking is None else lesson.asking.takes


def _grey(datasets: Datasets, run: Run) -> bool:
    shape = datasets.shape(run.params.get("dataset", ""))
    return len(shape) == 3 and shape[2] == 1
