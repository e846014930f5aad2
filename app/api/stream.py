"""Events over WebSockets: of one run from any point on, or of all runs from now on."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.websockets import WebSocket, WebSocketDisconnect

from app import board as boards
from app.api.routing import cancel
from app.board import Board
from app.errors import Problem
from app.frames import outlet
from app.hub import EVERY_RUN, Watcher
from app.models import Event, Status
from app.runs import events, lifecycle

router = APIRouter()

DONE = 1000
TOO_SLOW = 4008
UNKNOWN_RUN = 4004
BAD_REQUEST = 4000
PAGE = 1000


@router.websocket("/api/v1/runs/{run_id}/events")
async def run_events(socket: WebSocket, run_id: str) -> None:
    """Every event after ``?after=SEQ`` exactly once and in order, then live; closed with 1000 after the last.

    A watcher that is too slow is closed with 4008 and comes back with ``after``.
    """
    board = boards.of(socket)
    after = socket.query_params.get("after", "0")
    await socket.accept()
    if not after.isascii() or not after.isdigit() or len(after) > 15:
        await socket.close(BAD_REQUEST, "after must be a sequence number, 0 or more")
        return
    with board.hub.watch(run_id, outlet(socket.scope)) as watcher:
        await _until_disconnect(socket, _send_run(socket, board, run_id, int(after), watcher))


@router.websocket("/api/v1/events")
async def all_events(socket: WebSocket) -> None:
    """Events of any run from now on, each naming its run; enough to keep a list live."""
    board = boards.of(socket)
    # before the socket opens: what comes after that is never missed
    with board.hub.watch(EVERY_RUN, outlet(socket.scope)) as watcher:
        await socket.accept()
        await _until_disconnect(socket, _send_live(socket, watcher, 0))


async def _send_run(socket: WebSocket, board: Board, run_id: str, seq: int, watcher: Watcher) -> None:
    while True:
        try:
            stored, seq, newest, ended = await run_in_threadpool(_stored, board, run_id, seq)
        except Problem as problem:
            await socket.close(UNKNOWN_RUN, problem.kind)
            return
        for text in stored:
            await socket.send_text(text)
        caught_up = len(stored) < PAGE
        if caught_up and ended:
            await socket.close(DONE)
            return
        if caught_up:
            break
    await _send_live(socket, watcher, seq, newest)


async def _send_live(socket: WebSocket, watcher: Watcher, seq: int, newest: int = 0) -> None:
    """Send what comes after ``seq``; an end up to ``newest`` was none, for the run was resumed after it.

    What the hub writes to the socket's outlet doesn't come by here.
    """
    watcher.after = seq
    while True:
        frame = await watcher.next()
        if frame.seq > seq:
            await socket.send_text(frame.text)
        if frame.last and frame.seq > newest:
            await socket.close(DONE)
            return
        if watcher.overrun and watcher.queue.empty():
            await socket.close(TOO_SLOW, "too slow; come back with after")
            return


def _stored(board: Board, run_id: str, seq: int) -> tuple[list[str], int, int, bool]:
    with board.database.read() as session:
        run = lifecycle.find(session, run_id)
        found: list[Event] = events.after(session, run, seq, PAGE)
        ended = Status(run.status).ended
        latest = found[-1].seq if found else seq
        return [events.frame(event) for event in found], latest, max(run.seq, latest if found else 0), ended


async def _until_disconnect(socket: WebSocket, sending: Coroutine[Any, Any, None]) -> None:
    """Send until done or until the other side is gone, whichever comes first."""
    sender = asyncio.ensure_future(sending)
    listener = asyncio.ensure_future(_listen(socket))
    try:
        await asyncio.wait({sender, listener}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        await cancel(sender, listener)
    for task in (sender, listener):
        if not task.cancelled() and not isinstance(task.exception(), WebSocketDisconnect):
            task.result()


async def _listen(socket: WebSocket) -> None:
    while (await socket.receive())["type"] != "websocket.disconnect":
        pass
