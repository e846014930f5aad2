"""The workers' side of questions: answers, and the models that they are about. Not part of the public API."""

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Response

from app import lending
from app.api.checkpoints import Download
from app.api.ingest import only_workers
from app.api.routing import StrictRoute
from app.board import CurrentBoard
from app.errors import Problem
from app.runs import lifecycle, queries
from app.sentences import shown
from jobs.questions import Answer

router = APIRouter(
    prefix="/api/worker", include_in_schema=False, route_class=StrictRoute, dependencies=[Depends(only_workers)]
)


@router.post("/answers/{question}", status_code=204)
async def receive_answer(board: CurrentBoard, question: str, body: Answer) -> None:
    """Pass an answer to whoever waits for it; to nobody, if nobody does any more."""
    board.pool.questions.answer(question, body)


@router.get("/datasets/{name}")
def send_dataset(
    board: CurrentBoard, name: str, if_none_match: Annotated[str, Header(max_length=10_000)] = ""
) -> Response:
    """The file of a dataset of one's own, unless the worker has it already."""
    return lending.lend(board, name, if_none_match)


@router.get("/models/{run_id}/{sha256}")
def send_model(board: CurrentBoard, run_id: str, sha256: str) -> Response:
    """The bytes of one of a run's saved models, by the SHA-256 that was recorded of them."""
    with board.database.read() as session:
        run = lifecycle.find(session, run_id)
        known = any(row.sha256 == sha256 for row in queries.checkpoints(session, run))
    path = board.files.hold(run_id, sha256) if known else None
    if path is None:
        raise Problem("no-checkpoint", f"Run {run_id} has no saved model {shown(sha256)} any more. Ask again.")
    return Download(board.files, path, {}, f"{sha256}.keras")
