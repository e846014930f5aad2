"""Reading an uploaded file out of a form, for the API and for the page alike."""

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from app.board import Board
from app.errors import Problem, invalid_input
from app.sentences import FieldError
from app.uploads import POINTER
from jobs.datasets.own import OwnFile

FIELD = "file"
"""What the form's field with the file is called."""


async def received_file(board: Board, request: Request) -> OwnFile:
    """The dataset of a form's file, kept.

    Raises:
        Problem: the form has no file, or as for :meth:`app.uploads.Uploads.add`.
    """
    try:
        async with request.form(max_files=1, max_fields=0) as form:
            sent = form.get(FIELD)
            if not isinstance(sent, UploadFile) or not sent.filename:
                detail = f"The form has no file called {FIELD}. Send a table in a .csv or images in an .npz."
                raise invalid_input([FieldError(pointer=POINTER, code="missing", detail=detail)])
            return await run_in_threadpool(board.uploads.add, sent.filename, sent.file)
    except HTTPException:  # the form is broken, or holds more than the one file
        detail = f"The form could not be read. Send one file, as {FIELD}, and nothing else: a .csv or an .npz."
        raise invalid_input([FieldError(pointer=POINTER, code="unreadable_form", detail=detail)]) from None
    except OSError as error:  # what arrives lies in the system's folder for temporary files until all of it is here
        reason = error.strerror or type(error).__name__
        raise Problem("storage-failed", f"The file could not be received: {reason}.") from error
