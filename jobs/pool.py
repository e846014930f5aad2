"""The worker's main loop: it takes assignments, watches over their processes, and hands everything back in the end.

All state is changed by one thread, the one that runs :meth:`Pool.run`. Other threads and signal handlers put what
they want done into an inbox and wake the loop; it sleeps until then, or until a process ends or a deadline comes.
"""

import contextlib
import logging
import multiprocessing.connection
import os
import queue
import signal
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from types import FrameType

from jobs import child
from jobs.allocation import keep_freed_memory
from jobs.answering.child import Start
from jobs.answering.desk import Desk
from jobs.attempts import Attempt
from jobs.backend import chosen
from jobs.forks import ForkServer, ForkServerDied
from jobs.link import Link
from jobs.protocol import Assignment, AttemptRef, SyncReply, SyncRequest
from jobs.stopping import Why
from jobs.workfolder import WorkFolder

log = logging.getLogger("fitboard.worker")

LAST_WORDS = 2.5
"""Seconds after the first signal in which attempts are handed back; what isn't told by then stays in the journal."""


@dataclass(frozen=True)
class PoolSettings:
    """What a worker is told at its start. ``slots`` is None for one, or one per GPU; ``programs`` is a folder for what
    XLA compiles."""

    server: str
    key: str
    name: str
    slots: int | None
    data: child.DataPlaces
    programs: Path


