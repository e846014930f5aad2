"""The datasets of this machine: what each holds, and files of one's own, uploaded, looked at and removed.

All of it works without JavaScript; with it an upload shows its progress, and removing asks in a dialog.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from app import board as boards
from app import removing
from app.board import Board
from app.datasetshapes import first_rows
from app.errors import Problem
from app.pages.shared import shelves, site
from app.pages.shelf import Shelf
from app.pages.site import Page
from app.receiving import received_file
from app.thumbnails import Thumbnail, thumbnail
from app.uploads import unknown
from jobs.datasets import DatasetInvalid, DatasetState, Kind, Source, own_images
from jobs.datasets.own import ENDINGS, OwnFile
from jobs.datasets.problems import UnfitReading
from jobs.lessons import registry
from jobs.lessons.base import Lesson

SHOWN_IMAGES = 24

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class OwnEntry:
    """A file of one's own as the list shows it."""

    shelf: Shelf
    file: OwnFile
    href: str
    size: int
    changed: datetime


@dataclass(frozen=True, kw_only=True)
class DatasetsPage(Page):
    """What the list shows. ``refused`` is the file that was just sent in vain, and why."""

    own: tuple[OwnEntry, ...]
    known: tuple[Shelf, ...]
    folder: bool
    largest: int
    endings: str
    refused: str | None = None
    data: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class DatasetPage(Page):
    """What the page of a dataset of one's own shows; ``state`` is None where it can't be used, ``detail`` says why.

    ``unclear`` says that it can be, once somebody says how it is read.
    """

    entry: OwnEntry
    state: DatasetState | None
    detail: str
    unclear: bool
    uploaded: bool
    counts: tuple[tuple[str, int, int], ...]
    pictures: tuple[Thumbnail, ...]
    columns: tuple[str, ...]
    rows: Sequence[Sequence[str]]
    lessons: tuple[Lesson[Any], ...]
    refused: str | None = None
    data: dict[str, Any]


@router.get("/datasets")
def datasets(request: Request) -> Response:
    """Show what datasets there are."""
    return _list(request)


@router.post("/datasets")
async def upload(request: Request) -> Response:
    """Keep an uploaded file, and show it; without JavaScript the page's form comes here."""
    board = boards.of(request)
    try:
        file = await received_file(board, request)
    except Problem as problem:
        return await run_in_threadpool(_list, request, problem)
    return RedirectResponse(address(file.name), 303)


@router.get("/datasets/{name}")
def dataset(request: Request, name: str) -> Response:
    """Show a dataset of one's own.

    Raises:
        Problem: ``unknown-dataset``.
    """
    return _one(request, name)


@router.post("/datasets/{name}/delete")
def delete(request: Request, name: str) -> Response:
    """Delete an uploaded dataset; without JavaScript the page's button comes here.

    Raises:
        Problem: ``unknown-dataset``.
    """
    board = boards.of(request)
    try:
        removing.remove(board, name)
    except Problem as problem:
        if board.datasets.own_file(name) is None:
            raise
        return _one(request, name, problem)
    return RedirectResponse("/datasets", 303)


def address(name: str) -> str:
    """Where a dataset's page is."""
    return f"/datasets/{quote(name, safe='')}"


def _list(request: Request, problem: Problem | None = None) -> Response:
    board = boards.of(request)
    files = board.datasets.own()
    looked = shelves(request).look([*board.datasets.names(), *(file.name for file in files)])
    known, own = looked[: -len(files) or None], looked[len(looked) - len(files) :]
    page = DatasetsPage(
        title="Datasets",
        section="data",
        own=tuple(_entry(file, shelf) for file, shelf in zip(files, own, strict=True)),
        known=tuple(known),
        folder=board.settings.datasets_dir is not None,
        largest=board.settings.largest_upload,
        endings=",".join(ENDINGS),
        refused=problem.detail if problem else None,
        data={"largest": board.settings.largest_upload * 1_000_000, "endings": list(ENDINGS)},
    )
    return site(request).answer(request, "datasets.html", page, problem.status if problem else 200)


def _one(request: Request, name: str, problem: Problem | None = None) -> Response:
    board = boards.of(request)
    file = board.datasets.own_file(name)
    if file is None:
        raise unknown(board.datasets, name)
    [shelf] = shelves(request).look([name])
    state, detail, unclear = _state(board, name)
    counts, pictures, columns, rows = _content(board, file) if state or unclear else ((), (), (), ())
    page = DatasetPage(
        title=name,
        section="data",
        entry=_entry(file, shelf),
        state=state,
        detail=detail,
        unclear=unclear,
        uploaded=file.source is Source.UPLOAD,
        counts=counts,
        pictures=pictures,
        columns=columns,
        rows=rows,
        lessons=learning_from(board, file.kind),
        refused=problem.detail if problem else None,
        data={"name": name, "api": f"/api/v1{address(name)}"},
    )
    return site(request).answer(request, "dataset.html", page, problem.status if problem else 200)


def learning_from(board: Board, kind: Kind) -> tuple[Lesson[Any], ...]:
    """The lessons that learn from datasets of a kind."""
    return tuple(one for one in registry.LESSONS if board.datasets.kind_of(one.datasets) is kind)


def _entry(file: OwnFile, shelf: Shelf) -> OwnEntry:
    try:
        about = file.path.stat()
        size, changed = about.st_size, about.st_mtime
    except OSError:  # removed a moment ago
        size, changed = 0, 0.0
    return OwnEntry(shelf, file, address(file.name), size, datetime.fromtimestamp(changed, UTC))


def _state(board: Board, name: str) -> tuple[DatasetState | None, str, bool]:
    try:
        state = board.datasets.state(name)
    except DatasetInvalid as error:
        return None, error.detail, isinstance(error, UnfitReading)
    return state, state.detail, False


def _content(board: Board, file: OwnFile) -> tuple[Any, ...]:
    if file.kind is Kind.IMAGES:
        return (*_pictures(file), (), ())
    return (), (), *first_rows(board.datasets, file)


def _pictures(file: OwnFile) -> tuple[tuple[tuple[str, int, int], ...], tuple[Thumbnail, ...]]:
    """How many training and test images there are of each class, and the first training images."""
    found, first = own_images.look(file), own_images.first(file, SHOWN_IMAGES)
    counts = tuple(zip(found.classes, found.train, found.test, strict=True))
    return counts, tuple(thumbnail(pixels, first.shape, str(label)) for pixels, label in first.images)
