"""The workers' side: sync, journal entries, checkpoints and generations. Not part of the public API.

Each call carries a credential of its own: ``sync`` the worker key, the others the token of their attempt.
"""

import logging
import re
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Header, Request, Response
from starlette.concurrency import run_in_threadpool

from app import board as boards
from app import lending, security
from app.api.checkpoints import Download, hold
from app.api.routing import StrictRequest, StrictRoute, body_of, unless_gone
from app.board import Board, CurrentBoard
from app.errors import Problem, invalid_input
from app.files import WrongDigest
from app.runs import generations, ingest, lifecycle
from app.sentences import FieldError, shown
from jobs.protocol import PROTOCOL, Acknowledgement, EntryBatch, SyncReply, SyncRequest

log = logging.getLogger("fitboard")

router = APIRouter(prefix="/api/worker", include_in_schema=False, route_class=StrictRoute)


async def _attempt_token(request: Request) -> str:
    token = security.bearer(request.headers)
    if not token:
        raise Problem("unauthorized", "Send the attempt's token as Authorization: Bearer …")
    return token


AttemptToken = Annotated[str, Depends(_attempt_token)]


async def only_workers(request: Request, board: CurrentBoard) -> None:
    """Let in who has the worker key.

    Raises:
        Problem: ``unauthorized``.
    """
    if not security.same(security.bearer(request.headers), board.settings.worker_secret):
        raise Problem(
            "unauthorized",
            "The worker key is not this server's. Give the worker the FITBOARD_WORKER_KEY of the server, or the same "
            "data folder.",
        )


@router.post("/sync", dependencies=[Depends(only_workers)])
async def sync(board: CurrentBoard, request: Request, body: SyncRequest) -> SyncReply:
    """What a worker shall start, cancel, pause and answer; held until there is something, or until its time is over."""
    if body.protocol != PROTOCOL:
        raise Problem(
            "incompatible-worker",
            f"The worker speaks protocol {body.protocol}, this server {PROTOCOL}. Update both to the same version.",
        )
    return await unless_gone(request, board.pool.sync(body))


def _attempt(request: Request) -> int:
    text = request.path_params["attempt"]
    if re.fullmatch("[0-9]{1,9}", text):
        return int(text)
    detail = f"attempt is {shown(text)}. It must be a whole number."
    raise invalid_input([FieldError(pointer="/path/attempt", code="int_parsing", detail=detail)])


async def record_entries(request: Request) -> Response:
    """Store journal entries in order; answered once they are on disk.

    A plain route: what FastAPI would do for it would take a third of the time of a call with one entry.
    """
    board, run_id = boards.of(request), request.path_params["run_id"]
    token, attempt = await _attempt_token(request), _attempt(request)
    body = await body_of(StrictRequest(request.scope, request.receive), EntryBatch)
    reported = ingest.Reported(run_id, attempt, token, body.entries)
    recorded = await board.database.awrite(
        lambda session: ingest.record(session, reported, board.files.size, board.now())
    )
    if recorded.superseded:
        await run_in_threadpool(board.files.forget, run_id, recorded.superseded)
    return Response(Acknowledgement(n=recorded.acknowledged).model_dump_json(), media_type="application/json")


router.add_route(f"{router.prefix}/runs/{{run_id}}/attempts/{{attempt}}/events", record_entries, methods=["POST"])


@router.put("/runs/{run_id}/attempts/{attempt}/checkpoints/{kind}", status_code=204)
async def receive_checkpoint(
    board: CurrentBoard,
    token: AttemptToken,
    request: Request,
    run_id: str,
    attempt: int,
    kind: Literal["best", "last", "generation", "improvement"],
    x_content_sha256: Annotated[str, Header(pattern="^[0-9a-f]{64}$")],
) -> None:
    """Store the bytes of a saved model or of a generation; they count with the entry that names their SHA-256."""
    what = "generation" if kind == generations.NEWEST else f"{kind} checkpoint"
    await run_in_threadpool(_authorize, board, run_id, attempt, token)
    try:
        await board.files.receive(run_id, x_content_sha256, request.stream())
    except WrongDigest as error:
        raise Problem("invalid-input", f"The {what} arrived damaged: {error}. Send it again.") from None
    except OSError as error:
        log.error("run %s: the %s could not be stored: %s", run_id, what, error)
        raise Problem(
            "storage-failed",
            f"The {what} could not be stored: {error.strerror or error}. Free some space in the server's "
            "data folder; the worker sends it again.",
            headers={"Retry-After": "5"},
        ) from None


@router.get("/runs/{run_id}/attempts/{attempt}/checkpoints/{name}")
def send_checkpoint(board: CurrentBoard, token: AttemptToken, run_id: str, attempt: int, name: str) -> Response:
    """The bytes of a model that an earlier attempt of this run has saved; its SHA-256 is the ETag."""
    _authorize(board, run_id, attempt, token)
    _, row, path = hold(board, run_id, name)
    return Download(board.files, path, {"ETag": f'"{row.sha256}"'}, f"{row.sha256}.keras")


@router.get("/runs/{run_id}/attempts/{attempt}/generations/{sha256}")
def send_generation(board: CurrentBoard, token: AttemptToken, run_id: str, attempt: int, sha256: str) -> Response:
    """The bytes of one of the two generations that this attempt's run could resume from."""
    with board.database.read() as session:
        run = lifecycle.authorize(session, run_id, attempt, token)
        known = generations.has(session, run.number, sha256)
    path = board.files.hold(run_id, sha256) if known else None
    if path is None:
        raise Problem("not-found", f"Run {run_id} has no generation {shown(sha256)}. Resume from another, or anew.")
    return Download(board.files, path, {}, f"{sha256}.generation", "application/octet-stream")


@router.get("/runs/{run_id}/attempts/{attempt}/dataset")
def send_dataset(
    board: CurrentBoard,
    token: AttemptToken,
    run_id: str,
    attempt: int,
    if_none_match: Annotated[str, Header(max_length=10_000)] = "",
) -> Response:
    """The file of one's own that this attempt's run learns from, unless the worker has it already."""
    with board.database.read() as session:
        lifecycle.authorize(session, run_id, attempt, token)
        name = lifecycle.find(session, run_id).params.get("dataset")
    return lending.lend(board, str(name), if_none_match)


def _authorize(board: Board, run_id: str, attempt: int, token: str) -> None:
    with board.database.read() as session:
        lifecycle.authorize(session, run_id, attempt, token)
