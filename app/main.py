"""The server, put together: settings in, an ASGI application out. Nothing else lives here."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp

from app import __version__, errors, openapi
from app.api import (
    answers,
    checkpoints,
    datasets,
    downloads,
    exhibits,
    history,
    ingest,
    lessons,
    predict,
    previews,
    runs,
    stream,
    sweeps,
    system,
)
from app.board import Board
from app.database import Committed, Database
from app.executors.local import LocalPool
from app.files import RunFiles
from app.hub import Hub
from app.migrate import migrate
from app.pages import setup as pages
from app.pages.problems import for_browsers
from app.room import Room, free_in
from app.runs import queries
from app.scheduler import Scheduler
from app.security import Doors
from app.settings import Settings
from app.uploads import Uploads
from jobs.datasets import Datasets


def create_app(settings: Settings) -> FastAPI:
    """The application for these settings; the database is opened and migrated when it starts.

    Raises:
        SettingsError: these settings must not start.
    """
    settings.check()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        migrate(settings.url)
        hub = Hub()
        hub.start()

        def tell(committed: list[Committed]) -> None:
            hub.publish(committed)
            hub.soon(scheduler.notice, committed)

        kept = settings.data_dir / "datasets"
        database = Database(settings.url, tell)
        pool = LocalPool(database, Board.now)
        scheduler = Scheduler(database, pool, Room(free_in(settings.data_dir)), Board.now)
        sets = Datasets(settings.datasets_dir, kept, settings.downloads, uploads=kept)
        board = Board(
            settings=settings,
            database=database,
            hub=hub,
            pool=pool,
            datasets=sets,
            files=RunFiles(settings.data_dir),
            uploads=Uploads(kept, sets, settings.largest_upload * 1_000_000),
        )
        settings.worker_secret  # noqa: B018 (made now, so that a worker finds it)
        with database.read() as session:
            board.files.tidy(queries.checkpoints_at_rest(session))
        board.uploads.tidy()
        app.state.board = board
        watch = asyncio.create_task(scheduler.watch())
        try:
            with pages.opened(app, board.datasets):
                yield
        finally:
            watch.cancel()
            with suppress(asyncio.CancelledError):
                await watch
            await asyncio.to_thread(database.close)

    app = Guarded(
        settings,
        title="Fitboard",
        version=__version__,
        summary="A web dashboard for training Keras models.",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
    )
    busiest_first = (
        ingest,
        answers,
        system,
        lessons,
        runs,
        history,
        checkpoints,
        exhibits,
        downloads,
        datasets,
        sweeps,
        predict,
        previews,
        stream,
    )
    for room in busiest_first:
        app.include_router(room.router)
    pages.install(app, settings.data_dir / "cache")
    app.add_exception_handler(errors.Problem, for_browsers(errors.handle_problem))
    app.add_exception_handler(RequestValidationError, for_browsers(errors.handle_validation))
    app.add_exception_handler(HTTPException, for_browsers(errors.handle_http))
    app.add_exception_handler(Exception, for_browsers(errors.handle_unforeseen))
    app.add_exception_handler(ClientDisconnect, errors.handle_gone)
    openapi.install(app)
    return app


class Guarded(FastAPI):
    """FastAPI behind the doors: outside even what answers defects, so that those answers carry the headers too."""

    def __init__(self, settings: Settings, **options: Any) -> None:
        super().__init__(**options)
        self._settings = settings

    def build_middleware_stack(self) -> ASGIApp:
        """Everything, behind the doors."""
        return Doors(super().build_middleware_stack(), self._settings)
