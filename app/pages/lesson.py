"""A lesson's page: what it shows, the form made from its parameters, and the code that will run."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from math import prod
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from pydantic import ValidationError
from starlette.responses import Response

from app import board as boards
from app import forms
from app.errors import Problem
from app.pages import course, pace, snippets
from app.pages.cards import Card, cards
from app.pages.shared import shelves, site
from app.pages.shelf import Shelf
from app.pages.site import Page
from app.runs import queries
from app.sentences import field_errors
from jobs.backend import DEFAULT
from jobs.datasets.names import AUTO
from jobs.datasets.problems import DatasetProblem, UnfitReading
from jobs.lessons import registry
from jobs.lessons.base import Lesson, Params, Preset
from jobs.lessons.shared import own_tables

REMEMBERED = timedelta(days=90)
"""How old a run may be to tell how long another will take."""

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class Input:
    """A field with what stands in it, and what is wrong with that."""

    field: forms.Field
    text: str
    error: str | None


@dataclass(frozen=True)
class Section:
    """The inputs under one heading. ``own`` ones matter for own tables alone, and are ``hidden`` for others."""

    title: str
    inputs: tuple[Input, ...]
    own: bool
    hidden: bool


@dataclass(frozen=True)
class Choice:
    """A preset as a button: ``values`` are all fields as they stand in the form, ``grid`` those with several values.

    ``kept`` is the data of one's own that stays chosen, because the preset names none.
    """

    slug: str
    title: str
    why: str
    values: Mapping[str, str]
    grid: Mapping[str, Sequence[str]]
    kept: Mapping[str, str]
    chosen: bool

    @property
    def runs(self) -> int:
        """How many runs it makes."""
        return prod(map(len, self.grid.values()))

    @property
    def query(self) -> str:
        """What the address of the form with this preset says."""
        tried = {f"try.{name}": ";".join(texts) for name, texts in self.grid.items()}
        return urlencode({"preset": self.slug, **self.kept, **tried})


@dataclass(frozen=True, kw_only=True)
class LessonPage(Page):
    """What a lesson's page shows. ``data`` is what its JavaScript needs, ``unlike`` says if the code isn't as typed."""

    lesson: Lesson[Any]
    sections: tuple[Section, ...]
    choices: tuple[Choice, ...]
    datasets: tuple[Shelf, ...]
    auto: Shelf | None
    code: str
    unlike: str
    curl: str
    python: str
    command: str
    seconds: float | None
    runs: tuple[Card, ...]
    before: Lesson[Any] | None
    after: Lesson[Any] | None
    data: Mapping[str, Any]


@router.get("/lessons")
def lessons(request: Request) -> Response:
    """The lessons are the home page."""
    return Response(status_code=308, headers={"Location": "/"})


@router.get("/lessons/{slug}")
def lesson(request: Request, slug: str) -> Response:
    """Show one lesson; parameters in the address fill the form.

    Raises:
        Problem: ``unknown-lesson``.
    """
    found = registry.find(slug)
    if found is None:
        raise Problem("unknown-lesson", f"There is no lesson {slug[:60]!r}. The home page shows all.")
    return site(request).answer(request, "lesson.html", _page(request, found))


def _page(request: Request, lesson: Lesson[Any]) -> LessonPage:
    board = boards.of(request)
    names = board.datasets.offered(lesson.datasets)
    fields = offering(forms.fields(lesson.params), names)
    preset = next((one for one in lesson.presets if one.slug == request.query_params.get("preset")), lesson.presets[0])
    defaults = {field.name: field.default for field in fields}
    typed = forms.from_query(fields, request.query_params)
    values = {**defaults, **preset.values, **typed}
    params, errors = validated(lesson.params, values)
    known = shelves(request).look(names)
    complete, errors = completed(board, lesson, params, errors)
    candidates = known[: len(lesson.datasets)]  # auto never takes an own dataset
    usable = [shelf for shelf in candidates if shelf.state in ("here", "download", "invalid")]
    auto = next(iter(usable or candidates[-1:]), None)
    with board.database.read() as session:
        since = datetime.now(UTC) - REMEMBERED
        earlier = queries.epochs_of(session, lesson.slug, since)
        runs = cards(session, queries.search(session, queries.RunQuery(lesson=lesson.slug, limit=4)).items)
    changes = forms.changed(fields, params.model_dump(mode="json"))
    origin, token = str(request.base_url).rstrip("/"), board.settings.token is not None
    known_pace = pace.of(earlier, _rows(lesson, [*known, *([] if auto is None else [replace(auto, name="auto")])]))
    per_epoch = known_pace.of_epoch(params.model_dump())
    epochs = sum(each.of(params.model_dump()) for each in lesson.trainings) if lesson.trains else 0
    own = values.get("dataset") in names[len(lesson.datasets) :]
    data = {name: values[name] for name in ("dataset", *own_tables.FIELDS) if own and name in values}
    tries = any(name.startswith("try.") for name in request.query_params)
    choices = tuple(_choice(lesson, one, defaults, data, None if tries else params) for one in lesson.presets)
    steps = course.path()
    place = next((index for index, step in enumerate(steps) if step.slug == lesson.slug), None)
    return LessonPage(
        title=lesson.title,
        section="lessons",
        lesson=lesson,
        sections=tuple(
            _section(
                group,
                [
                    Input(field, _text(field, values, request.query_params), errors.get(field.name))
                    for field in group.fields
                ],
                own=own,
            )
            for group in forms.groups(fields)
        ),
        choices=choices,
        datasets=tuple(known),
        auto=auto,
        code=lesson.script(_with_dataset(complete, auto), lesson.jit_compile, DEFAULT),
        unlike="with the default instead: a value cannot be used" if errors else "",
        curl=snippets.curl(origin, lesson.slug, changes, token=token),
        python=snippets.python(origin, lesson.slug, changes, token=token),
        command=snippets.command(lesson.slug, changes),
        seconds=None if per_epoch is None else per_epoch * epochs,
        runs=tuple(runs),
        before=steps[place - 1] if place else None,
        after=steps[place + 1] if place is not None and place + 1 < len(steps) else None,
        data={
            "lesson": lesson.slug,
            "origin": origin,
            "token": token,
            "pace": known_pace.seconds,
            "rows": known_pace.rows,
            "trainings": [asdict(each) for each in lesson.trainings] if lesson.trains else [],
            "fields": [
                {
                    "name": field.name,
                    "kind": field.kind,
                    "item": field.item,
                    "optional": field.optional,
                    "default": field.default,
                }
                for field in fields
            ],
            "presets": {choice.slug: {"values": choice.values, "grid": choice.grid} for choice in choices},
            "own": list(names[len(lesson.datasets) :]),
            "datasets": {shelf.name: shelf.detail for shelf in known} | _auto_words(auto),
        },
    )


def _choice(
    lesson: Lesson[Any], preset: Preset, defaults: Mapping[str, Any], data: Mapping[str, Any], params: Params | None
) -> Choice:
    """A preset beside what is chosen: ``data`` of one's own, and ``params`` where none is tried with several values."""
    values = {**defaults, **preset.values}
    kept = data if values.get("dataset") == AUTO else {}
    return Choice(
        preset.slug,
        preset.title,
        preset.why,
        {name: forms.shown(value) for name, value in values.items()},
        {name: [forms.shown(value) for value in tried] for name, tried in preset.grid.items()},
        {name: forms.shown(value) for name, value in kept.items() if value != defaults[name]},
        chosen=not preset.grid and params is not None and params == validated(lesson.params, {**values, **kept})[0],
    )


