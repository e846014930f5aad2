"""Asking a run's saved models: about a row, about an image, and what could be asked about."""

import base64
from typing import Any

from fastapi import APIRouter, Request, Response
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile

from app.api import checkpoints
from app.api.routing import StrictRequest, StrictRoute, as_json, received, unless_gone, validated
from app.api.runs import RunId
from app.asking import LONGEST_IMAGE, ImageQuestion, PredictionShape, RowQuestion, SamplesShape, Which
from app.board import Board, CurrentBoard
from app.errors import Problem, invalid_input
from app.models import Run, Status
from app.runs import lifecycle, queries
from app.sentences import CHECKPOINT, FieldError
from jobs.lessons import registry
from jobs.protocol import CheckpointData
from jobs.questions import PredictQuestion, SamplesQuestion

router = APIRouter(prefix="/api/v1/runs/{run_id}", tags=["predictions"], route_class=StrictRoute)

FORM = "multipart/form-data"

LONGEST_FIELD = 1000
"""Bytes of a form's field that isn't a file."""

LARGEST_FILE = LONGEST_IMAGE // 4 * 3
"""Bytes of a form's file: in base64 it is a third longer."""

BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {"oneOf": [RowQuestion.model_json_schema(), ImageQuestion.model_json_schema()]},
                "examples": {
                    "row": {"summary": "A row", "value": {"row": [6, 148, 72, 35, 0, 33.6, 0.627, 50]}},
                    "last": {"summary": "Ask the last model", "value": {"row": [1.5, 2], "checkpoint": "last"}},
                },
            },
            FORM: {
                "schema": {
                    "type": "object",
                    "required": ["image"],
                    "additionalProperties": False,
                    "properties": {
                        "image": {
                            "type": "string",
                            "format": "binary",
                            "minLength": 1,
                            "description": "A PNG or JPEG file.",
                        },
                        "checkpoint": {"type": "string", "pattern": CHECKPOINT},
                    },
                }
            },
        },
    }
}

MAY_FAIL: dict[int | str, dict[str, Any]] = {409: {}, 503: {}}
"""A worker has to answer, and the data must be there."""


@router.post("/predict", response_model=PredictionShape, summary="Ask a saved model", openapi_extra=BODY)
async def predict(board: CurrentBoard, request: Request, run_id: RunId) -> Response:
    """What a run's model says of a row or an image, given as in the data: class, probabilities, and what it saw."""
    question = await _question(request)
    found = await run_in_threadpool(_model, board, run_id, question.checkpoint)
    asked = PredictQuestion(
        **found,
        row=tuple(question.row) if isinstance(question, RowQuestion) else None,
        image=question.image if isinstance(question, ImageQuestion) else None,
    )
    return as_json(await unless_gone(request, board.pool.ask("predict", asked)))


@router.get("/samples", response_model=SamplesShape, responses=MAY_FAIL, summary="Inputs to ask about")
async def samples(board: CurrentBoard, request: Request, run_id: RunId) -> Response:
    """A few inputs of the run's data with their classes; those that it wasn't trained on where there are any."""
    lesson, params = await run_in_threadpool(_lesson, board, run_id)
    asked = SamplesQuestion(lesson=lesson, params=params)
    return as_json(await unless_gone(request, board.pool.ask("samples", asked)))


async def _question(request: Request) -> RowQuestion | ImageQuestion:
    content_type = request.headers.get("content-type", "")
    if content_type.partition(";")[0].strip().lower() == FORM:
        return await _from_form(request)
    content = await received(StrictRequest(request.scope, request.receive))
    model: type[RowQuestion] | type[ImageQuestion] = RowQuestion
    if isinstance(content, dict) and ("row" in content) == ("image" in content):
        detail = "row and image are both given. Send one of them." if "row" in content else "row is missing. Add it."
        if "row" not in content:
            detail = "Neither row nor image is given. Send row with the values, or image with a PNG or JPEG in base64."
        raise invalid_input([FieldError(pointer="/row", code="one_of", detail=detail)])
    if isinstance(content, dict) and "image" in content:
        model = ImageQuestion
    return validated(model, content)


async def _from_form(request: Request) -> ImageQuestion:
    async with request.form(max_files=1, max_fields=1, max_part_size=LONGEST_FIELD) as form:
        files = {name: value for name, value in form.items() if isinstance(value, UploadFile)}
        fields = {name: value for name, value in form.items() if name not in files}
        content = b"".join([await file.read() for file in files.values()])
    if not content:
        detail = f"The form has {'an empty file' if files else 'no file'}. Send one PNG or JPEG."
        raise invalid_input([FieldError(pointer="/image", code="missing", detail=detail)])
    if len(content) > LARGEST_FILE:
        detail = f"The file has {len(content)} bytes. Send one of at most {LARGEST_FILE}."
        raise invalid_input([FieldError(pointer="/image", code="too_large", detail=detail)])
    return validated(ImageQuestion, {**fields, "image": base64.b64encode(content).decode()})


def _model(board: Board, run_id: str, which: Which) -> dict[str, Any]:
    with board.database.read() as session:
        run = _asked(session, run_id)
        row = queries.checkpoint(session, run, which)
    if row is None:
        yet = "" if Status(run.status).ended else " yet"
        called = checkpoints.called(which)
        raise Problem("no-checkpoint", f"Run {run.id} is {run.status} and has no {called}{yet}.")
    named = {"kind": row.kind, "name": row.name if row.name != row.kind else None}
    checkpoint = CheckpointData(
        **named, epoch=row.epoch, monitor=row.monitor, value=row.value, sha256=row.sha256, bytes=row.bytes
    )
    return {"run": run.id, "lesson": run.lesson, "params": run.params, "checkpoint": checkpoint}


def _lesson(board: Board, run_id: str) -> tuple[str, dict[str, Any]]:
    with board.database.read() as session:
        run = _asked(session, run_id)
        return run.lesson, run.params


def _asked(session: Session, run_id: str) -> Run:
    run = lifecycle.find(session, run_id)
    lesson = registry.find(run.lesson)
    if lesson is None or lesson.asking is None:
        raise Problem("no-checkpoint", f"The lesson {run.lesson} of run {run.id} makes no model that can be asked.")
    return run
