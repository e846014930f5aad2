"""The reconciler: what the database says shall happen, and what an executor says has happened, brought together.

It hears every change of status once it is committed and tells the executor (a run waits, an attempt shall stop), and
it looks regularly for attempts that the executor has lost, and for room on a disk that was full.
"""

import asyncio
import json
import logging
from collections.abc import Callable
from datetime import datetime
from time import monotonic

from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool

from app.database import Committed, Database
from app.executors.base import Executor, State
from app.models import Run, Status
from app.room import Room
from app.runs import ending, lifecycle, queries, requests
from jobs.protocol import AttemptRef, EndData, EventType, Outcome

log = logging.getLogger("fitboard")

CHECK_SECONDS = 2.0
"""How often attempts are looked at."""

STOOD_STILL = 10.0
"""A check that comes so late shows that the server itself stood still (a suspended machine, say)."""


class Scheduler:
    """Keeps the executor and the database of one mind.

    Args:
        database: where the runs are.
        executor: where attempts are carried out.
        room: which runs that pause for a full disk may go on.
        now: the time that is written down.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        database: Database,
        executor: Executor,
        room: Room,
        now: Callable[[], datetime],
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._database = database
        self._executor = executor
        self._room = room
        self._now = now
        self._clock = clock
        self._checked = clock()

    def notice(self, committed: list[Committed]) -> None:
        """Pass committed changes of status on (on the event loop)."""
        for one in committed:
            if one.type != EventType.STATUS:
                continue
            data = json.loads(one.data)
            if data["status"] == Status.QUEUED:
                self._executor.submit(one.run)
            elif data["reason"] == lifecycle.CANCEL_REQUESTED:
                self._executor.cancel(AttemptRef(run=one.run, attempt=data["attempt"]))
            elif data["reason"] == lifecycle.PAUSE_REQUESTED:
                self._executor.pause(AttemptRef(run=one.run, attempt=data["attempt"]))

    async def watch(self) -> None:
        """Look for lost attempts and for room, for as long as the server lives."""
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            try:
                await self.check()
            except Exception:
                log.exception("looking for lost attempts and for room failed; trying again")

    async def check(self) -> None:
        """Queue what can go on: the runs of attempts that the executor has lost, and those for which there is room."""
        now = self._clock()
        if now - self._checked >= STOOD_STILL:
            self._executor.renew()
        self._checked = now
        for run_id in await run_in_threadpool(self._find_lost):
            await self._database.awrite(lambda session, run_id=run_id: self._lose(session, run_id))  # type: ignore[misc]
        for run_id in await run_in_threadpool(self._find_room):
            await self._database.awrite(lambda session, run_id=run_id: self._go_on(session, run_id))  # type: ignore[misc]
        self._executor.tidy()

    def _find_lost(self) -> list[str]:
        with self._database.read() as session:
            return [run.id for run in queries.running(session) if self._lost(run)]

    def _lost(self, run: Run) -> bool:
        return self._executor.status(AttemptRef(run=run.id, attempt=run.attempt)) is State.LOST

    def _lose(self, session: Session, run_id: str) -> None:
        run = session.scalar(select(Run).where(Run.id == run_id))
        if run is None or run.status != Status.RUNNING or not self._lost(run):
            return
        log.warning("run %s: worker %s is lost", run.id, run.worker)
        ending.end(session, run, EndData(outcome=Outcome.RELEASED, reason="lost-contact"), self._now())

    def _find_room(self) -> list[str]:
        with self._database.read() as session:
            return self._room.due(queries.paused_for_room(session))

    def _go_on(self, session: Session, run_id: str) -> None:
        run = session.scalar(select(Run).where(Run.id == run_id))
        if run is not None and run.status == Status.PAUSED and run.reason == lifecycle.DISK_FULL:
            log.info("run %s: there is room on the disk again", run.id)
            lifecycle.change_status(session, run, Status.QUEUED, self._now(), requests.RESUMING)
