"""What must hold before a run is queued: the dataset is here, and the values fit it. Bad input never makes a row."""

import contextlib
import hashlib
import json
from collections.abc import Iterator
from typing import Any

from app.board import Board
from app.errors import Problem, invalid_input
from app.runs import lifecycle
from app.schemas import NewRun
from app.sentences import FieldError
from jobs.datasets import DatasetState, DatasetUnavailable
from jobs.datasets.problems import DatasetProblem, UnfitReading
from jobs.lessons import registry
from jobs.lessons.base import Lesson, Params
from jobs.lessons.shared import own_tables


def admit(board: Board, request: NewRun, idempotency_key: str | None = None) -> str:
    """Queue a run and answer its id.

    Raises:
        Problem: ``invalid-input``, ``dataset-unavailable``, ``dataset-invalid`` or ``idempotency-conflict``.
    """
    digest = hashlib.sha256(json.dumps(request.model_dump(mode="json"), sort_keys=True).encode()).hexdigest()
    if idempotency_key is not None:
        # Before everything else: a repeated request gets its run even if the dataset has gone meanwhile.
        with board.database.read() as session:
            earlier = lifecycle.made_by(session, idempotency_key, digest)
        if earlier is not None:
            return earlier.id
    lesson = registry.get(request.lesson)
    params, notes = complete(board, lesson, request.params)
    new = lifecycle.NewRun(
        lesson=lesson.slug,
        params=params.model_dump(mode="json"),
        name=request.name or lesson.title,
        tags=tuple(dict.fromkeys(request.tags)),
        idempotency_key=idempotency_key,
        request_hash=digest,
        log=notes,
    )
    return board.database.write(lambda session: lifecycle.create(session, new, board.now()).id)


def complete(board: Board, lesson: Lesson[Any], params: Params) -> tuple[Params, tuple[str, ...]]:
    """The params, checked, with the dataset resolved where there is one, and what to tell the user about the choice.

    Raises:
        Problem: as for :func:`admit`.
    """
    issues = lesson.check_params(params)
    notes: tuple[str, ...] = ()
    wanted = getattr(params, "dataset", None)
    if wanted is not None:
        dataset = resolve(board, lesson, params)
        issues = issues + own_tables.misfits(params, dataset)
        params = params.model_copy(update={"dataset": dataset.name, **own_tables.resolved(params, dataset)})
        issues = issues + lesson.check(params, dataset)
        chosen = f"dataset auto took {dataset.name}" if wanted == "auto" else f"dataset {dataset.name}"
        notes = (f"{chosen}: {dataset.detail}",)
    if issues:
        raise invalid_input(
            [FieldError(pointer=f"/params/{issue.field}", code=issue.code, detail=issue.detail) for issue in issues]
        )
    return params, notes


def resolve(board: Board, lesson: Lesson[Any], params: Params) -> DatasetState:
    """The dataset that a lesson's params mean here and now; an own table is read as they say.

    Raises:
        Problem: ``dataset-unavailable``, ``dataset-invalid``, or ``invalid-input`` where another reading may help.
    """
    wanted: str = getattr(params, "dataset")  # noqa: B009 (only some lessons have one)
    with _told("/params/dataset"):
        return board.datasets.resolve(wanted, lesson.datasets, own_tables.reading(params))


def resolve_named(
    board: Board, wanted: str, candidates: tuple[str, ...], pointer: str = "/params/dataset"
) -> DatasetState:
    """The dataset that a name means here and now, or ``auto``: the first candidate that can be had.

    Raises:
        Problem: ``dataset-unavailable`` or ``dataset-invalid``, at ``pointer``.
    """
    with _told(pointer):
        return board.datasets.resolve(wanted, candidates)


def state(board: Board, name: str, pointer: str) -> DatasetState:
    """What is known of a dataset, whether it can be had or not.

    Raises:
        Problem: ``dataset-invalid``, at ``pointer``.
    """
    with _told(pointer):
        return board.datasets.state(name)


@contextlib.contextmanager
def _told(pointer: str) -> Iterator[None]:
    """What is wrong with a dataset, as problems."""
    try:
        yield
    except UnfitReading as problem:
        field = FieldError(pointer=f"/params/{problem.field}", code=problem.code, detail=problem.detail)
        raise invalid_input([field]) from None
    except DatasetProblem as problem:
        kind = "dataset-unavailable" if isinstance(problem, DatasetUnavailable) else "dataset-invalid"
        errors = [FieldError(pointer=pointer, code=kind.replace("-", "_"), detail=problem.detail)]
        raise Problem(kind, problem.detail, errors) from None
