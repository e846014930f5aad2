"""Sweeps: queue runs over a grid of parameters, list them, read one with its runs."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Header, Path, Query, Response

from app import sentences, sweeping
from app.api.routing import StrictRoute, as_json
from app.api.runs import answers
from app.board import Board, CurrentBoard
from app.runs import queries, sweeps
from app.sweepshapes import NewSweep, NewSweepOfAnyLesson, SweepList, SweepShape, sweep_answer

router = APIRouter(prefix="/api/v1/sweeps", tags=["sweeps"], route_class=StrictRoute)

SweepId = Annotated[str, Path(description="The sweep's id.", examples=["7h2m9x4kq1tz"], max_length=64)]

EXAMPLES = {
    "one field": {
        "summary": "Three values of one parameter",
        "value": {"lesson": "first-network", "params": {"epochs": 20}, "grid": {"learning_rate": [0.1, 0.01, 0.001]}},
    },
    "two fields": {
        "summary": "Every combination of two parameters, with a name and a tag",
        "value": {
            "lesson": "first-network",
            "grid": {"hidden_layers": [[12, 8], [4]], "batch_size": [10, 40]},
            "name": "small or large",
            "tags": ["try"],
        },
    },
}


@router.post("", status_code=201, response_model=SweepShape, summary="Queue a sweep")
def create_sweep(
    board: CurrentBoard,
    body: Annotated[NewSweepOfAnyLesson, Body(openapi_examples=EXAMPLES)],
    idempotency_key: Annotated[
        str | None,
        Header(pattern=sentences.KEY, description="The same key with the same body makes one sweep only."),
    ] = None,
) -> Response:
    """Queue one run for each combination of the values in `grid`, at most 64, all of them or none.

    What stands in neither `params` nor `grid` takes the lesson's default; a field in both is taken from `grid`.
    """
    assert isinstance(body, NewSweep)
    sweep_id = sweeping.admit(board, body, idempotency_key)
    return as_json(read(board, sweep_id), 201, {"Location": f"/api/v1/sweeps/{sweep_id}"})


@router.get("", response_model=SweepList, summary="List sweeps")
def list_sweeps(
    board: CurrentBoard,
    limit: Annotated[int, Query(ge=1, le=queries.MAX_LIMIT)] = 50,
    cursor: Annotated[str | None, Query(description="next_cursor of the page before.", max_length=1000)] = None,
) -> Response:
    """All sweeps, newest first, without their runs, one page at a time."""
    with board.database.read() as session:
        page = sweeps.search(session, limit, cursor)
        statuses = sweeps.statuses(session, page.items)
        items = [sweep_answer(sweep, statuses[sweep.number]) for sweep in page.items]
    return as_json({"items": items, "next_cursor": page.next_cursor})


@router.get("/{sweep_id}", response_model=SweepShape, summary="Read a sweep")
def read_sweep(board: CurrentBoard, sweep_id: SweepId) -> Response:
    """The sweep as it stands now, with its runs in the order of the grid; those that were deleted are missing."""
    return as_json(read(board, sweep_id))


def read(board: Board, sweep_id: str) -> dict[str, Any]:
    """One sweep as it is answered.

    Raises:
        Problem: ``unknown-sweep``.
    """
    with board.database.read() as session:
        sweep = sweeps.find(session, sweep_id)
        statuses = sweeps.statuses(session, [sweep])[sweep.number]
        return {**sweep_answer(sweep, statuses), "runs": answers(board, session, sweeps.members(session, sweep))}
