"""What crosses the wire between a worker and the server, and nothing else.

Both sides import these models: the server to validate what arrives, the worker to write it. They are plain
pydantic, so that importing them costs neither side Keras, FastAPI or SQLAlchemy.

A worker makes five kinds of calls, all over HTTP to the server that owns the database:

* ``POST /api/worker/sync`` says what the worker runs and how many slots are free; the server holds the call
  until there is something to start, to cancel or to pause (a long poll, which is also the lease).
* ``POST /api/worker/runs/{run}/attempts/{attempt}/events`` hands over journal entries in order.
* ``PUT /api/worker/runs/{run}/attempts/{attempt}/checkpoints/{kind}`` uploads a saved model or a
  generation.
* ``GET /api/worker/runs/{run}/attempts/{attempt}/generations/{sha256}`` fetches a generation to resume from,
  ``…/checkpoints/{name}`` a model that an earlier attempt has saved, and ``…/dataset`` the file of one's own that the
  run learns from, unless this machine has it.
* ``POST /api/worker/answers/{question}`` answers a question that ``sync`` has brought (:mod:`jobs.questions`), and
  ``GET /api/worker/models/{run}/{sha256}`` fetches the saved model that it is about, ``…/datasets/{name}`` a dataset.

The first and the last are authorised by the worker key, the others by the token of the one attempt. A call that carries
an attempt number that is no longer the run's own is answered 409 ``stale-attempt``: the sender must stop.
"""

import math
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, FiniteFloat, model_validator

from jobs.backend import DEFAULT

PROTOCOL = 5
"""Raised when either side could misread the other; the server refuses a worker that speaks another number."""

HOLD_SECONDS = 10.0
"""How long the server holds a ``sync`` call at most; a worker's HTTP time limit must be longer."""


class EventType(StrEnum):
    """The kinds of events of a run, as they stand in the database and on the WebSocket."""

    STATUS = "status"
    """The run's status changed (written by the server): ``status, reason, attempt, error``."""
    STAGE = "stage"
    """A stage began or is done: ``stage, state, seconds, summary``."""
    ENVIRONMENT = "environment"
    """Where the attempt runs: ``backend, device, route, jit_compile, versions``."""
    MODEL = "model"
    """The built model: ``summary, parameters``."""
    EPOCH = "epoch"
    """One epoch's History row: ``epoch, metrics, non_finite, seconds, eta_seconds, best, fold, folds, epochs``."""
    PROGRESS = "progress"
    """Within a long epoch, at most once a second: ``epoch, step, steps, fold``."""
    CHECKPOINT = "checkpoint"
    """A saved model can be downloaded: ``kind, name, epoch, monitor, value, sha256, bytes``."""
    LOG = "log"
    """A line for people: ``level, message``."""
    EXHIBIT = "exhibit"
    """Something to look at, as :class:`jobs.exhibits.Exhibit` says; takes the place of one with the same ``name``."""
    RESULT = "result"
    """What the run found: the lesson's own outcome, free-form JSON."""
    END = "end"
    """The attempt's last entry (never shown to watchers, it becomes a ``status`` event)."""


class Stage(StrEnum):
    """The Keras life-cycle, in order: what a run page shows while an attempt runs."""

    PREPARE = "prepare"
    DEFINE = "define"
    COMPILE = "compile"
    FIT = "fit"
    EVALUATE = "evaluate"
    PREDICT = "predict"


class Outcome(StrEnum):
    """How an attempt ended, as the worker sees it."""

    COMPLETED = "completed"
    FAILED = "failed"
    CANCELED = "canceled"
    RELEASED = "released"
    """The run goes back to the queue, unfinished: its worker is shutting down, or was found dead by the next one."""
    PAUSED = "paused"
    """The run stopped at a generation and waits: ``reason`` says why (``paused`` by hand, ``disk-full``)."""
    DIED = "died"
    """The child ended by itself while its worker lives: ``reason`` is ``killed`` or ``hung``, ``error`` is set."""


