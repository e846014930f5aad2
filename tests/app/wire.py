"""A test's server behind uvicorn too, on a real port, and those who watch it there."""

import asyncio
import json
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection
from websockets.sync.client import connect as connect_now

from app import serve
from tests.app.server import RUNS, Server
from tests.running import wait_until

SMALL = 4096
"""Bytes that a stuck watcher's socket takes, so that it is soon full."""

Seen = tuple[list[int], int]
"""The sequence numbers that one watcher was told, and the code with which it was closed."""


class Wire:
    """A port of a server; ``messages`` are the events that went through ASGI, and not past it."""

    def __init__(self, server: Server, listening: socket.socket) -> None:
        self.server = server
        self.port = int(listening.getsockname()[1])
        self.messages: list[str] = []

    def recorded(self, app: ASGIApp) -> ASGIApp:
        """The application, with its messages kept."""

        async def recording(scope: Scope, receive: Receive, send: Send) -> None:
            async def kept(message: Message) -> None:
                if message["type"] == "websocket.send":
                    self.messages.append(message["text"])
                await send(message)

            await app(scope, receive, kept)

        return recording

    def address(self, run: str | None = None, after: int = 0) -> str:
        """The address of a run's events, or of all."""
        path = f"{RUNS}/{run}/events?after={after}" if run else "/api/v1/events"
        return f"ws://127.0.0.1:{self.port}{path}"

    @property
    def watchers(self) -> int:
        """How many sockets watch."""
        return self.server.on_loop(lambda: self.server.board.hub.watchers)

    def arrived(self, count: int) -> None:
        """Wait until exactly so many watch."""
        wait_until(lambda: self.watchers == count, what=f"{count} watchers")

    def crowd(self, run: str, afters: Sequence[int]) -> list[Seen]:
        """Watch a run to its end, each from its own place; all at the same time."""

        async def watch(after: int) -> Seen:
            async with connect(self.address(run, after), compression=None, open_timeout=60) as opened:
                return await _until_closed(opened)

        async def all_of_them() -> list[Seen]:
            return await asyncio.gather(*(watch(after) for after in afters))

        return asyncio.run(all_of_them())

    def stuck(self, run: str, after: int = 0) -> ClientConnection:
        """A watcher that takes nothing, until it is read; use it as a context."""
        line = socket.socket()
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL)
        line.connect(("127.0.0.1", self.port))
        return connect_now(self.address(run, after), sock=line, compression=None, max_queue=1, close_timeout=0.5)


async def _until_closed(opened: Any) -> Seen:
    seen = []
    try:
        while True:
            seen.append(json.loads(await opened.recv())["seq"])
    except ConnectionClosed:
        return seen, opened.close_code


def read(opened: ClientConnection) -> Seen:
    """Read all that a watcher is told."""
    seen = []
    try:
        while True:
            seen.append(json.loads(opened.recv(timeout=20))["seq"])
    except ConnectionClosed:
        return seen, opened.close_code or 0


@contextmanager
def wired(server: Server, **changed: Any) -> Iterator[Wire]:
    """A port with uvicorn as :mod:`app.serve` sets it up, but for what is ``changed``; nobody is pinged."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SMALL)
        wire = Wire(server, listening)
        config = serve.configuration(wire.recorded(server.app))
        for name, value in {"lifespan": "off", "ws_ping_interval": None, **changed}.items():
            setattr(config, name, value)
        uvicorns = uvicorn.Server(config)

        async def start() -> "asyncio.Task[None]":
            return asyncio.create_task(uvicorns.serve(sockets=[listening]))

        async def stop(task: "asyncio.Task[None]") -> None:
            uvicorns.should_exit = True
            await task

        task = server.call(start)
        try:
            yield wire
        finally:
            server.call(stop, task)
