"""All runs: searched, filtered, sorted and paged by the server, with the whole state in the address."""

from dataclasses import dataclass, replace
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import Response

from app import board as boards
from app.models import Status
from app.pages import words
from app.pages.cards import Card, cards
from app.pages.shared import site
from app.pages.site import Page
from app.runs import queries
from app.runs.queries import DEFAULT_SORT, RunQuery
from jobs.lessons.registry import LESSONS

PER_PAGE = 25

SORTS = {
    "-created_at": "Newest first",
    "created_at": "Oldest first",
    "name": "Name, A to Z",
    "-name": "Name, Z to A",
    "status": "Status",
}

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class Filter:
    """A link that turns one filter on or off."""

    label: str
    value: str
    href: str
    chosen: bool


@dataclass(frozen=True, kw_only=True)
class RunsPage(Page):
    """One page of the list of runs, and the links to the others."""

    query: RunQuery
    runs: tuple[Card, ...]
    total: int
    everything: int
    statuses: tuple[Filter, ...]
    lessons: tuple[Filter, ...]
    sorts: tuple[Filter, ...]
    first: str | None
    following: str | None
    filtered: bool


@router.get("/runs")
def runs(request: Request) -> Response:
    """Show the runs that match the address.

    Raises:
        Problem: ``invalid-input`` for a cursor that isn't ours.
    """
    query = asked(request)
    with boards.of(request).database.read() as session:
        found = queries.search(session, query)
        total = queries.count(session, query)
        everything = queries.count(session, RunQuery())
        listed = cards(session, found.items)
    page = RunsPage(
        title="Runs",
        section="runs",
        query=query,
        runs=tuple(listed),
        total=total,
        everything=everything,
        statuses=_statuses(query),
        lessons=tuple(Filter(lesson.title, lesson.slug, "", query.lesson == lesson.slug) for lesson in LESSONS),
        sorts=tuple(Filter(label, value, "", query.sort == value) for value, label in SORTS.items()),
        first=address(replace(query, cursor=None)) if query.cursor else None,
        following=None if found.next_cursor is None else address(replace(query, cursor=found.next_cursor)),
        filtered=bool(query.q or query.status or query.lesson or query.tag or query.sweep),
    )
    return site(request).answer(request, "runs.html", page)


def asked(request: Request) -> RunQuery:
    """What the address asks for. An unknown status or sort in it is left out, as an empty value is."""
    params = request.query_params
    known = {str(status): status for status in Status}
    sort = params.get("sort") or DEFAULT_SORT
    return RunQuery(
        status=tuple(dict.fromkeys(known[value] for value in params.getlist("status") if value in known)),
        lesson=_line(params.get("lesson")),
        tag=_line(params.get("tag")),
        q=_line(params.get("q")),
        sweep=_line(params.get("sweep"), 64),
        sort=sort if sort in SORTS else DEFAULT_SORT,
        limit=PER_PAGE,
        cursor=_line(params.get("cursor"), 1000),
    )


def _line(value: str | None, limit: int = 200) -> str | None:
    """What can be looked for: one printable line, not longer than the API takes."""
    return "".join(character for character in value or "" if character.isprintable()).strip()[:limit] or None


def address(query: RunQuery) -> str:
    """The address of a list."""
    pairs: list[tuple[str, str]] = [("status", str(status)) for status in query.status]
    for name in ("lesson", "tag", "q", "sweep", "cursor"):
        value = getattr(query, name)
        if value:
            pairs.append((name, value))
    if query.sort != DEFAULT_SORT:
        pairs.append(("sort", query.sort))
    return "/runs" + ("?" + urlencode(pairs) if pairs else "")


def _statuses(query: RunQuery) -> tuple[Filter, ...]:
    rest = replace(query, cursor=None)
    everything = Filter("All", "", address(replace(rest, status=())), not query.status)
    shown = (Status.RUNNING, Status.QUEUED, Status.PAUSED, Status.COMPLETED, Status.FAILED, Status.CANCELED)
    return (
        everything,
        *(
            Filter(words.status(status), status, address(replace(rest, status=(status,))), query.status == (status,))
            for status in shown
        ),
    )