class Wire(BaseModel):
    """Base of everything on the wire: frozen, and nothing undeclared gets through."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


Number = Annotated[int, Field(ge=0, le=2**31 - 1)]
"""A count or an index: what every database's integer column holds."""

Route = Literal["compiled", "plain"]
"""How epochs are trained: whole stretches of steps in one compiled call, or by Keras's own ``fit``."""

Word = Annotated[str, Field(min_length=1, max_length=64)]
MetricName = Annotated[str, Field(min_length=1, max_length=200)]

FileName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}\.keras$")]
"""The name of a saved model's file, as ``ModelCheckpoint`` gives it; never that of a kind."""


def _absent(value: object) -> bool:
    return value is None


OfFold = Annotated[Number | None, Field(exclude_if=_absent)]
"""What only a cross-validation has; None, and nothing on the wire, everywhere else."""


class StageData(Wire):
    """A stage that began (``state="started"``) or is done, with what it produced in one sentence."""

    stage: Stage
    state: Literal["started", "done"]
    seconds: FiniteFloat | None = None
    summary: str | None = None


class EnvironmentData(Wire):
    """Where and how the attempt computes. Chosen at the first attempt and never changed by a later one."""

    backend: Annotated[str, Field(max_length=32)]
    device: str
    route: Route
    jit_compile: bool
    versions: dict[str, str]


class ModelData(Wire):
    """The built model: Keras's ``summary()`` as text and the number of trainable and other parameters."""

    summary: str
    parameters: Annotated[int, Field(ge=0, le=2**63 - 1)]


class Best(Wire):
    """The best epoch so far (stored from 0) by the metric that the lesson monitors, and its ``fold`` if any."""

    epoch: Number
    monitor: MetricName
    value: FiniteFloat
    fold: OfFold = None


class EpochData(Wire):
    """One row of Keras's History. A value that isn't finite is ``None``, and ``non_finite`` says what it was.

    In a cross-validation ``fold`` (from 0) of ``folds`` is the one under way, ``epoch`` is this fold's, of ``epochs``.
    """

    epoch: Number
    metrics: dict[MetricName, FiniteFloat | None]
    non_finite: dict[str, Literal["nan", "inf", "-inf"]] = Field(default_factory=dict)
    seconds: FiniteFloat
    eta_seconds: FiniteFloat | None = None
    best: Best | None = None
    fold: OfFold = None
    folds: OfFold = None
    epochs: OfFold = None

    @staticmethod
    def split(logs: dict[str, float]) -> tuple[dict[str, float | None], dict[str, Literal["nan", "inf", "-inf"]]]:
        """Part Keras's ``logs`` into finite values and the names of the others, because JSON has no NaN."""
        metrics: dict[str, float | None] = {}
        non_finite: dict[str, Literal["nan", "inf", "-inf"]] = {}
        for name, value in logs.items():
            number = float(value)
            if math.isfinite(number):
                metrics[name] = number
            else:
                metrics[name] = None
                non_finite[name] = "nan" if math.isnan(number) else "inf" if number > 0 else "-inf"
        return metrics, non_finite


class ProgressData(Wire):
    """How far a long epoch has come: ``step`` of ``steps`` batches are done."""

    epoch: Number
    step: Number
    steps: Number
    fold: OfFold = None


class CheckpointData(Wire):
    """A saved model or a generation, uploaded before this entry is sent. ``sha256`` is of the file's bytes.

    ``epoch`` of a model is the epoch after which it was saved. That of a generation is the epoch to go on with, 0
    where nothing is trained yet; it has no ``monitor`` and no ``value``. In a cross-validation it is an epoch of
    ``fold``. Each ``improvement`` stays, under a ``name`` of its own; of the other kinds only the newest.
    """

    kind: Literal["best", "last", "generation", "improvement"]
    name: Annotated[FileName | None, Field(exclude_if=_absent)] = None
    epoch: Number
    monitor: MetricName | None = None
    value: FiniteFloat | None = None
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    bytes: Annotated[int, Field(ge=1, le=2**63 - 1)]
    fold: OfFold = None

    @model_validator(mode="after")
    def _named(self) -> Self:
        if (self.kind == "improvement") != (self.name is not None):
            raise ValueError(
                f"the kind is {self.kind} and the name {self.name}; an improvement has a name, no other has"
            )
        return self

    @property
    def called(self) -> str:
        """By what it is known in its run."""
        return self.name or self.kind


