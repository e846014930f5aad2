"""What an attempt reports, stored exactly once: its journal entries in order, and the models it saved."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.errors import invalid_input
from app.models import Checkpoint, Metric, Run, Status
from app.runs import events, lifecycle
from app.sentences import FieldError, field_errors
from jobs import protocol
from jobs.protocol import Entry, EventType, Outcome

Values = dict[tuple[str, int], float | None]

SizeOf = Callable[[str, str], int | None]
"""The bytes of a run's uploaded checkpoint, by run id and SHA-256; None where there is none."""


@dataclass(frozen=True)
class Reported:
    """What arrived: some entries, for which attempt, and the token that shall prove it."""

    run_id: str
    attempt: int
    token: str
    entries: list[Entry]


@dataclass(frozen=True)
class Recorded:
    """Up to which entry all is stored, and the checkpoint files (by SHA-256) that no row names any more."""

    acknowledged: int
    superseded: frozenset[str]


def record(session: Session, reported: Reported, size_of: SizeOf, now: datetime) -> Recorded:
    """Store an attempt's entries in order, all or none. Those stored before are skipped, so a batch may come twice.

    Raises:
        Problem: ``stale-attempt``, ``unauthorized``, or ``invalid-input`` for an entry that is not what its type says,
            leaves a gap, or names a checkpoint that wasn't uploaded.
    """
    run = lifecycle.authorize(session, reported.run_id, reported.attempt, reported.token)
    named = _files(session, run)
    values: Values = {}
    for index, entry in enumerate(reported.entries):
        if entry.n <= run.acknowledged:
            continue
        if entry.n != run.acknowledged + 1:
            detail = f"Entry {entry.n} follows entry {run.acknowledged}. Send entry {run.acknowledged + 1} next."
            raise invalid_input([FieldError(pointer=f"/entries/{index}/n", code="gap", detail=detail)])
        try:
            APPLY[entry.type](session, run, entry, values, now)
            if entry.type is EventType.CHECKPOINT:
                named |= {_require_upload(run, entry, size_of)}
        except ValidationError as error:
            raise invalid_input(field_errors(error.errors(include_url=False), ("entries", index, "data"))) from None
        except _Refused as error:
            raise invalid_input(
                [FieldError(pointer=f"/entries/{index}/{error.where}", code=error.code, detail=error.detail)]
            ) from None
        run.acknowledged = entry.n
        if entry.type is EventType.END:
            break
    _upsert_metrics(session, run, values)
    session.flush()
    return Recorded(run.acknowledged, named - _files(session, run))


class _Refused(Exception):
    """An entry that is well formed and still can't be stored."""

    def __init__(self, where: str, code: str, detail: str) -> None:
        self.where, self.code, self.detail = where, code, detail


def _files(session: Session, run: Run) -> frozenset[str]:
    return frozenset(session.scalars(select(Checkpoint.sha256).where(Checkpoint.run_number == run.number)))


def _stage(session: Session, run: Run, entry: Entry, _values: Values, _now: datetime) -> None:
    data = protocol.StageData.model_validate(entry.data)
    run.stage = data.stage
    _pass_on(session, run, entry)


def _environment(session: Session, run: Run, entry: Entry, _values: Values, _now: datetime) -> None:
    data = protocol.EnvironmentData.model_validate(entry.data)
    run.backend, run.device, run.route = data.backend, data.device[:100], data.route
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


def _require_upload(run: Run, entry: Entry, size_of: SizeOf) -> str:
    data = protocol.CheckpointData.model_validate(entry.data)
    size = size_of(run.id, data.sha256)
    if size != data.bytes:
        found = "was not uploaded" if size is None else f"was uploaded with {size} bytes, not {data.bytes}"
        raise _Refused("data/sha256", "not_uploaded", f"The checkpoint {data.sha256} {found}. Upload it first.")
    return data.sha256


def _result(session: Session, run: Run, entry: Entry, _values: Values, _now: datetime) -> None:
    try:  # the one entry whose data is free: all that is stored must be able to leave again as JSON
        json.dumps(entry.data, allow_nan=False, ensure_ascii=False).encode()
    except ValueError as error:
        raise _Refused(
            "data", "not_json", f"The result holds what JSON cannot say: {error}. Send null instead."
        ) from None
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
    raise _Refused(
        "type", "server_only", f"Entries of type {entry.type} are written by the server alone. Leave it out."
    )


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
    elif canceling:  # however it stopped, by itself or killed: it was asked to
        lifecycle.change_status(session, run, Status.CANCELED, now, "canceled")
    elif data.outcome is Outcome.CANCELED:
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
