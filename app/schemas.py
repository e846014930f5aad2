"""The shapes of the REST API, as they stand in the OpenAPI document. Other people's scripts rely on them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal, Union, cast

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, StringConstraints, create_model

from app import sentences
from app.models import Checkpoint, Run, Status
from app.runs.events import timestamp
from jobs.datasets import Source
from jobs.exhibits import Exhibit
from jobs.lessons.base import Params
from jobs.lessons.registry import LESSONS
from jobs.protocol import Stage

Time = Annotated[datetime, PlainSerializer(timestamp, return_type=str)]
"""A time as RFC 3339 in UTC."""

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=sentences.LINE)]
TagWord = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=sentences.WORD)]


class Shape(BaseModel):
    """Base of what is answered."""

    model_config = ConfigDict(frozen=True)


class NewRun(BaseModel):
    """A run to be made. ``params`` left out, or fields of it, take the lesson's defaults."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    lesson: str
    params: Params
    name: Name | None = Field(None, description="A name to find it by; the lesson's title by default.")
    tags: Annotated[tuple[TagWord, ...], Field(max_length=20)] = Field((), description="Words to find it by.")


def new_run_model(slug: str, params: type[Params], title: str) -> type[NewRun]:
    """The body of ``POST /runs`` for one lesson."""
    camel = "".join(part.capitalize() for part in slug.split("-"))
    fields: dict[str, Any] = {
        "lesson": (Literal[slug], Field(description="The lesson's slug.")),
        "params": (params, Field(default_factory=params, description="The lesson's parameters.")),
    }
    return create_model(f"New{camel}Run", __base__=NewRun, __doc__=f"A run of the lesson “{title}”.", **fields)


def union(models: Sequence[Any]) -> Any:
    """One of some bodies, told apart by ``lesson``."""
    return models[0] if len(models) == 1 else Annotated[Union[tuple(models)], Field(discriminator="lesson")]  # noqa: UP007


NewRunOfAnyLesson = union([new_run_model(lesson.slug, lesson.params, lesson.title) for lesson in LESSONS])
"""The body of ``POST /runs``: a union over the registry, told apart by ``lesson``."""


