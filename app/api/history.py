"""A run's history: in Keras's shape, down-sampled, or as CSV."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from app.api.runs import RunId
from app.board import CurrentBoard
from app.runs import columns, history, lifecycle
from app.schemas import HistoryShape, SampledHistory

router = APIRouter(prefix="/api/v1/runs/{run_id}", tags=["history"])


@router.get("/history", summary="Read a history", response_model=HistoryShape | SampledHistory)
def read_history(
    board: CurrentBoard,
    run_id: RunId,
    max_points: Annotated[
        int | None, Query(ge=2, le=100_000, description="At most so many points per metric; extremes are kept.")
    ] = None,
) -> Response:
    """All metrics, one list each as Keras keeps them; with `max_points` each metric keeps its own extremes."""
    with board.database.read() as session:
        found = columns.read(session, lifecycle.find(session, run_id))
    # Encoded from the columns, past the models, which would make an object of each of a million values.
    content = history.encoded(found) if max_points is None else history.encoded_sample(found, max_points)
    return Response(content, media_type="application/json")


class Csv(Response):
    """Comma-separated values."""

    media_type = "text/csv"


@router.get("/history.csv", summary="Read a history as CSV", response_class=Csv)
def read_history_csv(board: CurrentBoard, run_id: RunId) -> Response:
    """The history in the format of Keras's `CSVLogger`."""
    with board.database.read() as session:
        run = lifecycle.find(session, run_id)
        text = history.as_csv(history.series(columns.read(session, run)))
    disposition = f'attachment; filename="{run.lesson}-{run.id}.csv"'
    return Csv(text, headers={"Content-Disposition": disposition})
