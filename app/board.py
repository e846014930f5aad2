"""The parts of a running server, gathered once at start and handed to every route."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends
from starlette.requests import HTTPConnection

from app.database import Database
from app.executors.local import LocalPool
from app.files import RunFiles
from app.hub import Hub
from app.settings import Settings
from app.uploads import Uploads
from jobs.datasets import Datasets


@dataclass(frozen=True)
class Board:
    """What routes and pages work with."""

    settings: Settings
    database: Database
    hub: Hub
    pool: LocalPool
    datasets: Datasets
    files: RunFiles
    uploads: Uploads

    def stop_waiting(self) -> None:
        """The server is about to stop: answer every call that is held, from any thread."""
        self.hub.close()
        self.hub.soon(self.pool.close)

    @staticmethod
    def now() -> datetime:
        """The time that is written down."""
        return datetime.now(UTC)


def of(connection: HTTPConnection) -> Board:
    """The board of the server that answers this request or socket."""
    board = connection.app.state.board
    assert isinstance(board, Board)
    return board


async def _current(connection: HTTPConnection) -> Board:
    return of(connection)  # as a coroutine: what isn't one FastAPI hands to a thread, which costs more than it does


CurrentBoard = Annotated[Board, Depends(_current)]
