"""A server in this process, and a worker played by real calls of the worker API, as in :mod:`jobs.protocol`."""

import hashlib
import json
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import httpx
from fastapi import FastAPI
from starlette.types import Message

from app.board import Board
from app.main import create_app
from app.settings import Settings
from jobs.protocol import Acknowledgement, Assignment, AttemptRef, SyncReply, now

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it says that it would rather have another client than httpx
    from starlette.testclient import TestClient, WebSocketTestSession

T = TypeVar("T")

ADDRESS = "127.0.0.1:8000"
ORIGIN = f"http://{ADDRESS}"
RUNS = "/api/v1/runs"


class Server:
    """A started server: ``http`` asks it, ``board`` is what its routes work with."""

    def __init__(self, settings: Settings, app: FastAPI, http: TestClient) -> None:
        self.settings = settings
        self.app = app
        self.http = http

    @property
    def board(self) -> Board:
        """The server's parts."""
        board = self.app.state.board
        assert isinstance(board, Board)
        return board

    @property
    def data(self) -> Path:
        """Its data folder."""
        return self.settings.data_dir

    def create(self, **fields: Any) -> dict[str, Any]:
        """Queue a run of the first lesson and return it."""
        answer = self.http.post(RUNS, json={"lesson": "first-network", **fields})
        assert answer.status_code == 201, answer.text
        created: dict[str, Any] = answer.json()
        return created

    def read(self, run: str) -> dict[str, Any]:
        """The run as it stands."""
        answer = self.http.get(f"{RUNS}/{run}")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def events(self, run: str, after: int = 0) -> list[dict[str, Any]]:
        """The events of an ended run after a sequence number, as a watcher gets them."""
        with self.watch(f"{RUNS}/{run}/events?after={after}") as socket:
            return list(until_closed(socket))

    def watch(self, path: str, **headers: str) -> WebSocketTestSession:
        """A socket; use it as a context."""
        return self.http.websocket_connect(f"ws://{ADDRESS}{path}", headers=headers)

    def worker(self, name: str = "worker-1", slots: int = 1) -> "Worker":
        """A worker that nobody has heard of yet."""
        return Worker(self, name, slots)

    def running(self, **fields: Any) -> "Attempt":
        """A new run that a worker has just taken."""
        run = self.create(**fields)
        attempt = self.worker().claim()
        assert attempt.run == run["id"], "another run waits before it"
        return attempt

    def on_loop(self, call: Callable[[], T]) -> T:
        """Call something that belongs to the event loop."""

        async def called() -> T:
            return call()

        answer: T = self.call(called)
        return answer

    def call(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Run a coroutine function on the server's event loop."""
        assert self.http.portal is not None
        return self.http.portal.call(function, *arguments)


@contextmanager
def serving(settings: Settings, app: FastAPI | None = None) -> Iterator[Server]:
    """A server from start to end; ``app`` is one made from these settings."""
    app = app or create_app(settings)
    with TestClient(app, base_url=ORIGIN, raise_server_exceptions=False, follow_redirects=False) as http:
        yield Server(settings, app, http)


@dataclass
class Worker:
    """What a worker says of itself, call by call."""

    server: Server
    name: str
    slots: int = 1
    attempts: list["Attempt"] = field(default_factory=list)

    def ask(self, key: str | None = None, **fields: Any) -> httpx.Response:
        """One ``sync`` call, answered at once unless ``hold`` says otherwise."""
        free = max(self.slots - len(self.attempts), 0)
        body = {"worker": self.name, "slots": self.slots, "free": free, "hold": 0}
        body["attempts"] = [{"run": one.run, "attempt": one.number} for one in self.attempts]
        headers = {"Authorization": f"Bearer {key or self.server.settings.worker_secret}"}
        answer = self.server.http.post("/api/worker/sync", json={**body, **fields}, headers=headers)
        assert isinstance(answer, httpx.Response)
        return answer

    def sync(self, **fields: Any) -> SyncReply:
        """One ``sync`` call that is answered, and taking what it gives."""
        answer = self.ask(**fields)
        assert answer.status_code == 200, answer.text
        reply = SyncReply.model_validate_json(answer.content)
        self.attempts += [Attempt(self, assignment) for assignment in reply.start]
        return reply

    def claim(self) -> "Attempt":
        """Take exactly one run."""
        reply = self.sync(free=1)
        assert len(reply.start) == 1, reply
        return self.attempts[-1]


class Attempt:
    """One execution of a run, reported entry by entry."""

    def __init__(self, worker: Worker, assignment: Assignment) -> None:
        self.worker = worker
        self.assignment = assignment
        self.run = assignment.run
        self.number = assignment.attempt
        self.sent = 0

    @property
    def ref(self) -> AttemptRef:
        """The attempt as a ``sync`` call names it."""
        return AttemptRef(run=self.run, attempt=self.number)

    @property
    def path(self) -> str:
        """Where this attempt's calls go."""
        return f"/api/worker/runs/{self.run}/attempts/{self.number}"

    def entry(self, kind: str, /, **data: Any) -> dict[str, Any]:
        """The next entry of the journal."""
        self.sent += 1
        return {"n": self.sent, "type": kind, "time": now().isoformat(), "data": data}

    def post(self, *entries: dict[str, Any], token: str | None = None) -> httpx.Response:
        """Hand entries over, as they are."""
        headers = {"Authorization": f"Bearer {token or self.assignment.token}", "Content-Type": "application/json"}
        body = json.dumps({"entries": entries})
        answer = self.worker.server.http.post(f"{self.path}/events", content=body, headers=headers)
        assert isinstance(answer, httpx.Response)
        return answer

    def tell(self, kind: str, /, **data: Any) -> None:
        """Hand one entry over and have it stored."""
        answer = self.post(self.entry(kind, **data))
        assert answer.status_code == 200, answer.text
        assert Acknowledgement.model_validate_json(answer.content).n == self.sent

    def epoch(self, epoch: int, seconds: float = 0.1, **metrics: float | None) -> None:
        """One epoch's metrics."""
        self.tell("epoch", epoch=epoch, metrics=metrics, seconds=seconds)

    def end(self, outcome: str = "completed", **data: Any) -> None:
        """The last entry."""
        self.tell("end", outcome=outcome, **data)
        self.worker.attempts.remove(self)

    def upload(self, content: bytes, kind: str = "best", sha256: str | None = None) -> httpx.Response:
        """Upload a saved model's bytes."""
        headers = {
            "Authorization": f"Bearer {self.assignment.token}",
            "Content-Type": "application/octet-stream",
            "X-Content-SHA256": sha256 or digest(content),
        }
        answer = self.worker.server.http.put(f"{self.path}/checkpoints/{kind}", content=content, headers=headers)
        assert isinstance(answer, httpx.Response)
        return answer

    def fetch(self, sha256: str, token: str | None = None) -> httpx.Response:
        """Fetch a generation's bytes."""
        headers = {"Authorization": f"Bearer {token or self.assignment.token}"}
        answer = self.worker.server.http.get(f"{self.path}/generations/{sha256}", headers=headers)
        assert isinstance(answer, httpx.Response)
        return answer

    def save(self, content: bytes, kind: str = "best", epoch: int = 0) -> None:
        """Upload a checkpoint and announce it."""
        assert self.upload(content, kind).status_code == 204
        self.tell("checkpoint", kind=kind, epoch=epoch, sha256=digest(content), bytes=len(content))


def digest(content: bytes) -> str:
    """SHA-256, in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def until_closed(socket: WebSocketTestSession) -> Iterator[dict[str, Any]]:
    """Every frame until the server closes; that must be with 1000."""
    while True:
        message: Message = socket.receive()
        if message["type"] == "websocket.close":
            assert message["code"] == 1000, message
            return
        yield json.loads(message["text"])


def beside(call: Callable[[], T]) -> Callable[[], T]:
    """Call something in a thread; what is returned waits for its answer."""
    answers: list[T] = []
    failures: list[BaseException] = []

    def run() -> None:
        try:
            answers.append(call())
        except BaseException as error:
            failures.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()

    def wait() -> T:
        thread.join(60)
        assert not thread.is_alive(), "no answer within a minute"
        if failures:
            raise failures[0]
        return answers[0]

    return wait


def problem(answer: httpx.Response, status: int, kind: str) -> dict[str, Any]:
    """The answer's problem, which must be of this status and kind and say something."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert body["type"] == f"/errors/{kind}"
    assert body["status"] == status
    assert body["title"]
    assert body["detail"]
    return body
