"""What an attempt reports, stored exactly once: its journal entries in order, and the models it saved."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.errors import Problem, field_errors, invalid_input
from app.models import Checkpoint, Metric, Run, Status
from app.runs import events, lifecycle
from jobs import protocol
from jobs.protocol import Entry, EventType, Outcome

Values = dict[tuple[str, int], float | None]


@dataclass(frozen=True)
class Recorded:
    """Up to which entry all is stored, and the checkpoint files (by SHA-256) that no row names any more."""

    acknowledged: int
    superseded: frozenset[str]


def record(session: Session, run_id: str, attempt: int, token: str, entries: list[Entry], now: datetime) -> Recorded:
    """Store an attempt's entries in order. Entries stored before are skipped, so a batch may come twice.

    Raises:
        Problem: ``stale-attempt``, ``unauthorized``, or ``invalid-input`` for an entry that is not what its type says
            or leaves a gap.
    """
    run = lifecycle.authorize(session, run_id, attempt, token)
    before = _files(session, run)
    values: Values = {}
    for index, entry in enumerate(entries):
        if entry.n <= run.acknowledged:
            continue
        if entry.n != run.acknowledged + 1:
            raise Problem(
                "invalid-input", f"Entry {entry.n} follows entry {run.acknowledged}: the ones between are missing."
            )
        try:
            APPLY[entry.type](session, run, entry, values, now)
        except ValidationError as error:
            raise invalid_input(field_errors(error.errors(include_url=False), ("entries", index, "data"))) from None
        run.acknowledged = entry.n
        if entry.type is EventType.END:
            break
    _upsert_metrics(session, run, values)
    session.flush()
    return Recorded(run.acknowledged, before - _files(session, run))


def _files(session: Session, run: Run) -> frozenset[str]:
    return frozenset(session.scalars(select(Checkpoint.sha256).where(Checkpoint.run_number == run.number)))


def _stage(session: Session, run: Run, entry: Entry, _values: Values, _now: datetime) -> None:
    data = protocol.StageData.model_validate(entry.data)
    run.stage = data.stage
    _pass_on(session, run, entry)


def _environment(session: Session, run: Run, entry: Entry, _values: Values, _now: datetime) -> None:
    data = protocol.EnvironmentData.model_validate(entry.data)
    run.backend, run.device, run.route = data.backend, data.device, data.route
    run.jit_compile, run.versions = data.jit_compile, dict(data.versions)
    _pass_on(session, run, entry)


def _model(session: Session, run: Run, entry: Entry, _values: Values, _now: datetime) -> None:
    data = protocol.ModelData.model_validate(entry.data)
    run.model_summary, run.parameters = data.summary, data.parameters
    _pass_on(session, run, entry)


def _epoch(session: Session, run: Run, entry: Entry, values: Values, _now: datetime) -> None:
    data = protocol.EpochData.model_validate(entry.data)
    for name, value in data.metrics.items():
        values[name, data.epoch] = value
    run.epoch = data.epoch
    run.last = dict(data.metrics)
    run.eta_seconds = data.eta_seconds
    run.seconds_per_epoch = data.seconds
    if data.best is not None:
        run.best_epoch, run.best_monitor, run.best_value = data.best.epoch, data.best.monitor, data.best.value
    _pass_on(session, run, entry)


def _checkpoint(session: Session, run: Run, entry: Entry, _values: Values, now: datetime) -> None:
    data = protocol.CheckpointData.model_validate(entry.data)
    session.merge(Checkpoint(run_number=run.number, created_at=now, **data.model_dump()))
    _pass_on(session, run, entry)


def _result(session: Session, run: Run, entry: Entry, _values: Values, _now: datetime) -> None:
    run.result = dict(entry.data)
    _pass_on(session, run, entry)


def _end(session: Session, run: Run, entry: Entry, _values: Values, now: datetime) -> None:
    data = protocol.EndData.model_validate(entry.data)
    end(session, run, data, now)


def _checked(model: type[protocol.Wire]) -> "Apply":
    def apply(session: Session, run: Run, entry: Entry, _values: Values, _now: datetime) -> None:
        model.model_validate(entry.data)
        _pass_on(session, run, entry)

    return apply


def _server_only(_session: Session, _run: Run, entry: Entry, _values: Values, _now: datetime) -> None:
    raise Problem("invalid-input", f"Entry {entry.n} is of type {entry.type}, which only the server writes.")


Apply = Callable[[Session, Run, Entry, Values, datetime], None]

APPLY: Mapping[EventType, Apply] = {
    EventType.STAGE: _stage,
    EventType.ENVIRONMENT: _environment,
    EventType.MODEL: _model,
    EventType.EPOCH: _epoch,
    EventType.PROGRESS: _checked(protocol.ProgressData),
    EventType.CHECKPOINT: _checkpoint,
    EventType.LOG: _checked(protocol.LogData),
    EventType.RESULT: _result,
    EventType.END: _end,
    EventType.STATUS: _server_only,
}


def end(session: Session, run: Run, data: protocol.EndData, now: datetime) -> None:
    """End the run's attempt. A run that was asked to cancel ends canceled, unless it got done before."""
    error: dict[str, Any] | None = data.error.model_dump() if data.error else None
    canceling = run.reason == lifecycle.CANCEL_REQUESTED
    if data.outcome is Outcome.COMPLETED:
        lifecycle.change_status(session, run, Status.COMPLETED, now)
    elif canceling or data.outcome is Outcome.CANCELED:
        lifecycle.change_status(session, run, Status.CANCELED, now, data.reason or "canceled")
    elif data.outcome is Outcome.RELEASED:
        lifecycle.change_status(session, run, Status.QUEUED, now, data.reason or "worker-stopped")
    else:
        lifecycle.change_status(session, run, Status.FAILED, now, data.reason or "error", error)


def _pass_on(session: Session, run: Run, entry: Entry) -> None:
    events.append(session, run, entry.type, entry.data, entry.time)


def _upsert_metrics(session: Session, run: Run, values: Values) -> None:
    if not values:
        return
    rows = [
        {"run_number": run.number, "name": name, "epoch": epoch, "value": value}
        for (name, epoch), value in values.items()
    ]
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    statement = dialect.insert(Metric)
    statement = statement.on_conflict_do_update(
        index_elements=["run_number", "name", "epoch"], set_={"value": statement.excluded.value}
    )
    session.execute(statement, rows)
