"""What an attempt reports, stored exactly once: its journal entries in order, and what it saved."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import ValidationError
from pydantic_core import to_json
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import invalid_input
from app.models import Checkpoint
from app.runs import columns, ending, events, exhibits, generations, lifecycle, replay, rows
from app.sentences import FieldError, field_errors
from jobs import protocol
from jobs.exhibits import Exhibit
from jobs.monitor import MOST as MOST_IMPROVEMENTS
from jobs.protocol import Entry, EventType

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
    saves = any(entry.type is EventType.CHECKPOINT for entry in reported.entries)
    named = _files(session, run.number) if saves else frozenset()
    batch = _Batch(session, run, size_of, now)
    acknowledged = run.acknowledged
    for index, entry in enumerate(reported.entries):
        if entry.n <= acknowledged:
            continue
        if entry.n != acknowledged + 1:
            detail = f"Entry {entry.n} follows entry {acknowledged}. Send entry {acknowledged + 1} next."
            raise invalid_input([FieldError(pointer=f"/entries/{index}/n", code="gap", detail=detail)])
        try:
            APPLY[entry.type](batch, entry)
        except ValidationError as error:
            raise invalid_input(field_errors(error.errors(include_url=False), ("entries", index, "data"))) from None
        except _Refused as error:
            raise invalid_input(
                [FieldError(pointer=f"/entries/{index}/{error.where}", code=error.code, detail=error.detail)]
            ) from None
        acknowledged = entry.n
        if entry.type is EventType.END:
            break
    else:
        batch.changes["acknowledged"] = acknowledged
        batch.settle()
    return Recorded(acknowledged, (named | batch.uploads) - _files(session, run.number) if saves else frozenset())


class _Refused(Exception):
    """An entry that is well formed and still can't be stored."""

    def __init__(self, where: str, code: str, detail: str) -> None:
        self.where, self.code, self.detail = where, code, detail


class _Batch:
    """What some entries change, gathered, so that a thousand epochs are a few statements and one change of the run."""

    def __init__(self, session: Session, run: lifecycle.Owned, size_of: SizeOf, now: datetime) -> None:
        self.session, self.run, self.size_of, self.now = session, run, size_of, now
        self.uploads: set[str] = set()
        self.messages: list[events.Message] = []
        self.changes: dict[str, Any] = {}
        self.reached: replay.Place = (run.fold or 0, -1 if run.epoch is None else run.epoch)
        """How far the training has come: the newest fold, and its highest epoch told so far."""
        self.irreproducible = run.irreproducible
        self._seq, self._packed = run.seq, run.packed
        self._known: dict[replay.Place, dict[str, float | None]] = {}
        self._known_up_to: replay.Place = (0, -1)

    def pass_on(self, entry: Entry) -> None:
        """Have an entry become an event as it was sent."""
        self.messages.append((entry.type, entry.data, entry.time))

    def settle(self) -> None:
        """Write what has been gathered."""
        session, number = self.session, self.run.number
        self._seq = events.write(session, self.run.id, number, self._seq, self.messages)
        if self._seq - self._packed >= columns.STRETCH:
            self.changes["packed"] = self._packed = columns.pack(session, number, self._packed, self._seq)
        rows.update(session, lifecycle.TABLE, {**self.changes, "seq": self._seq}, "number", number)
        self.messages, self.changes = [], {}

    def stored(self, place: replay.Place) -> dict[str, float | None]:
        """The metrics that an epoch has already, told in this batch or before; empty where it has none."""
        if place > self._known_up_to:
            self.settle()
            self._known, self._known_up_to = replay.stored(self.session, self.run.number), self.reached
        return self._known.setdefault(place, {})


def _files(session: Session, number: int) -> frozenset[str]:
    return frozenset(session.scalars(select(Checkpoint.sha256).where(Checkpoint.run_number == number)))


def _stage(batch: _Batch, entry: Entry) -> None:
    batch.changes["stage"] = protocol.StageData.model_validate(entry.data).stage
    batch.pass_on(entry)


def _environment(batch: _Batch, entry: Entry) -> None:
    data = protocol.EnvironmentData.model_validate(entry.data)
    batch.changes.update(data.model_dump(), device=data.device[:100])
    batch.pass_on(entry)


def _model(batch: _Batch, entry: Entry) -> None:
    data = protocol.ModelData.model_validate(entry.data)
    batch.changes.update(model_summary=data.summary, parameters=data.parameters)
    batch.pass_on(entry)


def _epoch(batch: _Batch, entry: Entry) -> None:
    data = protocol.EpochData.model_validate(entry.data)
    place = (data.fold or 0, data.epoch)
    if place <= batch.reached:
        _replayed(batch, entry, data, place)
        return
    if data.fold is not None or data.folds is not None:
        batch.changes.update(_of_fold(data))
    batch.reached = place
    batch.changes.update(
        epoch=data.epoch, last=data.metrics, eta_seconds=data.eta_seconds, seconds_per_epoch=data.seconds
    )
    if data.best is not None:
        best = data.best
        batch.changes.update(best_epoch=best.epoch, best_monitor=best.monitor, best_value=best.value)
        if best.fold is not None:
            batch.changes["best_fold"] = best.fold
    batch.pass_on(entry)


