"""The shapes of sweeps in the REST API, as they stand in the OpenAPI document; all others are in :mod:`app.schemas`."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WrapValidator, create_model
from pydantic.functional_validators import ModelWrapValidatorHandler
from typing_extensions import TypedDict  # of Python's own pydantic takes only 3.12's

from app.models import Sweep
from app.runs.events import timestamp
from app.schemas import Name, RunShape, Shape, TagWord, Time, union
from jobs.lessons.base import Params
from jobs.lessons.registry import LESSONS

MOST_RUNS = 64
"""How many runs a sweep may have."""


class NewSweep(BaseModel):
    """A sweep to be made: one run for each combination of the values in ``grid``.

    ``params`` left out, or fields of them, take the lesson's defaults; what stands in both is taken from ``grid``.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    lesson: str
    params: Params
    grid: Mapping[str, tuple[Any, ...]]
    name: Name | None = Field(None, description="A name to find it by; the lesson's title by default.")
    tags: Annotated[tuple[TagWord, ...], Field(max_length=20)] = Field((), description="Words to find its runs by.")


def _as_written(value: Any, handler: ModelWrapValidatorHandler[Any]) -> dict[str, Any]:
    """The checked fields in the order in which they were sent: it is the order of the runs."""
    found = handler(value)
    return {name: found[name] for name in value}


def _values(params: type[Params], name: str) -> Any:
    """A list of values for a field, each as the field itself takes it."""
    field = params.model_fields[name]
    # Validators before bounds: bounds that come after one are lost to the JSON Schema.
    rules = sorted(field.metadata, key=lambda rule: isinstance(rule, BeforeValidator))
    value = Annotated[(field.annotation, *rules)] if rules else field.annotation
    title = field.title or name
    return Annotated[tuple[value, ...], Field(min_length=1, max_length=MOST_RUNS, title=title)]  # type: ignore[valid-type]


def new_sweep_model(slug: str, params: type[Params], title: str) -> type[NewSweep]:
    """The body of ``POST /sweeps`` for one lesson."""
    camel = "".join(part.capitalize() for part in slug.split("-"))
    lists = {name: _values(params, name) for name in params.model_fields}
    grid = TypedDict(f"{camel}Grid", lists, total=False)  # type: ignore[misc]
    grid.__doc__ = f"Values to try for parameters of the lesson “{title}”."
    grid.__pydantic_config__ = ConfigDict(extra="forbid", allow_inf_nan=False)  # type: ignore[attr-defined]
    fields: dict[str, Any] = {
        "lesson": (Literal[slug], Field(description="The lesson's slug.")),
        "params": (params, Field(default_factory=params, description="The lesson's parameters that all runs share.")),
        "grid": (
            Annotated[grid, WrapValidator(_as_written)],
            Field(description="For each field the values to try; the last field changes fastest."),
        ),
    }
    return create_model(f"New{camel}Sweep", __base__=NewSweep, __doc__=f"A sweep of the lesson “{title}”.", **fields)


NewSweepOfAnyLesson = union([new_sweep_model(lesson.slug, lesson.params, lesson.title) for lesson in LESSONS])
"""The body of ``POST /sweeps``: a union over the registry, told apart by ``lesson``."""


class SweepLinks(Shape):
    """Where the parts of a sweep are."""

    self: str
    page: str
    runs: str


class SweepSummary(Shape):
    """Runs over a grid of parameters, without the runs."""

    id: str = Field(examples=["7h2m9x4kq1tz"])
    lesson: str = Field(examples=["first-network"])
    name: str
    params: dict[str, Any] = Field(description="What all its runs share.")
    grid: dict[str, list[Any]] = Field(examples=[{"batch_size": [10, 20]}])
    statuses: dict[str, int] = Field(description="How many runs are in each status.", examples=[{"completed": 2}])
    created_at: Time
    links: SweepLinks


class SweepShape(SweepSummary):
    """Runs over a grid of parameters."""

    runs: list[RunShape] = Field(description="Its runs in the order of the grid: the last field changes fastest.")


class SweepList(Shape):
    """One page of sweeps."""

    items: list[SweepSummary]
    next_cursor: str | None


def sweep_answer(sweep: Sweep, statuses: Mapping[str, int]) -> dict[str, Any]:
    """A row as a :class:`SweepSummary` says it, ready for JSON."""
    return {
        "id": sweep.id,
        "lesson": sweep.lesson,
        "name": sweep.name,
        "params": sweep.params,
        "grid": sweep.grid,
        "statuses": dict(statuses),
        "created_at": timestamp(sweep.created_at),
        "links": {
            "self": f"/api/v1/sweeps/{sweep.id}",
            "page": f"/sweeps/{sweep.id}",
            "runs": f"/api/v1/runs?sweep={sweep.id}",
        },
    }