def offering(fields: Iterable[forms.Field], names: Iterable[str]) -> tuple[forms.Field, ...]:
    """The fields, with a choice of these names for the dataset."""
    return tuple(
        replace(field, kind=forms.Kind.CHOICE, options=(AUTO, *names)) if field.name == "dataset" else field
        for field in fields
    )


def validated(model: type[Params], values: Mapping[str, Any]) -> tuple[Params, dict[str, str]]:
    """The parameters, and a sentence for each field whose value can't be used; such a one keeps its default."""
    try:
        return model.model_validate(dict(values)), {}
    except ValidationError as error:
        found = {one.pointer.split("/")[1]: one.detail for one in field_errors(error.errors())}
        sound = {name: value for name, value in values.items() if name not in found}
        return model.model_validate(sound), found


def completed(
    board: boards.Board, lesson: Lesson[Any], params: Params, errors: dict[str, str]
) -> tuple[Params, dict[str, str]]:
    """The params as a run would have them where they name an own dataset, and what is wrong with that.

    A name passes for a dataset's as long as it is well-formed: whether there is one of that name, and whether it can be
    read so, is known here. What can't be used is left for the lesson's default.
    """
    wanted = getattr(params, "dataset", AUTO)
    if wanted in (AUTO, *lesson.datasets):
        return params, errors
    try:
        state = board.datasets.resolve(wanted, lesson.datasets, own_tables.reading(params))
    except DatasetProblem as problem:
        names = (*own_tables.FIELDS, "dataset")
        defaults = {name: field.default for name, field in type(params).model_fields.items() if name in names}
        field = problem.field if isinstance(problem, UnfitReading) else "dataset"
        return params.model_copy(update=defaults), {**errors, field: problem.detail}
    return params.model_copy(update=own_tables.resolved(params, state)), errors


def _section(group: forms.Group, inputs: list[Input], *, own: bool) -> Section:
    """Some inputs under their heading; ``own`` says whether an own dataset is chosen."""
    touched = any(one.error or one.text != forms.shown(one.field.default) for one in inputs)
    of_own = group.title == own_tables.GROUP
    return Section(group.title, tuple(inputs), of_own, hidden=of_own and not own and not touched)


def _text(field: forms.Field, values: Mapping[str, Any], query: Mapping[str, str]) -> str:
    """What stands in a field: what was typed, to the letter, or the value."""
    return query[field.name] if field.name in query else forms.shown(values[field.name])


def _rows(lesson: Lesson[Any], known: Iterable[Shelf]) -> dict[str, int]:
    """The training images of each dataset, where a lesson takes a part of them."""
    if "samples" not in lesson.params.model_fields:
        return {}
    return {shelf.name: shelf.rows for shelf in known if shelf.rows}


def _auto_words(shelf: Shelf | None) -> dict[str, str]:
    return {} if shelf is None else {"auto": f"Takes {shelf.title}: {shelf.detail}"}


def _with_dataset(params: Params, shelf: Shelf | None) -> Params:
    if shelf is None or getattr(params, "dataset", None) != "auto":
        return params
    return params.model_copy(update={"dataset": shelf.name})
