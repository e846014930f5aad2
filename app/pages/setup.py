"""Puts the pages and static files into the application."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fastapi import APIRouter, FastAPI, Request
from starlette.responses import Response

from app.errors import Problem
from app.pages import datasets as own_data
from app.pages import glossary, home, lab, lesson, problems, reference, run, runs, sweeps, try_it
from app.pages.shared import site
from app.pages.shelf import Shelves
from app.pages.site import Site
from jobs.datasets import Datasets

router = APIRouter(include_in_schema=False)


def install(app: FastAPI, cache: Path) -> None:
    """Add every page's routes.

    Args:
        app: gets the routes, and the pages' templates and static files in its state.
        cache: a folder for what is made once.
    """
    app.state.site = Site(cache)
    for part in (home, lesson, lab, run, try_it, runs, sweeps, own_data, problems, reference, glossary):
        app.include_router(part.router)
    app.include_router(router)


@contextmanager
def opened(app: FastAPI, datasets: Datasets) -> Iterator[None]:
    """What pages need while the server runs; begins what takes a while in threads of its own."""
    shelves = app.state.shelves = Shelves(datasets)
    app.state.site.start()
    try:
        yield
    finally:
        shelves.close()


@router.get("/static/vendor/plotly-{version}.min.js")
def plotly(request: Request, version: str) -> Response:
    """Plotly from the installed package.

    Raises:
        Problem: ``not-found`` for another version.
    """
    return _or_missing(site(request).plotly.response(request, version), request)


@router.get("/static/{version}/{name:path}")
async def static(request: Request, version: str, name: str) -> Response:
    """One of our own files, from memory: a page asks for many at once, and a thread for each would cost more.

    Raises:
        Problem: ``not-found`` for another version or name.
    """
    return _or_missing(site(request).assets.response(request, version, name), request)


@router.get("/favicon.ico")
def favicon(request: Request) -> Response:
    """The icon, for whoever asks at the address of old."""
    return Response(status_code=308, headers={"Location": site(request).assets.url("icon.svg")})


def _or_missing(response: Response | None, request: Request) -> Response:
    if response is None:
        raise Problem("not-found", f"There is no file at {request.url.path[:200]!r}. Reload the page that names it.")
    return response
