"""The worker's side of questions: what waits, and the one process that answers, kept warm while people ask.

The process is started by the first question and ends when nobody has asked for a while. One that takes too long over a
question is ended, and that question is answered with why. One that dies may have been killed by somebody else: another
is asked the same, once. All methods belong to the worker's loop (:mod:`jobs.pool`).
"""

import contextlib
import logging
import os
import signal
import threading
from collections import deque
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext, ForkServerProcess

from jobs import forks
from jobs.answering import child
from jobs.answering.client import AnswerClient
from jobs.client import Unreachable
from jobs.protocol import Question
from jobs.questions import ANSWER_SECONDS, Answer, Refusal

log = logging.getLogger("fitboard.worker")

LIMIT = 60.0
"""Seconds that one question may take. Longer than anybody waits: what was measured stays, and the next ask is quick."""

IDLE = 300.0
"""Seconds without a question after which the process ends and gives its memory back."""


class Desk:
    """Has questions answered, one at a time.

    Args:
        start: what the process is given.
        context: forks it.
        clock: seconds, never going back.
        lost: called where the fork server turns out to be dead; :meth:`warmed` is called when there is another.
    """

    def __init__(
        self, start: child.Start, context: ForkServerContext, clock: Callable[[], float], lost: Callable[[], None]
    ) -> None:
        self._start = start
        self._lost = lost
        self._context = context
        self._clock = clock
        self._waiting: deque[tuple[float, Question]] = deque()
        """What waits, each with the time from which nobody does any more."""
        self._current: Question | None = None
        self._until: float | None = None
        self._hung = False
        self._ending = False
        self._tried: str | None = None
        self.process: ForkServerProcess | None = None
        self.line: Connection | None = None

    @property
    def held(self) -> list[str]:
        """The questions that aren't answered yet."""
        return [one.id for one in (*([self._current] if self._current else []), *(one for _, one in self._waiting))]

    def take(self, question: Question) -> None:
        """Have a question answered; one that is here already isn't taken twice."""
        if question.id not in self.held:
            self._waiting.append((self._clock() + ANSWER_SECONDS, question))
            self._next()

    def deadline(self) -> float | None:
        """When :meth:`escalate` has something to do."""
        return self._until

    def escalate(self) -> None:
        """End a process that takes too long, or that nobody has asked for a while."""
        if self.process is None or self._until is None or self._clock() < self._until:
            return
        self._until = None
        if self._current is not None:
            log.warning("a %s took more than %.0f s; its process is ended", self._current.kind, LIMIT)
            self._hung = True
        self._ending = True
        self.process.kill()

    def heard(self) -> None:
        """The process has said something: it is done with a question."""
        assert self.line is not None
        with contextlib.suppress(EOFError, OSError):
            while self.line.poll():
                self.line.recv()
                self._current = None
        self._next()

    def died(self) -> bool:
        """The process is over. Returns whether it was the fork server that died."""
        assert self.process is not None
        assert self.line is not None
        code, pid = self.process.exitcode, self.process.pid
        if code == forks.FORK_SERVER_DIED and pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)  # it lives on then, unknown to anybody
        self.line.close()
        self.process = self.line = self._until = None
        question, self._current = self._current, None
        hung, self._hung, self._ending = self._hung, False, False
        if question is not None and not hung and question.id != self._tried:
            self._tried = question.id
            self._waiting.appendleft((self._clock() + ANSWER_SECONDS, question))
        elif question is not None:
            why = f"took more than {LIMIT:.0f} seconds" if hung else f"ended its process (exit code {code})"
            self._refuse(question, f"This {why}, and was given up. Ask for less, or see the worker's output.")
        if code != forks.FORK_SERVER_DIED:
            self._next()
        return code == forks.FORK_SERVER_DIED

    def warmed(self) -> None:
        """The fork server is there, for the first time or anew: go on with what waits."""
        self._next()

    def kill(self) -> None:
        """End the process at once; what isn't answered stays so."""
        self._waiting.clear()
        self._current = None  # else another process would be asked
        if self.process is not None:
            self.process.kill()

    def _next(self) -> None:
        if self._current is not None or self._ending:
            return
        while self._waiting and self._waiting[0][0] <= self._clock():
            self._waiting.popleft()  # or those that somebody waits for would wait behind it
        if not self._waiting:
            self._until = None if self.process is None else self._clock() + IDLE
            return
        if self.process is None and not self._fork():
            return
        assert self.line is not None
        _, self._current = self._waiting.popleft()
        self._until = self._clock() + LIMIT
        with contextlib.suppress(OSError):  # it has just ended by itself: that is noticed in a moment
            self.line.send(self._current)

    def _fork(self) -> bool:
        line, theirs = self._context.Pipe()
        process = self._context.Process(target=child.main, args=(self._start, theirs), name="answering")
        try:
            forks.start(process)
        except forks.ForkServerDied:
            line.close()
            self._lost()
            return False  # what waits is asked when there is another
        except OSError as error:
            line.close()
            _, question = self._waiting.popleft()
            self._refuse(question, f"The worker could not start a process: {error.strerror or error}. Ask again.")
            return False
        finally:
            theirs.close()
        self.process, self.line = process, line
        return True

    def _refuse(self, question: Question, detail: str) -> None:
        answer = Answer(refusal=Refusal(kind="no-answer", detail=detail))

        def tell() -> None:
            client = AnswerClient(self._start.server, self._start.key)
            try:
                client.hand_over(question.id, answer)
            except Unreachable as error:
                log.debug("nobody hears that a question was given up: %s", error)
            finally:
                client.close()

        threading.Thread(target=tell, name="refusal", daemon=True).start()
