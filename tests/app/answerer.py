"""A worker that answers questions, played by real calls."""

import base64
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from jobs.protocol import Question
from tests.app.server import Server, Worker


class Answering:
    """A worker that listens; it has called once already."""

    def __init__(self, server: Server, name: str = "listener") -> None:
        self.server = server
        self.worker = Worker(server, name, 1)
        self.worker.sync(free=0)

    def next(self, **fields: Any) -> Question:
        """The next question; waits for it."""
        reply = self.worker.sync(**{"free": 0, "listens": True, "hold": 10, **fields})
        assert len(reply.questions) == 1, reply
        return reply.questions[0]

    def say(self, question: str, **answer: Any) -> httpx.Response:
        """Answer a question."""
        headers = {"Authorization": f"Bearer {self.server.settings.worker_secret}"}
        answered = self.server.http.post(f"/api/worker/answers/{question}", json=answer, headers=headers)
        assert isinstance(answered, httpx.Response)
        return answered


def usual(question: Question) -> dict[str, Any]:
    """An answer of the right shape to any question."""
    picture = base64.b64encode(b"a picture").decode()
    if question.kind == "preview":
        dataset = question.payload["dataset"]
        return {"grid": picture, "dataset": dataset, "original": [picture], "images": [picture], "notes": []}
    if question.kind == "samples":
        sample = {"name": "Row 1", "truth": "good", "row": [1.5], "image": None}
        return {"takes": "row", "columns": ["one"], "samples": [sample]}
    checkpoint = {key: question.payload["checkpoint"][key] for key in ("kind", "epoch", "sha256")}
    saw = {"columns": ["one"], "values": [0.5]}
    return {"class": "good", "probabilities": {"good": 1.0}, "saw": saw, "notes": [], "checkpoint": checkpoint}


@contextmanager
def answering(server: Server, answer: Callable[[Question], dict[str, Any]] = usual) -> Iterator[None]:
    """Has every question answered at once, in a thread, for the duration of the block."""
    listener = Answering(server, "answerer")
    stop = threading.Event()

    def listen() -> None:
        while not stop.is_set():
            for question in listener.worker.sync(free=0, listens=True, hold=0.5).questions:
                listener.say(question.id, body=answer(question))

    thread = threading.Thread(target=listen, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(30)
