"""What is taken away of a run to be shown elsewhere: a chart as an SVG file, and the report in one HTML file."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from app import report
from app.api.runs import RunId
from app.board import CurrentBoard
from app.pages.shared import site

router = APIRouter(prefix="/api/v1/runs/{run_id}", tags=["history"])


class Svg(Response):
    """A picture."""

    media_type = "image/svg+xml"


class Html(Response):
    """A page."""

    media_type = "text/html"


@router.get("/chart.svg", summary="Download a chart", response_class=Svg)
def read_chart(
    board: CurrentBoard,
    request: Request,
    run_id: RunId,
    metric: Annotated[
        str, Query(max_length=200, description="A metric's name; its chart holds the validation curve too.")
    ] = "loss",
) -> Response:
    """A metric's curves as an SVG file: training solid, validation dashed."""
    with board.database.read() as session:
        run, curve = report.chart(session, run_id, metric)
        text = site(request).templates.get_template("chart.svg").render(run=run, curve=curve)
        disposition = f'attachment; filename="{run.lesson}-{run.id}-{_word(curve.metric)}.svg"'
    return Svg(text, headers={"Content-Disposition": disposition})


@router.get("/report.html", summary="Download a report", response_class=Html)
def read_report(board: CurrentBoard, request: Request, run_id: RunId) -> Response:
    """The run in one HTML file that needs neither Fitboard nor a network: parameters, scores, and charts by Plotly."""
    with board.database.read() as session:
        run, text = report.report(session, site(request), run_id, board.now())
        disposition = f'attachment; filename="{run.lesson}-{run.id}.html"'
    return Html(text, headers={"Content-Disposition": disposition})


def _word(metric: str) -> str:
    """A metric's name as it can stand in a file's name."""
    return "".join(character if character.isascii() and character.isalnum() else "-" for character in metric)
