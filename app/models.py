"""The tables: a run, its events, its metrics, its exhibits, its checkpoints, its tags; and sweeps of runs.

Only columns and constraints live here; every query and every change of a run is in :mod:`app.runs`. Child rows refer
to a run by its number, which is small and never leaves the server; the outside knows a run by its opaque id.
"""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Text,
    TypeDecorator,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Status(StrEnum):
    """What a run is doing. The legal changes stand in :data:`app.runs.lifecycle.TRANSITIONS`."""

    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELED = "canceled"

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen by itself."""
        return self in (Status.COMPLETED, Status.FAILED, Status.CANCELED)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware time in UTC; SQLite itself keeps no time zone."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Store UTC without a zone."""
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Read it back as UTC."""
        return None if value is None else value.replace(tzinfo=UTC)


class Base(DeclarativeBase):
    """Base of all tables; constraints get names, so that a migration can name them."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {  # noqa: RUF012 (SQLAlchemy's own protocol)
        datetime: UtcDateTime,
        dict[str, Any]: JSON(none_as_null=True),
        list[int]: JSON(none_as_null=True),
    }


class Run(Base):
    """One recorded training.

    ``number`` counts runs in order of arrival and is the queue's order. ``seq`` is the sequence number of the run's
    newest event; up to the one with number ``packed`` their metrics stand in blocks. ``attempt`` counts executions;
    ``worker``, ``token_hash`` and ``acknowledged`` belong to the one under way: who executes it, what authorises its
    calls, and up to which journal entry all is stored. ``deaths`` counts those of its child since the last new
    generation, ``seams`` are the epochs (from 0) at which an attempt resumed, and ``irreproducible`` is the first value
    that came out another way when its epoch was trained again: ``epoch, metric, stored, replayed``. Of a
    cross-validation ``folds`` says how many folds there are, ``fold`` (from 0) which is under way and ``best_fold``
    which is meant by ``best_epoch``; ``epoch`` and ``epochs`` are the fold's. ``sweep_number`` is that
    of the sweep the run was made with, if it was made with one.
    """

    __tablename__ = "runs"
    __table_args__ = (
        Index(None, "status", "number"),
        Index(None, "lesson", "number"),
        Index(None, "name", "number"),
        Index(None, "sweep_number"),
        {"sqlite_autoincrement": True},
    )

    number: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    id: Mapped[str] = mapped_column(String(32), unique=True)
    lesson: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(200))
    params: Mapped[dict[str, Any]]
    status: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str | None] = mapped_column(String(64))
    error: Mapped[dict[str, Any] | None]
    result: Mapped[dict[str, Any] | None]
    seq: Mapped[int] = mapped_column(default=0)
    packed: Mapped[int] = mapped_column(default=0, server_default="0")

    attempt: Mapped[int] = mapped_column(default=0)
    worker: Mapped[str | None] = mapped_column(String(64))
    token_hash: Mapped[str | None] = mapped_column(String(64))
    acknowledged: Mapped[int] = mapped_column(default=0)
    deaths: Mapped[int] = mapped_column(default=0, server_default="0")
    seams: Mapped[list[int]] = mapped_column(default=list, server_default="[]")
    irreproducible: Mapped[dict[str, Any] | None]

    stage: Mapped[str | None] = mapped_column(String(16))
    fold: Mapped[int | None]
    folds: Mapped[int | None]
    epoch: Mapped[int | None]
    epochs: Mapped[int | None]
    eta_seconds: Mapped[float | None]
    seconds_per_epoch: Mapped[float | None]
    best_fold: Mapped[int | None]
    best_epoch: Mapped[int | None]
    best_monitor: Mapped[str | None] = mapped_column(String(200))
    best_value: Mapped[float | None]
    last: Mapped[dict[str, Any] | None]

    backend: Mapped[str | None] = mapped_column(String(32))
    device: Mapped[str | None] = mapped_column(String(100))
    route: Mapped[str | None] = mapped_column(String(16))
    jit_compile: Mapped[bool | None]
    versions: Mapped[dict[str, Any] | None]
    model_summary: Mapped[str | None] = mapped_column(Text)
    parameters: Mapped[int | None] = mapped_column(BigInteger)

    idempotency_key: Mapped[str | None] = mapped_column(String(200), unique=True)
    request_hash: Mapped[str | None] = mapped_column(String(64))

    sweep_number: Mapped[int | None] = mapped_column(ForeignKey("sweeps.number"))

    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]


class Sweep(Base):
    """Runs over a grid of parameters: one for each combination of the values in ``grid``, a list for each field.

    ``params`` are the others, complete and the same in all its runs. A sweep goes with the last of its runs.
    """

    __tablename__ = "sweeps"
    __table_args__ = ({"sqlite_autoincrement": True},)

    number: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    id: Mapped[str] = mapped_column(String(32), unique=True)
    lesson: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(200))
    params: Mapped[dict[str, Any]]
    grid: Mapped[dict[str, Any]]
    idempotency_key: Mapped[str | None] = mapped_column(String(200), unique=True)
    request_hash: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime]


class Tag(Base):
    """A word by which people find runs again."""

    __tablename__ = "tags"
    __table_args__ = (Index(None, "tag", "run_number"),)

    run_number: Mapped[int] = mapped_column(ForeignKey("runs.number", ondelete="CASCADE"), primary_key=True)
    tag: Mapped[str] = mapped_column(String(64), primary_key=True)


class Event(Base):
    """One message of a run, numbered from 1 without gaps. ``data`` is JSON as it goes to watchers, encoded once."""

    __tablename__ = "events"
    __table_args__ = ({"sqlite_with_rowid": False},)

    run_number: Mapped[int] = mapped_column(ForeignKey("runs.number", ondelete="CASCADE"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    type: Mapped[str] = mapped_column(String(16))
    time: Mapped[datetime]
    data: Mapped[str] = mapped_column(Text)


class Block(Base):
    """One metric over a stretch of a run's events, up to the one with number ``seq``.

    ``epoch`` holds the epochs (from 0, ascending) in four bytes each, ``value`` the values in eight, both with the
    lowest byte first as on every processor that Keras runs on. A value that isn't finite is NaN. Of an epoch that
    stands in more than one block, the block with the highest ``seq`` holds. ``fold`` is the fold (from 0) of a
    cross-validation, and 0 in every other run.
    """

    __tablename__ = "blocks"

    run_number: Mapped[int] = mapped_column(ForeignKey("runs.number", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(String(200), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    epoch: Mapped[bytes]
    value: Mapped[bytes]
    fold: Mapped[int] = mapped_column(default=0, server_default="0")


class Exhibit(Base):
    """What a lesson shows beside the curves, the newest under each name; ``place`` is their order, ``data`` is JSON."""

    __tablename__ = "exhibits"

    run_number: Mapped[int] = mapped_column(ForeignKey("runs.number", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    place: Mapped[int]
    data: Mapped[str] = mapped_column(Text)


class Checkpoint(Base):
    """A saved model that can be downloaded, or a generation. The file's name is its SHA-256; ``epoch`` is from 0.

    ``name`` is by what it is asked for: its kind, or for an improvement the name of its own. In a cross-validation it
    is an epoch of ``fold``, from 0 too.
    """

    __tablename__ = "checkpoints"

    run_number: Mapped[int] = mapped_column(ForeignKey("runs.number", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(String(110), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    epoch: Mapped[int]
    monitor: Mapped[str | None] = mapped_column(String(200))
    value: Mapped[float | None]
    sha256: Mapped[str] = mapped_column(String(64))
    bytes: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime]
    fold: Mapped[int | None]
