"""A run's saved models, to list and to download: ranges, and the SHA-256 as a strong ETag."""

from pathlib import Path as File
from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import FileResponse
from starlette.types import Message, Receive, Scope, Send

from app.api.runs import RunId
from app.board import Board, CurrentBoard
from app.errors import Problem
from app.files import RunFiles
from app.models import Checkpoint, Run, Status
from app.runs import lifecycle, queries
from app.schemas import CheckpointList, CheckpointShape
from app.sentences import CHECKPOINT, shown

router = APIRouter(prefix="/api/v1/runs/{run_id}/checkpoints", tags=["checkpoints"])

Name = Annotated[
    str,
    Path(
        description="`best`, `last`, or the name of an improvement.",
        examples=["best", "weights-improvement-07-0.76.keras"],
        pattern=CHECKPOINT,
    ),
]

MEDIA_TYPE = "application/vnd.keras"

HOLD_TRIES = 5
"""A checkpoint may be replaced between reading its row and holding its file: then the newer one is taken."""


@router.get("", summary="List checkpoints")
def list_checkpoints(board: CurrentBoard, run_id: RunId) -> CheckpointList:
    """The run's saved models: `best`, `last`, and the improvements that have files of their own."""
    with board.database.read() as session:
        run = lifecycle.find(session, run_id)
        return CheckpointList(items=[CheckpointShape.of(run.id, row) for row in queries.checkpoints(session, run)])


FILE: dict[str, Any] = {"content": {MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}}}


@router.get(
    "/{name}",
    summary="Download a checkpoint",
    response_class=FileResponse,
    responses={
        200: {"description": "The whole file", **FILE},
        206: {
            "description": "The parts that Range asked for",
            "content": {**FILE["content"], "multipart/byteranges": {}},
        },
        304: {"description": "The file that If-None-Match names is still the newest"},
    },
)
def download_checkpoint(
    board: CurrentBoard,
    run_id: RunId,
    name: Name,
    if_none_match: Annotated[str | None, Header(max_length=1000)] = None,
) -> Response:
    """The `.keras` file, as `keras.saving.load_model` reads it."""
    run, row, path = hold(board, run_id, name)
    etag = f'"{row.sha256}"'
    headers = {"ETag": etag, "Cache-Control": "no-cache"}
    known = [one.strip().removeprefix("W/") for one in (if_none_match or "").split(",")]
    if etag in known or "*" in known:
        board.files.release(path)
        return Response(status_code=304, headers=headers)
    return Download(board.files, path, headers, f"{run.lesson}-{run.id}-{name.removesuffix('.keras')}.keras")


class Download(FileResponse):
    """A file that is held until it is sent, and whose refused ranges are problems like all others."""

    def __init__(
        self, files: RunFiles, path: File, headers: dict[str, str], filename: str, media_type: str = MEDIA_TYPE
    ) -> None:
        super().__init__(path, headers=headers, media_type=media_type, filename=filename)
        self._files = files
        self._held = path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the file, or the part of it that is asked for."""
        refused = False

        async def checked(message: Message) -> None:
            nonlocal refused
            if message["type"] == "http.response.start" and message["status"] in (400, 416):
                refused = True
                size = self._held.stat().st_size
                asked = shown(Headers(scope=scope).get("range"))
                detail = f"The range {asked} is not in this file of {size} bytes. Ask for bytes=0-{size - 1} or less."
                problem = Problem("range-not-satisfiable", detail, headers={"Content-Range": f"bytes */{size}"})
                await problem.response()(scope, receive, send)
            elif not refused:
                await send(message)

        try:
            await super().__call__(scope, receive, checked)
        finally:
            await run_in_threadpool(self._files.release, self._held)


def hold(board: Board, run_id: str, name: str) -> tuple[Run, Checkpoint, File]:
    """A run, one of its checkpoints, and the file, held until it is sent.

    Raises:
        Problem: ``unknown-run`` or ``no-checkpoint``.
    """
    for _ in range(HOLD_TRIES):
        with board.database.read() as session:
            run = lifecycle.find(session, run_id)
            row = queries.checkpoint(session, run, name)
        if row is None:
            raise Problem("no-checkpoint", f"Run {run.id} is {run.status} and has no {called(name)}{_yet(run)}.")
        path = board.files.hold(run.id, row.sha256)
        if path is not None:
            return run, row, path
    raise Problem("no-checkpoint", f"The file of the {called(name)} of run {run.id} is gone. Train again.")


def called(name: str) -> str:
    """A checkpoint in words, by its name."""
    return f"checkpoint {shown(name)}" if name.endswith(".keras") else f"{name} checkpoint"


def _yet(run: Run) -> str:
    return "" if Status(run.status).ended else " yet"
