"""What the server says of itself, and how a browser signs in."""

from importlib.metadata import version

from fastapi import APIRouter, Request
from sqlalchemy import text
from starlette.responses import HTMLResponse, Response

from app import security
from app.board import CurrentBoard
from app.errors import Problem
from app.runs import queries
from app.schemas import Health, WorkerShape

router = APIRouter(tags=["system"])


@router.get("/health", summary="Is the server ready?", response_model_exclude_none=True)
def health(request: Request, board: CurrentBoard) -> Health:
    """200 once the server can serve. With a token set and none given, only `status`."""
    token = board.settings.token
    with board.database.read() as session:
        session.execute(text("SELECT 1"))
        if token is not None and not security.signed_in(token.get_secret_value(), request.headers):
            return Health()
        workers = [
            WorkerShape(name=one.name, slots=one.slots, free=one.free, devices=list(one.devices))
            for one in board.pool.workers
        ]
        return Health(
            versions={name: version(name) for name in ("fitboard", "keras", "tensorflow")},
            database=session.get_bind().dialect.name,
            workers=workers,
            queue_length=queries.queue_length(session),
        )


SIGNED_IN = """<!doctype html><html lang="en"><meta charset="utf-8"><meta http-equiv="refresh" content="0; url=/">
<title>Fitboard</title><p>Signed in. <a href="/">Go to Fitboard</a>.</p></html>"""


@router.get("/login", include_in_schema=False)
def login(board: CurrentBoard, token: str = "") -> Response:
    """Set the browser's cookie from the printed link.

    The answer is a page and no redirect: a strict cookie isn't sent on a redirect that another program began.
    """
    expected = board.settings.token
    if expected is not None:
        if not security.same(token, expected.get_secret_value()):
            raise Problem(
                "unauthorized", "This link's token is not the server's. Use the link printed at its last start."
            )
        response = HTMLResponse(SIGNED_IN, headers={"Cache-Control": "no-store"})
        response.set_cookie(
            security.COOKIE,
            security.cookie_value(expected.get_secret_value()),
            max_age=30 * 24 * 3600,
            httponly=True,
            samesite="strict",
            secure=False,
        )
        return response
    return HTMLResponse(SIGNED_IN)
