"""Every route of the application, and a way to ask it with exactly the headers that one wants.

The table of routes is taken from the application itself, so that a new route is tried without anybody thinking of it.
"""

import asyncio
import json
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastapi.routing import iter_route_contexts
from starlette.routing import WebSocketRoute
from starlette.types import Message, Scope

from app.main import create_app
from app.settings import Settings
from tests.app.server import ADDRESS, Server

TOKEN = "correct horse battery staple".replace(" ", "-")
NOWHERE = Path(tempfile.gettempdir()) / "a-folder-that-is-never-made"
JSON = ("content-type", "application/json")
HOST = ("host", ADDRESS)


@dataclass(frozen=True)
class Door:
    """A route with a method; ``WS`` for a socket."""

    method: str
    path: str

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def doors() -> list[Door]:
    """Every route and method of the application, with something in place of each parameter."""
    app = create_app(Settings(host="127.0.0.1", data_dir=NOWHERE, token=None, downloads=False))
    found = []
    for context in iter_route_contexts(app.routes):
        route: Any = context.original_route
        path = re.sub(r"\{attempt\}", "1", context.path or "")
        path = re.sub(r"\{kind\}", "best", path)
        path = re.sub(r"\{[^}]+\}", "x", path)
        methods = ["WS"] if isinstance(route, WebSocketRoute) else sorted(context.methods or ())
        found += [Door(method, path) for method in methods]
    return found


DOORS = doors()
WORKERS = [door for door in DOORS if door.path.startswith("/api/worker/")]


@dataclass
class Answer:
    """What came back from a raw call."""

    status: int
    headers: dict[str, str]
    body: bytes

    def problem(self, status: int, kind: str) -> dict[str, Any]:
        """The problem in it."""
        assert self.status == status, self.body
        assert self.headers["content-type"] == "application/problem+json"
        body: dict[str, Any] = json.loads(self.body)
        assert body["type"] == f"/errors/{kind}"
        return body


def knock(server: Server, door: Door, *headers: tuple[str, str], body: list[bytes] | None = None) -> Answer:
    """Ask with exactly these headers, as no client library would let us; a body comes in chunks."""
    path, _, query = door.path.partition("?")
    scope: Scope = {
        "type": "websocket" if door.method == "WS" else "http",
        "http_version": "1.1",
        "method": door.method,
        "scheme": "ws" if door.method == "WS" else "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in headers],
        "client": ("127.0.0.1", 50000),
        "server": ("127.0.0.1", 8000),
        "extensions": {"websocket.http.response": {}},
    }
    waiting: list[Message] = [{"type": "websocket.connect"}]
    if door.method != "WS":
        chunks = body or [b""]
        waiting = [
            {"type": "http.request", "body": chunk, "more_body": place < len(chunks) - 1}
            for place, chunk in enumerate(chunks)
        ]
    sent: list[Message] = []

    async def receive() -> Message:
        return waiting.pop(0) if waiting else {"type": "websocket.disconnect", "code": 1001}

    async def send(message: Message) -> None:
        sent.append(message)

    async def ask() -> None:
        await asyncio.wait_for(server.app(scope, receive, send), 30)

    server.call(ask)
    if sent[0]["type"] in ("websocket.accept", "websocket.close"):
        return Answer(101 if sent[0]["type"] == "websocket.accept" else 403, {}, b"")
    told = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return Answer(sent[0]["status"], told, b"".join(message.get("body", b"") for message in sent[1:]))
