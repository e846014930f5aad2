"""Finding runs: one page of a list, the queue, and what a list needs of many runs at once (never a query per row)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, defer

from app.models import Checkpoint, Run, Status, Sweep, Tag
from app.runs import cursors, lifecycle

SORTS: dict[str, InstrumentedAttribute[Any]] = {
    "created_at": Run.number,
    "name": Run.name,
    "lesson": Run.lesson,
    "status": Run.status,
}
"""What a list can be sorted by; a leading ``-`` turns the order round. Runs are numbered as they are created."""

LISTED = select(Run).options(defer(Run.model_summary), defer(Run.versions))
"""Runs without their longest columns, which no list shows. Made once, as all that takes longer to make than to run."""

SHOWN = ("best", "last", "improvement")
"""The kinds of checkpoints that people see, in order."""

DEFAULT_SORT = "-created_at"
MAX_LIMIT = 200
MOST_WORDS = 500
"""Up to how many different tags and lessons are looked through here; more are by the database, row by row."""


@dataclass(frozen=True)
class RunQuery:
    """One page of the runs that match: ``q`` is looked for in names, ids, lessons and tags; ``sweep`` is one's id."""

    status: Sequence[Status] = ()
    lesson: str | None = None
    tag: str | None = None
    q: str | None = None
    sweep: str | None = None
    sort: str = DEFAULT_SORT
    limit: int = 50
    cursor: str | None = None


@dataclass(frozen=True)
class Page:
    """Some runs, and where the next page begins (None on the last)."""

    items: list[Run]
    next_cursor: str | None


def search(session: Session, query: RunQuery) -> Page:
    """The runs that match, one page of them.

    Raises:
        Problem: ``invalid-input`` for a cursor that isn't ours.
        KeyError: for a sort that isn't in :data:`SORTS`.
    """
    column = SORTS[query.sort.removeprefix("-")]
    items = list(session.scalars(statement(session, query)))
    more = len(items) > query.limit
    items = items[: query.limit]
    return Page(items, cursors.encode(getattr(items[-1], column.key), items[-1].number) if more else None)


def statement(session: Session, query: RunQuery) -> Select[Any]:
    """What :func:`search` asks the database: one run more than the page holds, to see whether another page follows."""
    descending = query.sort.startswith("-")
    column = SORTS[query.sort.removeprefix("-")]
    found = _matching(session, LISTED, query)
    if query.cursor is not None:
        place = cursors.decode(query.cursor, int if column is Run.number else str)
        found = found.where(_beyond(column, descending, place))
    order = [column, Run.number] if column is not Run.number else [Run.number]
    return found.order_by(*(one.desc() if descending else one.asc() for one in order)).limit(query.limit + 1)


def named(session: Session, ids: Sequence[str]) -> list[Run]:
    """The runs with these ids, in their order.

    Raises:
        Problem: ``unknown-run``.
    """
    found = {run.id: run for run in session.scalars(LISTED.where(Run.id.in_(ids)))}
    return [found.get(one) or lifecycle.find(session, one) for one in ids]  # which says that there is none


def count(session: Session, query: RunQuery) -> int:
    """How many runs match, on all pages together."""
    return session.scalar(_matching(session, select(func.count()).select_from(Run), query)) or 0


def _matching(session: Session, statement: Select[Any], query: RunQuery) -> Select[Any]:
    if query.status:
        statement = statement.where(Run.status.in_([str(one) for one in query.status]))
    if query.lesson is not None:
        statement = statement.where(Run.lesson == query.lesson)
    if query.tag is not None:
        statement = statement.where(Run.number.in_(select(Tag.run_number).where(Tag.tag == query.tag)))
    if query.sweep is not None:
        number = select(Sweep.number).where(Sweep.id == query.sweep).scalar_subquery()
        statement = statement.where(Run.sweep_number == number)
    words = (query.q or "").split()
    lessons, tags = [_known(session, different) for different in (LESSONS, TAGS)] if words else ((), ())
    for word in words:
        # As a list of its own, the id isn't looked for in each row: names alone are found in their index.
        places = [_holds(session, Run.name, word), Run.number.in_(select(Run.number).where(Run.id == word))]
        if (lesson := _among(session, Run.lesson, lessons, word)) is not None:
            places.append(lesson)
        if (tagged := _among(session, Tag.tag, tags, word)) is not None:
            places.append(Run.number.in_(select(Tag.run_number).where(tagged)))
        statement = statement.where(or_(*places))
    return statement


def _different(column: InstrumentedAttribute[str]) -> Select[Any]:
    """The different values of a column, up to one more than :data:`MOST_WORDS`, each by one step into its index."""
    known = select(func.min(column).label("value")).cte("known", recursive=True)
    following = select(func.min(column)).where(column > known.c.value).scalar_subquery()
    known = known.union_all(select(following).where(known.c.value.is_not(None)))
    return select(known.c.value).where(known.c.value.is_not(None)).limit(MOST_WORDS + 1)


LESSONS, TAGS = _different(Run.lesson), _different(Tag.tag)


def _known(session: Session, different: Select[Any]) -> Sequence[str] | None:
    """The different values; None where they are too many."""
    found = session.scalars(different).all()
    return found if len(found) <= MOST_WORDS else None


def _among(
    session: Session, column: InstrumentedAttribute[str], known: Sequence[str] | None, word: str
) -> ColumnElement[bool] | None:
    """Whether a column holds a word, where its ``known`` values say which do; None where none of them does."""
    if known is None:
        return _holds(session, column, word)
    found = [value for value in known if word.lower() in value.lower()]
    return column.in_(found) if found else None


