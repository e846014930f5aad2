"""A run's history: in Keras's shape, down-sampled, or as CSV."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from sqlalchemy.orm import Session

from app.api.runs import RunId
from app.board import CurrentBoard
from app.models import Run
from app.runs import columns, folds, history, lifecycle
from app.schemas import HistoryShape, SampledHistory

router = APIRouter(prefix="/api/v1/runs/{run_id}", tags=["history"])

Fold = Annotated[
    int | None, Query(ge=0, le=2**31 - 1, description="Of a cross-validation: one fold, from 0, instead of the mean.")
]


@router.get("/history", summary="Read a history", response_model=HistoryShape | SampledHistory)
def read_history(
    board: CurrentBoard,
    run_id: RunId,
    max_points: Annotated[
        int | None, Query(ge=2, le=100_000, description="At most so many points per metric; extremes are kept.")
    ] = None,
    fold: Fold = None,
) -> Response:
    """All metrics, one list each as Keras keeps them; with `max_points` each metric keeps its own extremes.

    A cross-validation's history is the mean over its folds: at each epoch, over those that have it.
    """
    with board.database.read() as session:
        found = _read(session, lifecycle.find(session, run_id), fold)
    # Encoded from the columns, past the models, which would make an object of each of a million values.
    content = history.encoded(found) if max_points is None else history.encoded_sample(found, max_points)
    return Response(content, media_type="application/json")


class Csv(Response):
    """Comma-separated values."""

    media_type = "text/csv"


@router.get("/history.csv", summary="Read a history as CSV", response_class=Csv)
def read_history_csv(board: CurrentBoard, run_id: RunId, fold: Fold = None) -> Response:
    """The history in the format of Keras's `CSVLogger`."""
    with board.database.read() as session:
        run = lifecycle.find(session, run_id)
        text = history.as_csv(history.series(_read(session, run, fold)))
    part = "" if fold is None else f"-fold-{fold}"
    disposition = f'attachment; filename="{run.lesson}-{run.id}{part}.csv"'
    return Csv(text, headers={"Content-Disposition": disposition})


def _read(session: Session, run: Run, fold: int | None) -> columns.Columns:
    return columns.read(session, run, None if fold is None else folds.known(run, fold))
