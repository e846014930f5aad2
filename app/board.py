"""The parts of a running server, gathered once at start and handed to every route."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends
from starlette.requests import HTTPConnection

from app.database import Database
from app.files import RunFiles
from app.hub import Hub
from app.scheduler import Scheduler
from app.settings import Settings
from jobs.datasets import Datasets


@dataclass(frozen=True)
class Board:
    """What routes and pages work with."""

    settings: Settings
    database: Database
    hub: Hub
    scheduler: Scheduler
    datasets: Datasets
    files: RunFiles

    @staticmethod
    def now() -> datetime:
        """The time that is written down."""
        return datetime.now(UTC)


def of(connection: HTTPConnection) -> Board:
    """The board of the server that answers this request or socket."""
    board = connection.app.state.board
    assert isinstance(board, Board)
    return board


CurrentBoard = Annotated[Board, Depends(of)]
