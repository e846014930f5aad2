"""The catalogue of lessons, and the Keras script that a lesson's parameters mean."""

from typing import Any

from fastapi import APIRouter, Response
from pydantic import ValidationError

from app import admission
from app.api.routing import StrictRoute
from app.api.runs import RunId
from app.board import Board, CurrentBoard
from app.errors import Problem, invalid_input
from app.runs import lifecycle
from app.schemas import DatasetShape, LessonDetail, LessonList, LessonShape, PresetShape, ScriptShape
from app.sentences import field_errors, shown
from jobs.backend import DEFAULT
from jobs.datasets import Source
from jobs.datasets.problems import DatasetProblem
from jobs.lessons import registry
from jobs.lessons.base import Lesson

router = APIRouter(tags=["lessons"], route_class=StrictRoute)


@router.get("/api/v1/lessons", summary="List lessons")
def list_lessons() -> LessonList:
    """The lessons that can be run, in the course's order."""
    return LessonList(items=[LessonShape(**_outline(lesson)) for lesson in registry.LESSONS])


@router.get("/api/v1/lessons/{slug}", summary="Read a lesson")
def read_lesson(board: CurrentBoard, slug: str) -> LessonDetail:
    """A lesson's parameters as JSON Schema, its presets, and which of its datasets are here."""
    lesson = find(slug)
    return LessonDetail(
        **_outline(lesson),
        explanation=list(lesson.explanation),
        parameters=lesson.params.model_json_schema(),
        presets=[
            PresetShape(
                slug=one.slug,
                title=one.title,
                why=one.why,
                values=dict(one.values),
                grid={name: list(values) for name, values in one.grid.items()},
            )
            for one in lesson.presets
        ],
        datasets=[dataset(board, name) for name in board.datasets.offered(lesson.datasets)],
    )


@router.post("/api/v1/lessons/{slug}/script", summary="The script for parameters not run yet")
def write_script(board: CurrentBoard, slug: str, params: dict[str, Any]) -> ScriptShape:
    """The plain Keras script that repeats a run with these parameters, without Fitboard."""
    lesson = find(slug)
    try:
        checked = lesson.params.model_validate(params)
    except ValidationError as error:
        raise invalid_input(field_errors(error.errors(include_url=False), ("params",))) from None
    complete, _ = admission.complete(board, lesson, checked)
    return ScriptShape(filename=f"{slug}.py", script=lesson.script(complete, lesson.jit_compile, DEFAULT))


class Python(Response):
    """A Python program."""

    media_type = "text/x-python"


@router.get("/api/v1/runs/{run_id}/script.py", summary="The script that repeats a run", response_class=Python)
def read_script(board: CurrentBoard, run_id: RunId) -> Response:
    """The plain Keras script that gives this run's History again; it needs only Keras and the data."""
    with board.database.read() as session:
        run = lifecycle.find(session, run_id)
    lesson = find(run.lesson)
    jit_compile = lesson.jit_compile if run.jit_compile is None else run.jit_compile  # None: it has not begun
    text = lesson.script(lesson.params.model_validate(run.params), jit_compile, run.backend or DEFAULT)
    disposition = f'inline; filename="{run.lesson}-{run.id}.py"'
    return Python(text, headers={"Content-Disposition": disposition})


def find(slug: str) -> Lesson[Any]:
    """The lesson with this slug.

    Raises:
        Problem: ``unknown-lesson``.
    """
    try:
        return registry.get(slug)
    except KeyError:
        known = ", ".join(lesson.slug for lesson in registry.LESSONS)
        raise Problem("unknown-lesson", f"There is no lesson {shown(slug)}. The lessons here: {known}.") from None


def dataset(board: Board, name: str) -> DatasetShape:
    """A dataset's state; a malformed file is said, not raised, and so is an own one that has just gone."""
    try:
        state = board.datasets.state(name)
    except DatasetProblem as problem:
        return DatasetShape(name=name, title=name, source=Source.ABSENT, rows=0, detail=problem.detail)
    return DatasetShape(name=state.name, title=state.title, source=state.source, rows=state.rows, detail=state.detail)


def _outline(lesson: Lesson[Any]) -> dict[str, Any]:
    return {
        "slug": lesson.slug,
        "number": lesson.number,
        "title": lesson.title,
        "summary": lesson.summary,
        "href": f"/api/v1/lessons/{lesson.slug}",
    }