class LogData(Wire):
    """A line for the run's log."""

    level: Literal["info", "warning", "error"]
    message: str


class ErrorData(Wire):
    """Why an attempt failed, for people: what was met and what can be done."""

    title: str
    detail: str


class EndData(Wire):
    """The last entry of an attempt. ``reason`` is a word for machines (``diverged``, ``killed``, ``data``, …)."""

    outcome: Outcome
    reason: Word | None = None
    error: ErrorData | None = None


class Entry(Wire):
    """One journal entry. ``n`` counts from 1 within the attempt, without gaps; ``data`` is as its type says."""

    n: Annotated[int, Field(ge=1, le=2**31 - 1)]
    type: EventType
    time: AwareDatetime
    data: dict[str, Any]


class EntryBatch(Wire):
    """Entries in order. What the server has already stored is skipped, so a batch may be sent again."""

    entries: Annotated[list[Entry], Field(max_length=1000)]


class Acknowledgement(Wire):
    """Every entry up to ``n`` is committed; the worker may forget it."""

    n: int


class AttemptRef(Wire):
    """One execution of a run."""

    run: str
    attempt: Annotated[int, Field(ge=1)]


class Assignment(AttemptRef):
    """What a worker needs to execute one attempt; ``token`` authorises this attempt's calls and no others.

    ``route`` and ``jit_compile`` are what an earlier attempt has chosen, None where none has: other ones would give
    other numbers. ``generations`` are the saved states to go on from, the newest first, at most two; empty where
    the run begins.
    """

    token: str
    lesson: str
    params: dict[str, Any]
    route: Route | None = None
    jit_compile: bool | None = None
    generations: list[CheckpointData] = []


class Question(Wire):
    """Something that a person waits to see: ``payload`` is as :mod:`jobs.questions` says for its kind."""

    id: Word
    kind: Literal["preview", "predict", "samples"]
    payload: dict[str, Any]


class SyncRequest(Wire):
    """What a worker says of itself.

    ``attempts`` lists every attempt until its end is acknowledged: an attempt that no call names loses its lease.
    ``stopping`` lists the attempts whose cancelation or pause the worker already knows. ``backend`` is Keras's: a run
    that an attempt has begun on one is never given to a worker with another. ``listens`` says that questions would be
    answered at once, ``questions`` are those that aren't answered yet: one that no call names is handed over again.
    """

    protocol: int = PROTOCOL
    worker: Annotated[str, Field(pattern="^[A-Za-z0-9._-]{1,64}$")]
    slots: Annotated[int, Field(ge=1, le=64)]
    free: Annotated[int, Field(ge=0, le=64)]
    devices: list[str] = []
    backend: Annotated[str, Field(min_length=1, max_length=32)] = DEFAULT
    attempts: Annotated[list[AttemptRef], Field(max_length=1000)] = []
    stopping: Annotated[list[AttemptRef], Field(max_length=1000)] = []
    listens: bool = False
    questions: Annotated[list[Word], Field(max_length=100)] = []
    hold: Annotated[FiniteFloat, Field(ge=0, le=HOLD_SECONDS)] = HOLD_SECONDS


class SyncReply(Wire):
    """What the worker shall start, cancel, pause and answer, and which of its attempts are no longer its own."""

    start: list[Assignment] = []
    cancel: list[AttemptRef] = []
    pause: list[AttemptRef] = []
    stale: list[AttemptRef] = []
    questions: list[Question] = []


def now() -> datetime:
    """The time that events carry: aware, UTC."""
    return datetime.now(UTC)
