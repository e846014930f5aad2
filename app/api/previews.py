"""Previews of augmentation, for scripts and for the lab: as JSON, or as one picture."""

import base64
from typing import Annotated, Any

from fastapi import APIRouter, Body, Header, Request, Response
from starlette.concurrency import run_in_threadpool

from app import admission
from app.api.routing import StrictRoute, as_json, unless_gone
from app.asking import IMAGE_SETS, NewPreview, PreviewShape
from app.board import Board, CurrentBoard
from app.errors import Problem, invalid_input
from app.sentences import FieldError
from jobs.augmenting import MOST_WHITENED
from jobs.datasets import Source
from jobs.questions import PreviewQuestion

router = APIRouter(prefix="/api/v1/previews", tags=["previews"], route_class=StrictRoute)

PNG = "image/png"

POINTER = "/dataset"

EXAMPLES = {
    "turned": {
        "summary": "Nine digits, turned and moved",
        "value": {"dataset": "digits", "params": {"rotation_range": 30, "width_shift_range": 0.1}, "seed": 1},
    },
    "one": {
        "summary": "One image, sixteen times",
        "value": {"dataset": "shapes", "params": {"zoom_range": [0.7, 1.3]}, "index": 4, "rows": 4, "columns": 4},
    },
}
ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The images in JSON, or with `Accept: image/png` one picture of all of them, row by row",
        "content": {PNG: {"schema": {"type": "string", "format": "binary"}}},
    }
}


@router.post("/augmentation", response_model=PreviewShape, responses=ANSWERS, summary="Preview augmentation")
async def preview_augmentation(
    board: CurrentBoard,
    request: Request,
    body: Annotated[NewPreview, Body(openapi_examples=EXAMPLES)],
    accept: Annotated[str, Header(description="`image/png` for the picture alone.")] = "",
) -> Response:
    """Training images as augmentation changes them, made by the code that changes them in training."""
    picture = PNG in accept and "application/json" not in accept
    name = await run_in_threadpool(_dataset, board, body)
    question = PreviewQuestion(
        dataset=name,
        params=body.params,
        seed=body.seed,
        rows=body.rows,
        columns=body.columns,
        index=body.index,
        grid=picture,
    )
    answer = await unless_gone(request, board.pool.ask("preview", question))
    if picture:
        return Response(base64.b64decode(answer["grid"]), media_type=PNG, headers={"Vary": "Accept"})
    return as_json(answer, headers={"Vary": "Accept"})


def _dataset(board: Board, body: NewPreview) -> str:
    """The images that a name, or ``auto``, means here. Unlike a run, a preview never waits for a download.

    Raises:
        Problem: ``dataset-unavailable``, ``dataset-invalid``, or ``invalid-input`` for whitening of large images.
    """
    wanted = body.dataset
    if wanted == "auto":
        states = (admission.state(board, name, POINTER) for name in IMAGE_SETS)
        return next(state.name for state in states if state.source not in (Source.ABSENT, Source.DOWNLOAD))
    state = admission.resolve_named(board, wanted, IMAGE_SETS, POINTER)
    if state.source is Source.DOWNLOAD:
        detail = (
            f"{wanted} is not here yet: it is downloaded when a run first needs it. Use digits or shapes until then."
        )
        raise Problem("dataset-unavailable", detail)
    if body.params.zca_whitening and state.columns > MOST_WHITENED:
        detail = (
            f"zca_whitening is for images of at most {MOST_WHITENED:,} numbers; those of {wanted} have "
            f"{state.columns:,}. Switch it off."
        )
        raise invalid_input([FieldError(pointer="/params/zca_whitening", code="too_large", detail=detail)])
    return state.name
