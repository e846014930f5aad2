"""Runs: create, list, read, cancel, pause, resume, delete."""

import asyncio
import re
from time import monotonic
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, Header, Path, Query, Request, Response
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool

from app import admission, resuming, sentences
from app.api.routing import StrictRoute, as_json, unless_gone
from app.board import Board, CurrentBoard
from app.models import Run, Status
from app.runs import lifecycle, queries, requests, waiting
from app.schemas import NewRun, NewRunOfAnyLesson, Resume, RunList, RunShape, run_answer

router = APIRouter(prefix="/api/v1/runs", tags=["runs"], route_class=StrictRoute)

RunId = Annotated[str, Path(description="The run's id.", examples=["4jx9k2m7qa3t"], max_length=64)]

Sort = Literal["created_at", "-created_at", "name", "-name", "lesson", "-lesson", "status", "-status"]

MAX_WAIT = 600.0
EXAMPLES = {
    "defaults": {"summary": "All defaults", "value": {"lesson": "first-network"}},
    "some": {
        "summary": "Some parameters, a name and a tag",
        "value": {"lesson": "first-network", "params": {"epochs": 20}, "name": "small", "tags": ["try"]},
    },
}
MORE = {
    "as it was": {"summary": "With the epochs that it has", "value": {}},
    "further": {"summary": "With more epochs", "value": {"epochs": 40}},
}


@router.post("", status_code=201, response_model=RunShape, summary="Queue a run")
async def create_run(
    board: CurrentBoard,
    request: Request,
    body: Annotated[NewRunOfAnyLesson, Body(openapi_examples=EXAMPLES)],
    idempotency_key: Annotated[
        str | None,
        Header(pattern=sentences.KEY, description="The same key with the same body makes one run only."),
    ] = None,
    prefer: Annotated[
        str | None, Header(description="`wait=N` waits up to N seconds for the run's end.", examples=["wait=60"])
    ] = None,
) -> Response:
    """Queue a run of a lesson. What is left out takes the lesson's default; unknown fields are refused."""
    assert isinstance(body, NewRun)
    run_id = await run_in_threadpool(admission.admit, board, body, idempotency_key)
    headers = {"Location": f"/api/v1/runs/{run_id}"}
    seconds = preferred_wait(prefer)
    if seconds:
        await unless_gone(request, wait_for_end(board, run_id, seconds))
        headers["Preference-Applied"] = f"wait={seconds:g}"
    return as_json(await run_in_threadpool(read, board, run_id), 201, headers)


@router.get("", response_model=RunList, summary="List runs")
def list_runs(
    board: CurrentBoard,
    status: Annotated[list[Status] | None, Query(description="Only runs in one of these statuses.")] = None,
    lesson: Annotated[
        str | None, Query(description="Only runs of this lesson.", max_length=64, pattern=sentences.LINE)
    ] = None,
    tag: Annotated[
        str | None, Query(description="Only runs with this tag.", max_length=64, pattern=sentences.LINE)
    ] = None,
    q: Annotated[
        str | None, Query(description="Words in name, lesson, tags, or an id.", max_length=200, pattern=sentences.LINE)
    ] = None,
    sweep: Annotated[
        str | None, Query(description="Only the runs of this sweep.", max_length=64, pattern=sentences.LINE)
    ] = None,
    sort: Annotated[
        Sort, Query(description="With - before it descending. Runs with the same value stay in the order of arrival.")
    ] = "-created_at",
    limit: Annotated[int, Query(ge=1, le=queries.MAX_LIMIT)] = 50,
    cursor: Annotated[str | None, Query(description="next_cursor of the page before.", max_length=1000)] = None,
) -> Response:
    """Runs that match, newest first unless sorted otherwise, one page at a time."""
    query = queries.RunQuery(status or (), lesson, tag, q, sweep, sort, limit, cursor)
    with board.database.read() as session:
        page = queries.search(session, query)
        return as_json({"items": answers(board, session, page.items), "next_cursor": page.next_cursor})


@router.get("/{run_id}", response_model=RunShape, summary="Read a run")
def read_run(board: CurrentBoard, run_id: RunId) -> Response:
    """The run as it stands now."""
    return as_json(read(board, run_id))


@router.post("/{run_id}/cancel", status_code=202, response_model=RunShape, summary="Cancel a run")
def cancel_run(board: CurrentBoard, run_id: RunId) -> Response:
    """A queued run is canceled at once, a running one within two seconds; what it has reached is kept."""
    board.database.write(lambda session: requests.cancel(session, run_id, board.now()).id)
    return as_json(read(board, run_id), 202)


@router.post("/{run_id}/pause", status_code=202, response_model=RunShape, summary="Pause a run")
def pause_run(board: CurrentBoard, run_id: RunId) -> Response:
    """A queued run is paused at once, a running one when its state is saved; `resume` goes on from there."""
    board.database.write(lambda session: requests.pause(session, run_id, board.now()).id)
    return as_json(read(board, run_id), 202)


@router.post("/{run_id}/resume", status_code=202, response_model=RunShape, summary="Resume a run")
def resume_run(
    board: CurrentBoard, run_id: RunId, body: Annotated[Resume | None, Body(openapi_examples=MORE)] = None
) -> Response:
    """Queue a paused, canceled or failed run again, to go on from its last generation; its history stays.

    With more `epochs` than before it trains that many in all; a completed run is resumed with more only.
    """
    resuming.resume(board, run_id, None if body is None else body.epochs)
    return as_json(read(board, run_id), 202)


@router.delete("/{run_id}", status_code=204, response_class=Response, summary="Delete a run")
def delete_run(board: CurrentBoard, run_id: RunId) -> None:
    """Remove a run that isn't running, with its history, events and checkpoints. This cannot be undone."""
    board.files.remove(board.database.write(lambda session: requests.delete(session, run_id, board.now())))


def read(board: Board, run_id: str) -> dict[str, Any]:
    """One run as it is answered.

    Raises:
        Problem: ``unknown-run``.
    """
    with board.database.read() as session:
        return answers(board, session, [lifecycle.find(session, run_id)])[0]


def answers(board: Board, session: Session, runs: list[Run]) -> list[dict[str, Any]]:
    """Some runs as they are answered, in three queries however many they are."""
    tags = queries.tags(session, runs)
    positions = queries.queue_positions(session, runs)
    sweeps = queries.sweeps(session, runs)
    backends = board.pool.backends
    return [
        run_answer(
            run, tags[run.number], positions.get(run.number), waiting.lacking(run, backends), sweeps.get(run.number)
        )
        for run in runs
    ]


def preferred_wait(prefer: str | None) -> float:
    """The seconds of ``Prefer: wait=N`` (RFC 7240), 0 without."""
    match = re.search(r"(?:^|[,;\s])wait\s*=\s*\"?(\d{1,6})", prefer or "", re.IGNORECASE)
    return min(float(match[1]), MAX_WAIT) if match else 0.0


async def wait_for_end(board: Board, run_id: str, seconds: float) -> None:
    """Wait until a run has ended or is gone, at most so many seconds and no longer than the server lives."""
    deadline = monotonic() + seconds
    while (left := deadline - monotonic()) > 0:
        changed = asyncio.ensure_future(board.hub.changed(left))  # before the look, so that no change falls between
        try:
            if Status((await run_in_threadpool(read, board, run_id))["status"]).ended or board.hub.closing:
                return
            await changed
        finally:
            changed.cancel()
