"""Datasets: list and read them, upload a file of one's own, delete it again."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from starlette.concurrency import run_in_threadpool

from app import removing
from app.api.routing import StrictRoute, as_json
from app.board import CurrentBoard
from app.datasetshapes import DatasetDetail, DatasetList, described, listed
from app.receiving import FIELD, received_file

router = APIRouter(prefix="/api/v1/datasets", tags=["datasets"], route_class=StrictRoute)

Name = Annotated[str, Path(description="A dataset's name.", examples=["wine"], max_length=200)]

BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": [FIELD],
                    "additionalProperties": False,
                    "properties": {
                        FIELD: {
                            "type": "string",
                            "format": "binary",
                            "minLength": 1,
                            "description": "A table in a `.csv`, or images in an `.npz` with Keras's four arrays. Its "
                            "name without the ending becomes the dataset's.",
                        }
                    },
                }
            }
        },
    }
}


@router.get("", response_model=DatasetList, summary="List datasets")
def list_datasets(board: CurrentBoard) -> Response:
    """Every dataset: those that Fitboard knows, then files of your own by name."""
    return as_json({"items": listed(board.datasets), "next_cursor": None})


@router.get("/{name}", response_model=DatasetDetail, summary="Read a dataset")
def read_dataset(board: CurrentBoard, name: Name) -> Response:
    """Where a dataset is and what it holds; of a table of your own the first rows too."""
    return as_json(described(board.datasets, name))


@router.post(
    "",
    status_code=201,
    response_model=DatasetDetail,
    responses={422: {}, 507: {}},
    summary="Upload a dataset",
    openapi_extra=BODY,
)
async def upload_dataset(board: CurrentBoard, request: Request) -> Response:
    """Keep a file of your own, once it has been checked. It can be chosen by its name from now on."""
    file = await received_file(board, request)
    answer = await run_in_threadpool(described, board.datasets, file.name)
    return as_json(answer, 201, {"Location": answer["href"]})


@router.delete("/{name}", status_code=204, summary="Delete an uploaded dataset")
def remove_dataset(board: CurrentBoard, name: Name) -> Response:
    """Delete an uploaded dataset; refused while a queued, paused or running run needs it."""
    removing.remove(board, name)
    return Response(status_code=204)
