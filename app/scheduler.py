"""Who trains what: hands queued runs to workers, passes cancels on, and notices a worker that fell silent.

A worker's ``sync`` call is a long poll: it is held until there is something for that worker to do, and it renews the
lease of every attempt that the worker names in it. So a worker that falls silent loses its runs, and so does one that
never learnt of an assignment because the answer was lost. Leases run on the server's monotonic clock and live in
memory; after a restart, or a pause of the whole server, every attempt has one lease to be named again.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from time import monotonic

from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool

from app.database import Database
from app.hub import Hub
from app.models import Run, Status
from app.runs import ingest, lifecycle, queries
from jobs.protocol import Assignment, AttemptRef, EndData, ErrorData, Outcome, SyncReply, SyncRequest

log = logging.getLogger("fitboard")

LEASE_SECONDS = 20.0
"""How long no worker may name an attempt before it is given up."""

CHECK_SECONDS = 2.0
"""How often leases are looked at. A check that comes very late shows that the server itself stood still."""

MOST_ATTEMPTS = 10
"""After so many attempts a run of which nothing was ever reported isn't queued again: it may be what ends workers."""

Held = tuple[str, str, int]
"""A lease's name: the worker, the run, the attempt."""


@dataclass
class Worker:
    """What is known of a worker that has called: when it last did, its slots and free slots, and its devices."""

    name: str
    slots: int
    free: int
    devices: tuple[str, ...]
    seen: float


class Scheduler:
    """The reconciler between the queue and the workers.

    Args:
        database: where the queue is.
        hub: wakes waiting calls when anything changes.
        clock: monotonic seconds.
        now: the time that is written down.
    """

    def __init__(
        self,
        database: Database,
        hub: Hub,
        now: Callable[[], datetime],
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._database = database
        self._hub = hub
        self._clock = clock
        self._now = now
        self._renewed = clock()
        self._checked = clock()
        self._workers: dict[str, Worker] = {}
        self._leases: dict[Held, float] = {}

    @property
    def workers(self) -> list[Worker]:
        """The workers heard of within a lease."""
        return [worker for worker in self._workers.values() if self._clock() - worker.seen < LEASE_SECONDS]

    async def sync(self, request: SyncRequest) -> SyncReply:
        """Answer a worker as soon as there is something for it, at the latest after ``request.hold`` seconds."""
        deadline = self._clock() + request.hold
        self._hear(request)
        while True:
            changed = asyncio.ensure_future(self._hub.changed(max(deadline - self._clock(), 0.0)))
            try:
                reply = await self._plan(request)
                if reply.start or reply.cancel or reply.stale or self._hub.closing or self._clock() >= deadline:
                    return reply
                await changed
            finally:
                changed.cancel()

    def _hear(self, request: SyncRequest) -> None:
        now = self._clock()
        self._workers[request.worker] = Worker(request.worker, request.slots, request.free, tuple(request.devices), now)
        for attempt in request.attempts:
            self._leases[request.worker, attempt.run, attempt.attempt] = now

    async def _plan(self, request: SyncRequest) -> SyncReply:
        cancel, stale, waiting = await run_in_threadpool(self._look, request)
        start = await self._database.awrite(lambda session: self._claim(session, request)) if waiting else []
        return SyncReply(start=start, cancel=cancel, stale=stale)

    def _look(self, request: SyncRequest) -> tuple[list[AttemptRef], list[AttemptRef], bool]:
        with self._database.read() as session:
            cancel, stale = _reconcile(session, request)
            return cancel, stale, request.free > 0 and queries.queue_length(session) > 0

    def _claim(self, session: Session, request: SyncRequest) -> list[Assignment]:
        start = lifecycle.claim(session, request.worker, request.free, self._now())
        for one in start:
            self._leases[request.worker, one.run, one.attempt] = self._clock()
        return start

    async def watch_leases(self) -> None:
        """Give up attempts whose lease has run out, for as long as the server lives."""
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            try:
                await self.check_leases()
            except Exception:
                log.exception("checking the workers' leases failed; trying again")

    async def check_leases(self) -> None:
        """Give up attempts whose lease has run out: queued again if nothing was reported of them, else failed."""
        now = self._clock()
        if now - self._checked >= LEASE_SECONDS / 2:
            self._renewed = now  # we stood still (a suspended process, say): workers may have called in vain
        self._checked = now
        for run_id in await run_in_threadpool(self._find_lost):
            await self._database.awrite(lambda session, run_id=run_id: self._lose(session, run_id))  # type: ignore[misc]
        for held in [held for held, seen in list(self._leases.items()) if now - seen >= LEASE_SECONDS]:
            self._leases.pop(held, None)
        for name in [name for name, one in self._workers.items() if now - one.seen >= LEASE_SECONDS]:
            del self._workers[name]

    def _find_lost(self) -> list[str]:
        with self._database.read() as session:
            return [run.id for run in queries.running(session) if self._lost(run)]

    def _lost(self, run: Run) -> bool:
        seen = self._leases.get((run.worker or "", run.id, run.attempt), self._renewed)
        return self._clock() - max(seen, self._renewed) >= LEASE_SECONDS

    def _lose(self, session: Session, run_id: str) -> None:
        run = session.scalar(select(Run).where(Run.id == run_id))
        if run is None or run.status != Status.RUNNING or not self._lost(run):
            return
        log.warning("run %s: worker %s has not named it for %d s", run.id, run.worker, LEASE_SECONDS)
        if run.acknowledged == 0 and run.attempt < MOST_ATTEMPTS:
            ingest.end(session, run, EndData(outcome=Outcome.RELEASED, reason="lost-contact"), self._now())
            return
        detail = (
            f"The worker {run.worker} has not been heard of for {LEASE_SECONDS:.0f} seconds. What it had reported is "
            "kept, its checkpoints included. See that a worker runs, then train again."
        )
        error = ErrorData(title="The worker was lost", detail=detail)
        ingest.end(session, run, EndData(outcome=Outcome.FAILED, reason="lost-contact", error=error), self._now())


def _reconcile(session: Session, request: SyncRequest) -> tuple[list[AttemptRef], list[AttemptRef]]:
    if not request.attempts:
        return [], []
    ids = [attempt.run for attempt in request.attempts]
    runs = {run.id: run for run in session.scalars(select(Run).where(Run.id.in_(ids)))}
    cancel, stale = [], []
    for attempt in request.attempts:
        run = runs.get(attempt.run)
        current = (
            run is not None
            and run.status == Status.RUNNING
            and run.attempt == attempt.attempt
            and run.worker == request.worker
        )
        if not current:
            stale.append(attempt)
        elif run is not None and run.reason == lifecycle.CANCEL_REQUESTED and attempt not in request.stopping:
            cancel.append(attempt)
    return cancel, stale
