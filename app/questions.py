"""Questions to workers: a request waits here until a worker has answered, or until it isn't worth waiting any more.

The server computes nothing itself (it holds no Keras): a question is handed to a worker with the answer to its
``sync`` call, and answered with a call of its own. Nothing is stored; whoever hangs up takes the question back. All
methods belong to the event loop.
"""

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from app.errors import Problem
from app.sentences import FieldError
from jobs.protocol import Question, Wire
from jobs.questions import ANSWER_SECONDS, Answer

MOST = 32
"""Questions that may wait at a time."""

AHEAD = 2
"""Questions that a worker has at a time: one to answer, one more so that it need not wait. The others can still be
taken back for nothing."""


@dataclass(eq=False)
class _Asked:
    question: Question
    answered: "asyncio.Future[Answer]"
    worker: str | None = None


class Questions:
    """What is asked and not answered yet.

    Args:
        wake: has the workers that wait look again.
    """

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake
        self._open: dict[str, _Asked] = {}
        self._closing = False

    async def ask(
        self, kind: Literal["preview", "predict", "samples"], payload: Wire, seconds: float = ANSWER_SECONDS
    ) -> dict[str, Any]:
        """Ask and wait for the answer.

        Raises:
            Problem: ``busy``, ``no-answer``, or what the worker says against the question.
        """
        if self._closing:
            raise Problem("no-answer", "The server is stopping. Ask again when it is back.")
        if len(self._open) >= MOST:
            raise Problem(
                "busy", f"{MOST} questions wait for a worker already. Ask again.", headers={"Retry-After": "1"}
            )
        question = Question(id=secrets.token_hex(12), kind=kind, payload=payload.model_dump(mode="json"))
        asked = _Asked(question, asyncio.get_running_loop().create_future())
        self._open[question.id] = asked
        self._wake()
        try:
            return _body(await asyncio.wait_for(asked.answered, seconds))
        except TimeoutError:
            raise Problem(
                "no-answer",
                f"No worker has answered within {seconds:g} seconds: it starts, or has much to do. Ask again; what it "
                "has read and measured meanwhile it keeps.",
                headers={"Retry-After": "2"},
            ) from None
        finally:
            del self._open[question.id]
            if any(other.worker is None for other in self._open.values()):
                self._wake()  # there is room for the next

    def hand(self, worker: str) -> list[Question]:
        """What a worker that listens shall answer next."""
        room = AHEAD - sum(asked.worker == worker for asked in self._open.values())
        given = [asked for asked in self._open.values() if asked.worker is None][: max(room, 0)]
        for asked in given:
            asked.worker = worker
        return [asked.question for asked in given]

    def named(self, worker: str, held: list[str]) -> None:
        """A worker says which questions it has: one that was lost on the way to it is handed over again."""
        for asked in self._open.values():
            if asked.worker == worker and asked.question.id not in held:
                asked.worker = None

    def answer(self, question: str, answer: Answer) -> None:
        """Pass an answer on; nothing happens when nobody waits for it any more."""
        asked = self._open.get(question)
        if asked is not None and not asked.answered.done():
            asked.answered.set_result(answer)

    def close(self) -> None:
        """The server is about to stop: answer whoever waits, and whoever asks from here on."""
        self._closing = True
        for asked in self._open.values():
            if not asked.answered.done():
                problem = Problem("no-answer", "The server is stopping. Ask again when it is back.")
                asked.answered.set_exception(problem)


def _body(answer: Answer) -> dict[str, Any]:
    if answer.refusal is None:
        return answer.body or {}
    told = answer.refusal
    errors = [FieldError(pointer=one.pointer, code=one.code, detail=one.detail) for one in told.objections]
    raise Problem(told.kind, told.detail, errors, {"Retry-After": "2"} if told.later else None)
