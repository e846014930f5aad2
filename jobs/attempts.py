"""One attempt as the worker sees it: a child process, how it is stopped, and what is told after its death."""

import contextlib
import logging
import os
import signal
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext, ForkServerProcess

from jobs import child, forks
from jobs.checkpoints import unannounced
from jobs.client import AttemptClient
from jobs.journal import Journal, outcome
from jobs.progress import AT_FIRST
from jobs.protocol import AttemptRef, EndData, ErrorData, EventType, LogData, Outcome
from jobs.quiet import last_lines
from jobs.reporter import Reporter
from jobs.stopping import Why, stronger

log = logging.getLogger("fitboard.worker")

TERMINATE_AFTER = 1.0
KILL_AFTER = 1.6
"""Seconds from the request to stop until SIGTERM and SIGKILL: the end must be known within two, told and stored."""

PAUSE_WITHIN = 10.0
"""Seconds that a pause may take longer: what is saved then needn't be trained again."""


class Attempt:
    """A running attempt, or one whose end is being told.

    Args:
        order: what the child gets.
        slot: which of the worker's slots it takes while its process lives.
        clock: seconds, never going back.
        done: called, in another thread, once the server knows everything.
    """

    def __init__(
        self, order: child.Order, slot: int | None, clock: Callable[[], float], done: Callable[["Attempt"], None]
    ) -> None:
        self.order = order
        self.slot = slot
        self.ref = AttemptRef(run=order.assignment.run, attempt=order.assignment.attempt)
        self.why: Why | None = None
        self.process: ForkServerProcess | None = None
        self._clock = clock
        self._done = done
        self.line: Connection | None = None
        self._silent_until: float | None = None
        self._hung = False
        self._stop_asked = 0.0
        self._signals: list[tuple[float, signal.Signals]] = []
        self._reporter: Reporter | None = None
        self._given_up = False

    def start(self, context: ForkServerContext) -> None:
        """Fork the child. If even that fails, the failure is told as the attempt's end.

        Raises:
            ForkServerDied: that is told too; another worker, or this one later, goes on with the run.
        """
        self.line, theirs = context.Pipe()
        process = context.Process(target=child.main, args=(self.order, theirs), name=f"run-{self.ref.run}")
        try:
            forks.start(process)
        except forks.ForkServerDied:
            self._hang_up()
            self.slot = None
            self._tell_end(EndData(outcome=Outcome.RELEASED, reason="worker-died"))
            raise
        except OSError as error:
            self._hang_up()
            self.fail(f"The training process could not be started: {error.strerror or error}.")
        else:
            self.process = process
            self._silent_until = self._clock() + AT_FIRST
            log.info("run %s: attempt %d of %s starts", self.ref.run, self.ref.attempt, self.order.assignment.lesson)
        finally:
            theirs.close()

    def fail(self, detail: str) -> None:
        """Tell that the attempt failed before there was a process."""
        self.slot = None
        self._tell_end(EndData(outcome=Outcome.FAILED, reason="killed", error=_error(detail)))

    def stop(self, why: Why) -> None:
        """Ask the child to stop, and see to it that it does."""
        told, self.why = self.why, stronger(self.why, why)
        if self.process is None or (self._signals and self.why == told):
            return
        self._stop_asked = self._clock()
        more = PAUSE_WITHIN if why == "pause" else 0.0
        self._signals = [(TERMINATE_AFTER + more, signal.SIGTERM), (KILL_AFTER + more, signal.SIGKILL)]
        self._send(why)

    def kill(self) -> None:
        """End the child and the telling at once; what isn't told stays in the journal."""
        if self.process is not None:
            self.process.kill()
        self._given_up = True  # first: the other thread looks at it once there is a reporter
        if self._reporter is not None:
            self._reporter.abandon()

    def deadline(self) -> float | None:
        """When :meth:`escalate` has something to do."""
        if self.process is None:
            return None
        return self._stop_asked + self._signals[0][0] if self._signals else self._silent_until

    def escalate(self) -> None:
        """Send the signals whose time has come, and end a child that hangs."""
        while self._signals and self.process is not None and self._clock() >= self._stop_asked + self._signals[0][0]:
            _, number = self._signals.pop(0)
            if self.process.pid is not None and self.process.is_alive():
                self.process.terminate() if number is signal.SIGTERM else self.process.kill()
        if self.process is not None and self._silent_until is not None and self._clock() >= self._silent_until:
            log.warning("run %s: no step is done any more; its process is ended", self.ref.run)
            self._hung = True
            self._silent_until = None
            self.process.kill()

    def heard(self) -> None:
        """The child has said something: it gets on, and how long it may be silent from now on."""
        assert self.line is not None
        with contextlib.suppress(EOFError, OSError):
            while self.line.poll():
                patience: float = self.line.recv()
                self._silent_until = self._clock() + patience

    def _hang_up(self) -> None:
        assert self.line is not None
        self.line.close()
        self.line = None

    def died(self) -> bool:
        """The child's process is over: free its slot, and tell what it couldn't.

        Returns whether it was the fork server that died. Its children live on then, unknown to anybody; this one
        must be gone before its journal is continued here.
        """
        assert self.process is not None
        assert self.process.pid is not None
        code = self.process.exitcode
        if code == forks.FORK_SERVER_DIED:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.process.pid, signal.SIGKILL)
        self.process = None
        self.slot = None
        self._hang_up()
        if code == 0:
            log.info("run %s: %s", self.ref.run, outcome(self.order.directory))
            self._done(self)
        elif code == child.REFUSED or self.why == "unwanted":
            log.info("run %s: the server no longer wants this attempt", self.ref.run)
            self._done(self)
        elif code == child.MISUNDERSTOOD:
            # A defect in one of the two programs. The server gives the run up when its lease is over.
            log.error("run %s: %s", self.ref.run, self._output())
            self._done(self)
        elif self.why == "cancel":
            self._tell_end(EndData(outcome=Outcome.CANCELED, reason="canceled"))
        elif self.why == "pause":
            self._tell_end(EndData(outcome=Outcome.PAUSED, reason="paused"))
        elif self.why == "release":
            self._tell_end(EndData(outcome=Outcome.RELEASED, reason="worker-stopped"))
        elif self._hung:
            self._tell_end(_died("hung", "The training process did no step for a long time and was ended."))
        elif code == forks.FORK_SERVER_DIED:
            self._tell_end(EndData(outcome=Outcome.RELEASED, reason="worker-died"))
        else:
            self._tell_end(_died_of(code), self._output())
        return code == forks.FORK_SERVER_DIED

    def adopt(self) -> None:
        """Return a run to the queue whose worker died."""
        self._tell_end(EndData(outcome=Outcome.RELEASED, reason="worker-died"))

    def _send(self, message: Why) -> None:
        assert self.line is not None
        try:
            self.line.send(message)
        except OSError:  # it has just ended by itself
            log.debug("run %s: nobody hears %r", self.ref.run, message)

    def _output(self) -> str:
        return last_lines(self.order.directory / child.OUTPUT)

    def _tell_end(self, end: EndData, output: str = "") -> None:
        """Tell it in a thread of its own: a long journal takes seconds to read, and others want to be stopped."""
        log.info("run %s: %s", self.ref.run, end.error.detail if end.error else end.outcome)
        threading.Thread(target=self._tell, args=(end, output), name="telling", daemon=True).start()

    def _tell(self, end: EndData, output: str) -> None:
        journal = Journal(self.order.directory)
        reporter = Reporter(
            journal,
            AttemptClient(self.order.server, self.order.assignment),
            on_done=lambda: self._done(self),
        )
        if not journal.ended:
            for data in unannounced(self.order.directory, journal.announced):
                reporter.offer(data)
            if output:
                with contextlib.suppress(OSError):  # on a full disk: it is sent all the same
                    reporter.report(EventType.LOG, LogData(level="error", message=output))
        reporter.close(end)
        self._reporter = reporter
        if self._given_up:
            reporter.abandon()
        reporter.run()


def _died_of(code: int | None) -> EndData:
    if code is None or code >= 0:
        return _died("killed", f"The training process ended by itself with exit code {code}; see its last words.")
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = f"signal {-code}"
    if name == "SIGKILL":
        return _died(
            "killed",
            "The training process was killed by signal 9, likely because the machine is out of memory. "
            "Use smaller layers or a smaller batch size, or close other programs.",
        )
    return _died("killed", f"The training process was ended by {name}.")


def _died(reason: str, detail: str) -> EndData:
    return EndData(outcome=Outcome.DIED, reason=reason, error=_error(detail))


def _error(detail: str) -> ErrorData:
    return ErrorData(title="The training process died", detail=detail)
