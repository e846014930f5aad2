"""The home page: the course as a path, what runs and ran, and what this machine has."""

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from app import board as boards
from app.executors.local import Worker
from app.models import Status
from app.pages import course
from app.pages.cards import Card, cards
from app.pages.shared import shelves, site
from app.pages.shelf import Shelf
from app.pages.site import Page
from app.runs import queries
from jobs.lessons import registry
from jobs.lessons.base import Lesson

FIRST = "first-network"
"""The lesson that the big button leads to."""

RECENT = 6
"""How many runs at rest are shown."""

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class Point:
    """A lesson's place on the drawn path."""

    x: float
    y: float
    lesson: Lesson[Any]


@dataclass(frozen=True)
class Machine:
    """What there is to train with. ``devices`` are the workers' own words, ``own`` how many datasets are one's own."""

    workers: int
    slots: int
    devices: tuple[str, ...]
    datasets: tuple[Shelf, ...]
    own: int


@dataclass(frozen=True, kw_only=True)
class HomePage(Page):
    """What the home page shows: ``active`` runs train or wait, ``recent`` ones rest, ``tried`` lessons are done."""

    chapters: tuple[course.Chapter, ...]
    first: Lesson[Any]
    points: tuple[Point, ...]
    path: str
    tried: frozenset[str]
    active: tuple[Card, ...]
    recent: tuple[Card, ...]
    total: int
    machine: Machine


@router.get("/")
def home(request: Request) -> Response:
    """Show the home page."""
    board = boards.of(request)
    with board.database.read() as session:
        waiting = queries.RunQuery(status=(Status.RUNNING, Status.QUEUED, Status.PAUSED), sort="created_at", limit=8)
        ended = queries.RunQuery(status=(Status.COMPLETED, Status.FAILED, Status.CANCELED), limit=RECENT)
        active = cards(session, queries.search(session, waiting).items)
        recent = cards(session, queries.search(session, ended).items)
        total = queries.count(session, queries.RunQuery())
        tried = queries.lessons_completed(session)
    points = place(course.path())
    page = HomePage(
        title="Lessons",
        section="lessons",
        chapters=course.chapters(),
        first=registry.get(FIRST),
        points=points,
        path=curve(points),
        tried=tried,
        active=tuple(active),
        recent=tuple(recent),
        total=total,
        machine=machine(board.pool.workers, shelves(request).look(), len(board.datasets.own())),
    )
    return site(request).answer(request, "home.html", page)


def machine(workers: list[Worker], datasets: list[Shelf], own: int) -> Machine:
    """What there is to train with, from the workers that are connected and the datasets that are known."""
    devices = dict.fromkeys(device for worker in workers for device in worker.devices)
    return Machine(len(workers), sum(worker.slots for worker in workers), tuple(devices), tuple(datasets), own)


def place(lessons: list[Lesson[Any]], width: float = 560, height: float = 210) -> tuple[Point, ...]:
    """The lessons as points of a falling loss curve: the course is a training too."""
    gap = (width - 48) / (len(lessons) - 1)
    return tuple(
        Point(24 + gap * index, round(28 + (height - 62) * (1 - 0.76**index), 1), lesson)
        for index, lesson in enumerate(lessons)
    )


def curve(points: tuple[Point, ...]) -> str:
    """A smooth SVG path through points, by Catmull-Rom's rule."""
    places = [(point.x, point.y) for point in points]
    path = [f"M{places[0][0]:.1f} {places[0][1]:.1f}"]
    for index in range(len(places) - 1):
        before, start = places[max(index - 1, 0)], places[index]
        end, beyond = places[index + 1], places[min(index + 2, len(places) - 1)]
        first = (start[0] + (end[0] - before[0]) / 6, start[1] + (end[1] - before[1]) / 6)
        second = (end[0] - (beyond[0] - start[0]) / 6, end[1] - (beyond[1] - start[1]) / 6)
        path.append(f"C{first[0]:.1f} {first[1]:.1f} {second[0]:.1f} {second[1]:.1f} {end[0]:.1f} {end[1]:.1f}")
    return "".join(path)
