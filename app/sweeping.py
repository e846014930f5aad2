"""What must hold before a sweep is queued: every one of its runs is as good as one that is queued by itself.

Bad input never makes a row: what is wrong with any combination refuses them all, and is told where it stands in the
grid.
"""

import hashlib
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from pydantic import ValidationError

from app import admission, forms
from app.board import Board
from app.errors import Problem, invalid_input
from app.runs import lifecycle, sweeps
from app.sentences import FieldError, field_errors
from app.sweepshapes import MOST_RUNS, NewSweep
from jobs.lessons import registry
from jobs.lessons.base import Lesson, Params

LONGEST_NAME = 200


@dataclass(frozen=True)
class Combination:
    """One place in a grid: the value of each field, and its index in the field's list."""

    values: Mapping[str, Any]
    places: Mapping[str, int]


def admit(board: Board, request: NewSweep, idempotency_key: str | None = None) -> str:
    """Queue all runs of a sweep, in one transaction, and answer its id.

    Raises:
        Problem: ``invalid-input``, ``dataset-unavailable``, ``dataset-invalid`` or ``idempotency-conflict``.
    """
    digest = _digest(request)
    if idempotency_key is not None:
        # Before everything else: a repeated request gets its sweep even if a dataset has gone meanwhile.
        with board.database.read() as session:
            earlier = sweeps.made_by(session, idempotency_key, digest)
        if earlier is not None:
            return earlier.id
    lesson = registry.get(request.lesson)
    name = request.name or lesson.title
    runs = _runs(board, lesson, request, name)
    new = sweeps.NewSweep(
        lesson=lesson.slug,
        name=name,
        params=_shared(runs, request.grid),
        grid=_plain(request)["grid"],
        runs=tuple(runs),
        idempotency_key=idempotency_key,
        request_hash=digest,
    )
    return board.database.write(lambda session: sweeps.create(session, new, board.now()).id)


def combinations(grid: Mapping[str, Sequence[Any]]) -> Iterator[Combination]:
    """Every combination of a grid's values; the last field changes fastest."""
    for places in product(*(range(len(values)) for values in grid.values())):
        at = dict(zip(grid, places, strict=True))
        yield Combination({field: grid[field][place] for field, place in at.items()}, at)


def _runs(board: Board, lesson: Lesson[Any], request: NewSweep, name: str) -> list[lifecycle.NewRun]:
    count = math.prod(len(values) for values in request.grid.values())
    if count > MOST_RUNS:
        detail = f"The grid has {count} combinations. A sweep has at most {MOST_RUNS} runs: try fewer values."
        raise invalid_input([FieldError(pointer="/grid", code="too_many_runs", detail=detail)])
    runs: list[lifecycle.NewRun] = []
    errors: dict[tuple[str, str], FieldError] = {}
    for one in combinations(request.grid):
        try:
            params, notes = admission.complete(board, lesson, _params(lesson, request.params, one))
        except Problem as problem:
            moved = [_moved(error, one) for error in problem.errors]
            if problem.kind != "invalid-input":
                raise Problem(problem.kind, problem.detail, moved) from None
            for error in moved:
                errors.setdefault((error.pointer, error.code), error)
            continue
        runs.append(
            lifecycle.NewRun(
                lesson=lesson.slug,
                params=params.model_dump(mode="json"),
                name=_name(name, one.values),
                tags=tuple(dict.fromkeys(request.tags)),
                log=notes,
            )
        )
    if errors:
        raise invalid_input(list(errors.values()))
    return runs


def _shared(runs: Sequence[lifecycle.NewRun], grid: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters that all runs share: how a table is read may be another for each dataset that is tried."""
    first = runs[0].params
    return {
        field: value
        for field, value in first.items()
        if field not in grid and all(run.params[field] == value for run in runs)
    }


def _params(lesson: Lesson[Any], shared: Params, one: Combination) -> Params:
    """The parameters of one run; each value was checked, but not yet all of them together."""
    given = {field: getattr(shared, field) for field in shared.model_fields_set}
    try:
        params: Params = lesson.params.model_validate({**given, **one.values})
    except ValidationError as error:
        raise invalid_input(field_errors(error.errors(), ("params",))) from None
    return params


def _moved(error: FieldError, one: Combination) -> FieldError:
    """An error of a run's params, told where the value stands in the grid if it is one of those that are tried."""
    _, part, *rest = error.pointer.split("/")
    if part != "params" or not rest or rest[0] not in one.places:
        return error
    pointer = "/".join(["", "grid", rest[0], str(one.places[rest[0]]), *rest[1:]])
    return error.model_copy(update={"pointer": pointer})


def _name(name: str, values: Mapping[str, Any]) -> str:
    """What a run of a sweep is called: as the sweep, and what it tries."""
    tried = " · ".join(f"{field} {forms.shown(value)}" for field, value in values.items())
    whole = f"{name}: {tried}" if tried else name
    return whole if len(whole) <= LONGEST_NAME else whole[: LONGEST_NAME - 1] + "…"


def _plain(request: NewSweep) -> dict[str, Any]:
    """The request as plain data for JSON."""
    plain: dict[str, Any] = request.model_dump(mode="json")
    return plain


def _digest(request: NewSweep) -> str:
    """What tells one request from another; the order of the grid's fields is part of it."""
    plain = _plain(request)
    plain["grid"] = list(plain["grid"].items())
    return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()
