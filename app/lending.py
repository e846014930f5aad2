"""Files of one's own, handed to workers that don't have them: a worker on another machine shares no folder with us."""

import hashlib
from pathlib import Path

from starlette.responses import FileResponse, Response

from app.board import Board
from app.errors import Problem
from app.uploads import unknown
from jobs.datasets.files import Unreadable
from jobs.datasets.stamps import ByStamp

_digests: ByStamp[str] = ByStamp()


def lend(board: Board, name: str, known: str) -> Response:
    """The file of a dataset of one's own, its SHA-256 as the ETag; 304 where that is among the ``known`` ones.

    Raises:
        Problem: ``unknown-dataset``; also where the file can't be read.
    """
    file = board.datasets.own_file(name)
    if file is None:
        raise unknown(board.datasets, name)
    try:
        path = file.checked_path()
        etag = f'"{_digests(path, lambda: _sha256(path))}"'
    except (OSError, Unreadable):
        raise Problem("unknown-dataset", f"The file of {name} cannot be read.") from None
    headers = {"ETag": etag, "X-Dataset-Ending": file.ending}
    if etag in (one.strip() for one in known.split(",")):
        return Response(status_code=304, headers=headers)
    return FileResponse(path, headers=headers, media_type="application/octet-stream")


def _sha256(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