def _of_fold(data: protocol.EpochData) -> dict[str, int]:
    """What a cross-validation's epoch changes besides."""
    if data.fold is None or data.folds is None or data.fold >= data.folds:
        told = f"fold {data.fold} of {data.folds} folds" if data.fold is not None else f"{data.folds} folds and no fold"
        raise _Refused("data/fold", "no_fold", f"The epoch is of {told}. Send both: fold from 0, less than folds.")
    changes = {"fold": data.fold, "folds": data.folds}
    return changes if data.epochs is None else {**changes, "epochs": data.epochs}


def _replayed(batch: _Batch, entry: Entry, data: protocol.EpochData, place: replay.Place) -> None:
    """An epoch that was trained already, or one that was left out before."""
    stored = batch.stored(place)
    if not stored:
        stored.update(data.metrics)
        batch.pass_on(entry)
        return
    differs = replay.difference(data.epoch, stored, data.metrics, data.fold)
    if differs is not None and not batch.irreproducible:
        batch.irreproducible = True
        batch.changes["irreproducible"] = differs.as_json()
        batch.messages.append((EventType.LOG, {"level": "error", "message": differs.words()}, entry.time))


def _progress(batch: _Batch, entry: Entry) -> None:
    data = protocol.ProgressData.model_validate(entry.data)
    if (data.fold or 0, data.epoch) > batch.reached:  # how far a replay has come is of no interest
        batch.pass_on(entry)


def _checkpoint(batch: _Batch, entry: Entry) -> None:
    data = protocol.CheckpointData.model_validate(entry.data)
    size = batch.size_of(batch.run.id, data.sha256)
    if size != data.bytes:
        found = "was not uploaded" if size is None else f"was uploaded with {size} bytes, not {data.bytes}"
        raise _Refused("data/sha256", "not_uploaded", f"The checkpoint {data.sha256} {found}. Upload it first.")
    batch.uploads.add(data.sha256)
    if data.kind == generations.NEWEST:
        if generations.keep(batch.session, batch.run.number, data, batch.now):
            batch.changes["deaths"] = 0
        return
    if data.kind == "improvement" and not _is_new(batch, data):
        return
    batch.session.merge(generations.row(batch.run.number, data, batch.now))
    batch.pass_on(entry)


def _is_new(batch: _Batch, data: protocol.CheckpointData) -> bool:
    """Whether an improvement isn't here yet. One that was trained again after an interruption is: the first stays."""
    query = select(Checkpoint.name).where(Checkpoint.run_number == batch.run.number, Checkpoint.kind == data.kind)
    known = set(batch.session.scalars(query))
    if data.called not in known and len(known) >= MOST_IMPROVEMENTS:
        detail = f"A run keeps at most {MOST_IMPROVEMENTS} improvements, and {data.called!r} is one more. Send no more."
        raise _Refused("data/name", "too_many", detail)
    return data.called not in known


def _exhibit(batch: _Batch, entry: Entry) -> None:
    data = Exhibit.model_validate(entry.data)
    if data.epoch is not None and data.epoch <= batch.reached[1]:  # shown before the interruption
        return
    if not exhibits.keep(batch.session, batch.run.number, data):
        detail = f"A run shows at most {exhibits.MOST} exhibits, and {data.name!r} is one more. Use a name again."
        raise _Refused("data/name", "too_many", detail)
    batch.pass_on(entry)


def _result(batch: _Batch, entry: Entry) -> None:
    try:  # the one entry whose data is free: all that is stored must be able to leave again as JSON
        json.dumps(entry.data, allow_nan=False, ensure_ascii=False).encode()
        to_json(entry.data)  # which doesn't nest as deeply
    except ValueError as error:
        raise _Refused(
            "data", "not_json", f"The result holds what JSON cannot say: {error}. Send null instead."
        ) from None
    batch.changes["result"] = entry.data
    batch.pass_on(entry)


def _end(batch: _Batch, entry: Entry) -> None:
    data = protocol.EndData.model_validate(entry.data)
    batch.changes["acknowledged"] = entry.n
    batch.settle()  # what came before it comes before it
    ending.end(batch.session, lifecycle.find(batch.session, batch.run.id), data, batch.now)


def _checked(model: type[protocol.Wire]) -> "Apply":
    def apply(batch: _Batch, entry: Entry) -> None:
        model.model_validate(entry.data)
        batch.pass_on(entry)

    return apply


def _server_only(_batch: _Batch, entry: Entry) -> None:
    raise _Refused(
        "type", "server_only", f"Entries of type {entry.type} are written by the server alone. Leave it out."
    )


Apply = Callable[[_Batch, Entry], None]

APPLY: Mapping[EventType, Apply] = {
    EventType.STAGE: _stage,
    EventType.ENVIRONMENT: _environment,
    EventType.MODEL: _model,
    EventType.EPOCH: _epoch,
    EventType.PROGRESS: _progress,
    EventType.CHECKPOINT: _checkpoint,
    EventType.LOG: _checked(protocol.LogData),
    EventType.EXHIBIT: _exhibit,
    EventType.RESULT: _result,
    EventType.END: _end,
    EventType.STATUS: _server_only,
}
