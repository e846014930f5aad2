"""Who trains what: hands queued runs to workers, passes cancels on, and notices a worker that fell silent.

A worker's ``sync`` call is a long poll: it is held until there is something for that worker to do, and it is the
worker's lease at the same time. Leases run on the server's monotonic clock and live in memory; after a restart every
worker has one lease to come back before its runs are given up.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from time import monotonic

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.database import Database
from app.hub import Hub
from app.models import Run, Status
from app.runs import ingest, lifecycle, queries
from jobs.protocol import AttemptRef, EndData, ErrorData, Outcome, SyncReply, SyncRequest

log = logging.getLogger("fitboard")

LEASE_SECONDS = 20.0
"""How long a worker may be silent before its runs are given up."""

CHECK_SECONDS = 2.0


@dataclass
class Worker:
    """What is known of a worker that has called: when it last did, what it can take, and on which devices."""

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
        self._started = clock()
        self._workers: dict[str, Worker] = {}

    @property
    def workers(self) -> list[Worker]:
        """The workers whose lease holds."""
        return [worker for worker in self._workers.values() if self._alive(worker.name)]

    async def sync(self, request: SyncRequest) -> SyncReply:
        """Answer a worker as soon as there is something for it, at the latest after ``request.hold`` seconds."""
        deadline = self._clock() + request.hold
        while True:
            self._workers[request.worker] = Worker(
                request.worker, request.slots, request.free, tuple(request.devices), self._clock()
            )
            changed = asyncio.ensure_future(self._hub.changed(max(deadline - self._clock(), 0.0)))
            try:
                reply = await self._plan(request)
                if reply.start or reply.cancel or reply.stale or self._hub.closing or self._clock() >= deadline:
                    return reply
                await changed
            finally:
                changed.cancel()

    async def _plan(self, request: SyncRequest) -> SyncReply:
        with self._database.read() as session:
            cancel, stale = _reconcile(session, request)
            waiting = request.free > 0 and queries.queue_length(session) > 0
        start = []
        if waiting:
            start = await self._database.awrite(
                lambda session: lifecycle.claim(session, request.worker, request.free, self._now())
            )
        return SyncReply(start=start, cancel=cancel, stale=stale)

    async def watch_leases(self) -> None:
        """Give up the runs of silent workers, for as long as the server lives."""
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            try:
                await self._give_up_lost()
            except Exception:
                log.exception("checking the workers' leases failed; trying again")

    async def _give_up_lost(self) -> None:
        with self._database.read() as session:
            lost = [run.id for run in queries.running(session) if not self._alive(run.worker or "")]
        for run_id in lost:
            await self._database.awrite(lambda session, run_id=run_id: self._lose(session, run_id))  # type: ignore[misc]
        for name in [name for name in self._workers if not self._alive(name)]:
            del self._workers[name]

    def _lose(self, session: Session, run_id: str) -> None:
        run = session.scalar(select(Run).where(Run.id == run_id))
        if run is None or run.status != Status.RUNNING or self._alive(run.worker or ""):
            return
        log.warning("run %s: no word from worker %s for %d s", run.id, run.worker, LEASE_SECONDS)
        detail = (
            f"The worker {run.worker} has not been heard of for {LEASE_SECONDS:.0f} seconds. What it had reported is "
            "kept, its checkpoints included. See that a worker runs, then train again."
        )
        error = ErrorData(title="The worker was lost", detail=detail)
        ingest.end(session, run, EndData(outcome=Outcome.FAILED, reason="lost-contact", error=error), self._now())

    def _alive(self, name: str) -> bool:
        worker = self._workers.get(name)
        seen = self._started if worker is None else worker.seen
        return self._clock() - seen < LEASE_SECONDS


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