def _holds(session: Session, column: InstrumentedAttribute[str], word: str) -> ColumnElement[bool]:
    """Whether a text holds a word, in capitals or not.

    SQLite's ``LIKE`` takes capitals for small letters by itself; ``lower()`` of both sides would double its time.
    """
    if session.get_bind().dialect.name == "sqlite":
        return column.contains(word, autoescape=True)
    return column.icontains(word, autoescape=True)


def _beyond(column: InstrumentedAttribute[Any], descending: bool, place: tuple[Any, int]) -> ColumnElement[bool]:
    value, number = place
    if column is Run.number:
        return column < number if descending else column > number
    if descending:
        return or_(column < value, and_(column == value, Run.number < number))
    return or_(column > value, and_(column == value, Run.number > number))


def tags(session: Session, runs: Iterable[Run]) -> dict[int, list[str]]:
    """The tags of each of these runs, by run number."""
    numbers = [run.number for run in runs]
    found: dict[int, list[str]] = {number: [] for number in numbers}
    query = select(Tag.run_number, Tag.tag).where(Tag.run_number.in_(numbers)).order_by(Tag.tag)
    for number, tag in session.execute(query):
        found[number].append(tag)
    return found


def sweeps(session: Session, runs: Iterable[Run]) -> dict[int, str]:
    """The id of the sweep, by run number, of each of these runs that belongs to one."""
    numbers = {run.number: run.sweep_number for run in runs if run.sweep_number is not None}
    if not numbers:
        return {}
    query = select(Sweep.number, Sweep.id).where(Sweep.number.in_(set(numbers.values())))
    ids = {row.number: row.id for row in session.execute(query)}
    return {number: ids[sweep_number] for number, sweep_number in numbers.items()}


def needing(session: Session, dataset: str, most: int = 20) -> list[Run]:
    """The runs that haven't ended and train on a dataset, oldest first, ``most`` at most."""
    unended = [str(status) for status in Status if not status.ended]
    found = LISTED.where(Run.status.in_(unended), Run.params["dataset"].as_string() == dataset)
    return list(session.scalars(found.order_by(Run.number).limit(most)))


def queue_positions(session: Session, runs: Iterable[Run]) -> dict[int, int]:
    """The place in the queue, from 1, of each of these runs that waits."""
    waiting = {run.number for run in runs if run.status == Status.QUEUED}
    if not waiting:
        return {}
    queue = select(Run.number).where(Run.status == Status.QUEUED).order_by(Run.number)
    return {number: place for place, number in enumerate(session.scalars(queue), 1) if number in waiting}


def queue_length(session: Session) -> int:
    """How many runs wait."""
    return session.scalar(select(func.count()).where(Run.status == Status.QUEUED)) or 0


def lessons_completed(session: Session) -> frozenset[str]:
    """The lessons of which a run has been completed."""
    return frozenset(session.scalars(select(Run.lesson).where(Run.status == Status.COMPLETED).distinct()))


def running(session: Session) -> list[Run]:
    """The runs under way, oldest first."""
    return list(session.scalars(select(Run).where(Run.status == Status.RUNNING).order_by(Run.number)))


def checkpoints(session: Session, run: Run) -> list[Checkpoint]:
    """The run's checkpoints: ``best``, ``last``, improvements as they came. Generations are for workers alone."""
    shown = Checkpoint.kind.in_(SHOWN)
    query = select(Checkpoint).where(Checkpoint.run_number == run.number, shown)
    return sorted(session.scalars(query), key=lambda row: (SHOWN.index(row.kind), row.epoch))


def checkpoint(session: Session, run: Run, name: str) -> Checkpoint | None:
    """One checkpoint of the run by its name, or None."""
    row = session.get(Checkpoint, (run.number, name))
    return row if row is not None and row.kind in SHOWN else None


def checkpoints_at_rest(session: Session) -> dict[str, set[str]]:
    """For each run that isn't running, by id: the SHA-256 of its checkpoints and generations."""
    query = (
        select(Run.id, Checkpoint.sha256)
        .outerjoin(Checkpoint, Checkpoint.run_number == Run.number)
        .where(Run.status != Status.RUNNING)
    )
    found: dict[str, set[str]] = {}
    for run_id, sha256 in session.execute(query):
        found.setdefault(run_id, set()).update([sha256] if sha256 else [])
    return found


def paused_for_room(session: Session) -> dict[str, int]:
    """For each run that pauses until there is room on the disk, by id: the bytes of its largest saved file."""
    query = (
        select(Run.id, func.coalesce(func.max(Checkpoint.bytes), 0))
        .outerjoin(Checkpoint, Checkpoint.run_number == Run.number)
        .where(Run.status == Status.PAUSED, Run.reason == lifecycle.DISK_FULL)
        .group_by(Run.id)
    )
    return {run_id: int(size) for run_id, size in session.execute(query)}


def epochs_of(session: Session, lesson: str, since: datetime) -> list[tuple[float, dict[str, Any]]]:
    """How many seconds an epoch of recent completed runs took, with their params; tells how long another will take."""
    query = (
        select(Run.seconds_per_epoch, Run.params)
        .where(Run.lesson == lesson, Run.status == Status.COMPLETED, Run.seconds_per_epoch.is_not(None))
        .where(Run.finished_at >= since)
        .order_by(Run.number.desc())
        .limit(25)
    )
    return [(seconds, params) for seconds, params in session.execute(query) if seconds is not None]