class Pool:
    """A worker.

    Args:
        settings: see :class:`PoolSettings`.
        folder: where attempts keep their journals.
        clock: seconds, never going back.
    """

    def __init__(self, settings: PoolSettings, folder: WorkFolder, clock: Callable[[], float] = time.monotonic) -> None:
        self._settings = settings
        self._folder = folder
        self._clock = clock
        self._forks = ForkServer(child.probe, "jobs.warm")
        self._attempts: dict[tuple[str, int], Attempt] = {}
        self._slots = settings.slots or 1
        self._gpus: list[str] = []
        self._devices = ["CPU"]
        self._ready = False
        self._failure: str | None = None
        self._signals = 0
        self._closing_at: float | None = None
        self._inbox: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._wake_reader, self._wake_writer = os.pipe()
        os.set_blocking(self._wake_reader, False)
        os.set_blocking(self._wake_writer, False)
        self._link = Link(settings.server, settings.key, self._exchange)
        data = settings.data
        start = Start(settings.server, settings.key, folder.scratch, data.folder, data.cache, data.uploads)
        self._desk = Desk(start, self._forks.context, clock, self._fork_server_died)

    def run(self) -> int:
        """Work until a signal comes; returns the exit code."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._on_signal)
        self._start_warming_up()
        for assignment, directory in self._folder.leftovers():
            log.info("run %s: handing back what an earlier worker left", assignment.run)
            attempt = Attempt(self._order(assignment, directory, None), None, self._clock, self._on_done)
            self._attempts[assignment.run, assignment.attempt] = attempt
            attempt.adopt()
        self._link.start()
        try:
            while not self._over():
                self._turn()
        finally:
            for attempt in self._attempts.values():
                attempt.kill()
            self._desk.kill()
            self._link.stop()
            self._folder.close()
            self._forks.end()
        if self._failure is not None:
            return 1
        return 1 if self._signals > 1 else 0

    def _turn(self) -> None:
        processes: dict[int, Attempt | Desk] = {
            attempt.process.sentinel: attempt for attempt in self._attempts.values() if attempt.process is not None
        }
        lines: dict[Connection, Attempt | Desk] = {
            attempt.line: attempt for attempt in self._attempts.values() if attempt.line is not None
        }
        if self._desk.process is not None and self._desk.line is not None:
            processes[self._desk.process.sentinel] = lines[self._desk.line] = self._desk
        ready = multiprocessing.connection.wait([self._wake_reader, *processes, *lines], self._patience())
        with contextlib.suppress(BlockingIOError):
            while os.read(self._wake_reader, 4096):
                pass
        if self._signals and self._closing_at is None:
            self._close()  # first of all: a signal to the whole process group ends the children too
        for line, attempt in lines.items():
            if line in ready:
                attempt.heard()
        died = [processes[sentinel].died() for sentinel in ready if sentinel in processes]
        if any(died):
            self._fork_server_died()
        if died:
            self._link.renew()
        with contextlib.suppress(queue.Empty):
            while True:
                self._inbox.get_nowait()()
        for attempt in self._attempts.values():
            attempt.escalate()
        self._desk.escalate()

    def _patience(self) -> float | None:
        deadlines = [deadline for attempt in self._attempts.values() if (deadline := attempt.deadline()) is not None]
        if (limit := self._desk.deadline()) is not None:
            deadlines.append(limit)
        if self._closing_at is not None:
            deadlines.append(self._closing_at + LAST_WORDS)
        return max(min(deadlines) - self._clock(), 0.0) if deadlines else None

    def _over(self) -> bool:
        if self._failure is not None or self._signals > 1:
            return True
        if self._closing_at is None:
            return False
        return not self._attempts or self._clock() >= self._closing_at + LAST_WORDS

    def _close(self) -> None:
        self._closing_at = self._clock()
        self._link.stop()
        self._desk.kill()
        if self._attempts:
            log.info("stopping; handing back %d unfinished (once more to stop at once)", len(self._attempts))
        for attempt in self._attempts.values():
            attempt.stop("release")

    def _exchange(self, reply: SyncReply | None) -> "Future[SyncRequest]":
        answer: Future[SyncRequest] = Future()

        def act() -> None:
            if reply is not None and self._closing_at is None:
                self._obey(reply)
            if not answer.cancelled():
                answer.set_result(self._request())

        self._post(act)
        return answer

    def _obey(self, reply: SyncReply) -> None:
        for ref in reply.cancel:
            self._stop(ref, "cancel")
        for ref in reply.pause:
            self._stop(ref, "pause")
        for ref in reply.stale:
            self._stop(ref, "unwanted")
        for assignment in reply.start:  # after what is to stop, which has two seconds
            if (assignment.run, assignment.attempt) not in self._attempts:
                self._start(assignment)
        for question in reply.questions:
            self._desk.take(question)

    def _start(self, assignment: Assignment) -> None:
        taken = {attempt.slot for attempt in self._attempts.values()}
        slot = next(index for index in range(len(taken) + 1) if index not in taken)
        gpu = self._gpus[slot % len(self._gpus)] if self._gpus else None
        directory = self._folder.directory(assignment)
        attempt = Attempt(self._order(assignment, directory, gpu), slot, self._clock, self._on_done)
        self._attempts[assignment.run, assignment.attempt] = attempt
        try:
            self._folder.open(assignment)
        except OSError as error:
            attempt.fail(f"The worker could not make the attempt's folder: {error.strerror or error}.")
        else:
            try:
                attempt.start(self._forks.context)
            except ForkServerDied:
                self._fork_server_died()

    def _stop(self, ref: AttemptRef, why: Why) -> None:
        attempt = self._attempts.get((ref.run, ref.attempt))
        if attempt is not None:
            attempt.stop(why)

    def _order(self, assignment: Assignment, directory: Path, gpu: str | None) -> child.Order:
        return child.Order(
            self._settings.server, assignment, directory, self._settings.programs, self._settings.data, gpu
        )

    def _request(self) -> SyncRequest:
        running = sum(attempt.slot is not None for attempt in self._attempts.values())
        mine = [attempt for attempt in self._attempts.values() if attempt.why != "unwanted"]
        return SyncRequest(
            worker=self._settings.name,
            slots=self._slots,
            free=max(self._slots - running, 0) if self._ready else 0,
            devices=self._devices,
            backend=chosen(),
            attempts=[attempt.ref for attempt in mine],
            stopping=[attempt.ref for attempt in mine if attempt.why in {"cancel", "pause"}],
            listens=self._ready,
            questions=self._desk.held,
        )

    def _on_done(self, attempt: Attempt) -> None:
        def forget() -> None:
            self._attempts.pop((attempt.ref.run, attempt.ref.attempt), None)
            self._folder.remove(attempt.order.directory)

        self._post(forget)

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._signals += 1
        self._wake()

    def _post(self, action: Callable[[], None]) -> None:
        self._inbox.put(action)
        self._wake()

    def _wake(self) -> None:
        with contextlib.suppress(BlockingIOError):  # full: the loop is about to wake anyhow
            os.write(self._wake_writer, b"!")

    def _fork_server_died(self) -> None:
        """Start another; while one is being started already, that thread notices by itself."""
        if self._ready:
            log.warning("the fork server died; starting another")
            self._ready = False
            self._start_warming_up()

    def _start_warming_up(self) -> None:
        threading.Thread(target=self._warm_up, name="warm-up", daemon=True).start()

    def _warm_up(self) -> None:
        """Start the fork server and wait, in this thread, until it has imported everything."""
        began = self._clock()
        # The fork server inherits the mask: Ctrl-C in the terminal is for the worker alone.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        if sys.platform == "darwin":
            # macOS ends a forked process that touches its frameworks, unless told that this is meant.
            os.environ.setdefault("OBJC_DISABLE_INITIALIZE_FORK_SAFETY", "YES")
        keep_freed_memory()
        found = self._forks.warm_up()
        seconds = self._clock() - began
        self._post(lambda: self._warm(found, seconds))

    def _warm(self, found: list[str] | str, seconds: float) -> None:
        if isinstance(found, str):
            log.error("cannot train: %s", found)
            self._failure = found
            return
        visible = os.environ.get("CUDA_VISIBLE_DEVICES")
        self._gpus = visible.split(",")[: len(found)] if visible else [str(index) for index in range(len(found))]
        self._slots = self._settings.slots or max(len(found), 1)
        self._ready = True
        self._devices = [f"GPU: {name}" for name in found] or ["CPU"]
        log.info("ready: %d at a time, %s, %.1f s to import Keras", self._slots, ", ".join(self._devices), seconds)
        self._desk.warmed()
        self._link.renew()
