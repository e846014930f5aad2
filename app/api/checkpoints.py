"""A run's saved models, to list and to download: ranges, and the SHA-256 as a strong ETag."""

from typing import Annotated, Literal

from fastapi import APIRouter, Header, Response
from starlette.responses import FileResponse

from app.api.runs import RunId
from app.board import CurrentBoard
from app.errors import Problem
from app.runs import lifecycle, queries
from app.schemas import CheckpointList, CheckpointShape

router = APIRouter(prefix="/api/v1/runs/{run_id}/checkpoints", tags=["checkpoints"])

MEDIA_TYPE = "application/vnd.keras"


@router.get("", summary="List checkpoints")
def list_checkpoints(board: CurrentBoard, run_id: RunId) -> CheckpointList:
    """The run's saved models, `best` first."""
    with board.database.read() as session:
        run = lifecycle.find(session, run_id)
        return CheckpointList(items=[CheckpointShape.of(run.id, row) for row in queries.checkpoints(session, run)])


@router.get("/{kind}", summary="Download a checkpoint", response_class=FileResponse)
def download_checkpoint(
    board: CurrentBoard,
    run_id: RunId,
    kind: Literal["best", "last"],
    if_none_match: Annotated[str | None, Header(max_length=1000)] = None,
) -> Response:
    """The `.keras` file, as `keras.saving.load_model` reads it."""
    with board.database.read() as session:
        run = lifecycle.find(session, run_id)
        row = queries.checkpoint(session, run, kind)
    if row is None:
        raise Problem("no-checkpoint", f"Run {run.id} is {run.status} and has no {kind} checkpoint yet.")
    etag = f'"{row.sha256}"'
    headers = {"ETag": etag, "Cache-Control": "no-cache"}
    if if_none_match and (if_none_match.strip() == "*" or etag in [one.strip() for one in if_none_match.split(",")]):
        return Response(status_code=304, headers=headers)
    path = board.files.checkpoint(run.id, row.sha256)
    if not path.is_file():
        raise Problem("no-checkpoint", f"The {kind} checkpoint of run {run.id} was just replaced. Ask again.")
    return FileResponse(path, headers=headers, media_type=MEDIA_TYPE, filename=f"{run.lesson}-{run.id}-{kind}.keras")