class Resume(BaseModel):
    """How a run is resumed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    epochs: Annotated[int, Field(strict=True)] | None = Field(
        None, description="Epochs in all, more than the run has had so far; left out, as many as it has."
    )


OF_FOLD = "Of a cross-validation, and left out elsewhere: the fold, from 0, whose epoch it is."


def _absent(value: object) -> bool:
    return value is None


class BestEpoch(Shape):
    """The best epoch so far, from 0, by the metric that the lesson monitors."""

    epoch: int
    monitor: str
    value: float
    fold: int | None = Field(None, exclude_if=_absent, description=OF_FOLD)


class RunError(Shape):
    """Why a run failed: what was met, and what can be done."""

    title: str
    detail: str


class Irreproducible(Shape):
    """The first value that came out another way when its epoch, from 0, was trained again after an interruption."""

    epoch: int
    metric: str
    stored: float | None = Field(description="What was recorded first, and stays; null where not finite.")
    replayed: float | None = Field(description="What came out later; null where not finite.")
    fold: int | None = Field(None, exclude_if=_absent, description=OF_FOLD)


class Links(Shape):
    """Where the parts of a run are."""

    self: str
    page: str
    history: str
    events: str
    checkpoints: str
    script: str


class RunShape(Shape):
    """One recorded training."""

    id: str = Field(examples=["4jx9k2m7qa3t"])
    lesson: str = Field(examples=["first-network"])
    name: str
    tags: list[str]
    status: Status
    reason: str | None = Field(description="One word where the status needs it, such as diverged or cancel-requested.")
    params: dict[str, Any]
    attempt: int = Field(description="Executions of this run so far.")
    stage: Stage | None
    fold: int | None = Field(description="Of a cross-validation, the fold under way, from 0.")
    folds: int | None = Field(description="How many folds a cross-validation has, known from its first epoch on.")
    epoch: int | None = Field(description="The last finished epoch, counted from 0; in a cross-validation the fold's.")
    epochs: int | None
    eta_seconds: float | None
    queue_position: int | None = Field(description="Place in the queue, from 1, while it waits.")
    waits_for: str | None = Field(
        description="What it waits for while none is connected: a worker, or a worker on jax, say; else null."
    )
    best: BestEpoch | None
    last: dict[str, float | None] | None = Field(description="The last epoch's metrics; null where not finite.")
    result: dict[str, Any] | None
    error: RunError | None
    backend: str | None
    route: str | None
    device: str | None
    created_at: Time
    started_at: Time | None
    finished_at: Time | None
    seams: list[int] = Field(
        description="Epochs, from 0, at which the training was resumed; of a cross-validation none."
    )
    irreproducible: Irreproducible | None = Field(description="Set when a repeated epoch gave other numbers.")
    sweep: str | None = Field(description="The id of the sweep that the run was made with.")
    links: Links


def run_answer(
    run: Run, tags: list[str], queue_position: int | None, waits_for: str | None, sweep: str | None
) -> dict[str, Any]:
    """A row as a :class:`RunShape` says it, ready for JSON.

    No model is made of it: for a page of runs that would take twice as long as all the rest, and what is in the
    database was checked when it came.
    """
    base = f"/api/v1/runs/{run.id}"
    best = None
    if run.best_epoch is not None and run.best_monitor is not None and run.best_value is not None:
        best = {"epoch": run.best_epoch, "monitor": run.best_monitor, "value": run.best_value}
        if run.best_fold is not None:
            best["fold"] = run.best_fold
    return {
        "id": run.id,
        "lesson": run.lesson,
        "name": run.name,
        "tags": tags,
        "status": run.status,
        "reason": run.reason,
        "params": run.params,
        "attempt": run.attempt,
        "stage": run.stage,
        "fold": run.fold,
        "folds": run.folds,
        "epoch": run.epoch,
        "epochs": run.epochs,
        "eta_seconds": run.eta_seconds,
        "queue_position": queue_position,
        "waits_for": waits_for,
        "best": best,
        "last": run.last,
        "result": run.result,
        "error": run.error,
        "backend": run.backend,
        "route": run.route,
        "device": run.device,
        "created_at": timestamp(run.created_at),
        "started_at": None if run.started_at is None else timestamp(run.started_at),
        "finished_at": None if run.finished_at is None else timestamp(run.finished_at),
        "seams": run.seams,
        "irreproducible": run.irreproducible,
        "sweep": sweep,
        "links": {
            "self": base,
            "page": f"/runs/{run.id}",
            "history": f"{base}/history",
            "events": f"{base}/events",
            "checkpoints": f"{base}/checkpoints",
            "script": f"{base}/script.py",
        },
    }


class RunList(Shape):
    """One page of runs."""

    items: list[RunShape]
    next_cursor: str | None


class HistoryShape(Shape):
    """Keras's own shape: one list per metric; null where a value isn't finite."""

    epoch: list[int] = Field(examples=[[0, 1]])
    history: dict[str, list[float | None]] = Field(examples=[{"loss": [0.69, 0.66], "val_loss": [0.68, 0.66]}])


class SampledSeries(Shape):
    """Some points of one metric: the lowest and highest of each stretch."""

    epoch: list[int]
    value: list[float | None]


class SampledHistory(Shape):
    """The history in at most ``max_points`` points per metric."""

    sampled: Literal[True] = True
    series: dict[str, SampledSeries]


class ExhibitList(Shape):
    """What a run shows beside its curves. Pictures are PNG in base64."""

    items: list[Exhibit]


class CheckpointShape(Shape):
    """A saved model. ``epoch`` counts from 0, and from 1 in the name of an improvement, as Keras does."""

    kind: Literal["best", "last", "improvement"]
    name: str = Field(description="By what it is downloaded: the kind, or an improvement's own name.")
    fold: int | None = Field(None, exclude_if=_absent, description=OF_FOLD)
    epoch: int
    monitor: str | None
    value: float | None
    sha256: str
    bytes: int
    created_at: Time
    href: str

    @classmethod
    def of(cls, run_id: str, row: Checkpoint) -> "CheckpointShape":
        """The shape of a row."""
        return cls(
            kind=cast(Any, row.kind),
            name=row.name,
            fold=row.fold,
            epoch=row.epoch,
            monitor=row.monitor,
            value=row.value,
            sha256=row.sha256,
            bytes=row.bytes,
            created_at=row.created_at,
            href=f"/api/v1/runs/{run_id}/checkpoints/{row.name}",
        )


class CheckpointList(Shape):
    """The checkpoints of a run."""

    items: list[CheckpointShape]
    next_cursor: None = None


class DatasetShape(Shape):
    """A dataset and where it would come from."""

    name: str
    title: str
    source: Source
    rows: int
    detail: str


class PresetShape(Shape):
    """Named values with the reason to try them."""

    slug: str
    title: str
    why: str
    values: dict[str, Any]
    grid: dict[str, list[Any]] = Field(
        description="Values to try side by side by `POST /sweeps`; empty for a single run."
    )


class LessonShape(Shape):
    """One part of the course."""

    slug: str
    number: int
    title: str
    summary: str
    href: str


class LessonDetail(LessonShape):
    """A lesson with everything needed to run it."""

    explanation: list[str]
    parameters: dict[str, Any] = Field(description="JSON Schema of `params`.")
    presets: list[PresetShape]
    datasets: list[DatasetShape]


class LessonList(Shape):
    """The catalogue."""

    items: list[LessonShape]
    next_cursor: None = None


class ScriptShape(Shape):
    """A plain Keras script."""

    filename: str
    script: str


class WorkerShape(Shape):
    """A worker whose lease holds."""

    name: str
    slots: int
    free: int
    devices: list[str]


class Health(Shape):
    """What the server is and has; only ``status`` for strangers when a token is set."""

    status: Literal["ok"] = "ok"
    versions: dict[str, str] | None = None
    database: str | None = None
    workers: list[WorkerShape] | None = None
    queue_length: int | None = None
