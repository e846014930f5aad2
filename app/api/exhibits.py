"""What a run shows beside its curves, for scripts."""

from fastapi import APIRouter, Response

from app.api.runs import RunId
from app.board import CurrentBoard
from app.runs import exhibits, lifecycle
from app.schemas import ExhibitList

router = APIRouter(prefix="/api/v1/runs/{run_id}", tags=["runs"])


@router.get("/exhibits", summary="List exhibits", response_model=ExhibitList)
def list_exhibits(board: CurrentBoard, run_id: RunId) -> Response:
    """The tables, pictures and drawings that the lesson shows, the newest under each name."""
    with board.database.read() as session:
        found = exhibits.of(session, lifecycle.find(session, run_id).number)
    # As they stand in the database: to make models of pictures and JSON of the models would change nothing.
    return Response(f'{{"items":[{",".join(found)}]}}', media_type="application/json")
