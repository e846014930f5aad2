"""The pool of our own workers, on this machine or another: they call, we answer.

A worker's ``sync`` call is a long poll: it is held until there is something for that worker to do, and it renews the
lease of every attempt that the worker names in it. So a worker that falls silent loses its runs, and so does one that
never learnt of an assignment because the answer was lost. Leases run on the server's monotonic clock and live in
memory; after a restart, or a pause of the whole server, every attempt has one lease to be named again.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool

from app.database import Database
from app.errors import Problem
from app.executors.base import State
from app.models import Run, Status
from app.questions import Questions
from app.runs import lifecycle
from jobs.protocol import Assignment, AttemptRef, SyncReply, SyncRequest, Wire


@dataclass
class Worker:
    """What is known of a worker that has called: when it last did, its slots and free slots, what it computes with."""

    name: str
    slots: int
    free: int
    devices: tuple[str, ...]
    backend: str
    seen: float


class LocalPool:
    """An :class:`~app.executors.base.Executor` whose workers come and ask.

    Args:
        database: where the queue is.
        now: the time that is written down.
        clock: monotonic seconds.
    """

    patience = 20.0

    def __init__(self, database: Database, now: Callable[[], datetime], clock: Callable[[], float] = monotonic) -> None:
        self._database = database
        self._clock = clock
        self._now = now
        self._renewed = clock()
        self._workers: dict[str, Worker] = {}
        self._leases: dict[AttemptRef, float] = {}
        self._news = asyncio.Event()
        self._closing = False
        self.questions = Questions(self._wake)

    @property
    def workers(self) -> list[Worker]:
        """The workers heard of within a lease."""
        return [worker for worker in self._workers.values() if self._clock() - worker.seen < self.patience]

    @property
    def backends(self) -> frozenset[str]:
        """Those of the workers heard of within a lease."""
        return frozenset(worker.backend for worker in self.workers)

    def submit(self, run: str) -> None:
        """Wake the workers that wait."""
        self._wake()

    def cancel(self, attempt: AttemptRef) -> None:
        """Wake the workers that wait; the one that has it is told."""
        self._wake()

    def pause(self, attempt: AttemptRef) -> None:
        """Wake the workers that wait; the one that has it is told."""
        self._wake()

    def status(self, attempt: AttemptRef) -> State:
        """Lost, when no worker has named it within a lease."""
        seen = max(self._leases.get(attempt, self._renewed), self._renewed)
        return State.LOST if self._clock() - seen >= self.patience else State.ALIVE

    def close(self) -> None:
        """Answer every held call, and from here on at once."""
        self._closing = True
        self.questions.close()
        self._wake()

    def renew(self) -> None:
        """Give every attempt a full lease: the server itself stood still, and workers may have called in vain."""
        self._renewed = self._clock()

    def tidy(self) -> None:
        """Forget leases and workers that ran out."""
        past = self._clock() - self.patience
        for attempt, seen in list(self._leases.items()):  # in place: the writer's thread adds leases meanwhile
            if seen <= past:
                self._leases.pop(attempt, None)
        self._workers = {name: worker for name, worker in self._workers.items() if worker.seen > past}

    async def ask(self, kind: Literal["preview", "predict", "samples"], payload: Wire) -> dict[str, Any]:
        """Ask a worker, and wait for its answer.

        Raises:
            Problem: ``no-worker``, or as :meth:`app.questions.Questions.ask` says.
        """
        if not self.workers:
            raise Problem(
                "no-worker",
                "No worker is connected, and only a worker can answer this. Start one with fitboard worker, or start "
                "everything with fitboard up.",
                headers={"Retry-After": "5"},
            )
        return await self.questions.ask(kind, payload)

    async def sync(self, request: SyncRequest) -> SyncReply:
        """Answer a worker as soon as there is something for it, at the latest after ``request.hold`` seconds."""
        heard = self._clock()
        deadline = heard + request.hold
        self._workers[request.worker] = Worker(
            request.worker, request.slots, request.free, tuple(request.devices), request.backend, heard
        )
        self.questions.named(request.worker, request.questions)
        while True:
            news = self._news  # taken before looking, so that nothing falls between the look and the wait
            reply = await self._plan(request, heard)
            if request.listens and (questions := self.questions.hand(request.worker)):
                return reply.model_copy(update={"questions": questions})
            left = deadline - self._clock()
            if reply.start or reply.cancel or reply.pause or reply.stale or self._closing or left <= 0:
                return reply
            try:
                await asyncio.wait_for(news.wait(), left)
            except TimeoutError:
                return reply

    async def _plan(self, request: SyncRequest, heard: float) -> SyncReply:
        reply, waiting = await run_in_threadpool(self._look, request)
        for attempt in request.attempts:
            if attempt not in reply.stale:
                self._leases[attempt] = heard
        if not waiting:
            return reply
        start = await self._database.awrite(lambda session: self._claim(session, request))
        return reply.model_copy(update={"start": start})

    def _look(self, request: SyncRequest) -> tuple[SyncReply, bool]:
        with self._database.read() as session:
            work = request.free > 0 and bool(lifecycle.waiting(session, request.backend, 1))
            return _reconcile(session, request), work

    def _claim(self, session: Session, request: SyncRequest) -> list[Assignment]:
        start = lifecycle.claim(session, request.worker, request.backend, request.free, self._now())
        for one in start:
            self._leases[AttemptRef(run=one.run, attempt=one.attempt)] = self._clock()
        return start

    def _wake(self) -> None:
        self._news.set()
        self._news = asyncio.Event()


def _reconcile(session: Session, request: SyncRequest) -> SyncReply:
    """What the worker must know of the attempts that it names."""
    if not request.attempts:
        return SyncReply()
    ids = [attempt.run for attempt in request.attempts]
    runs = {run.id: run for run in session.scalars(select(Run).where(Run.id.in_(ids)))}
    reply = SyncReply()
    asked = {lifecycle.CANCEL_REQUESTED: reply.cancel, lifecycle.PAUSE_REQUESTED: reply.pause}
    for attempt in request.attempts:
        run = runs.get(attempt.run)
        current = (
            run is not None
            and run.status == Status.RUNNING
            and run.attempt == attempt.attempt
            and run.worker == request.worker
        )
        if run is None or not current:
            reply.stale.append(attempt)
        elif run.reason in asked and attempt not in request.stopping:
            asked[run.reason].append(attempt)
    return reply
