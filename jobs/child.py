"""What runs in the child process of one attempt: it trains, reports, and listens to the worker.

The child is forked from the warm fork server. It ends in one of three ways: everything is told to the server (exit
code 0), the server refused the attempt (:data:`REFUSED`), or it died and the worker tells the rest. While it gets on it
tells the worker so, which ends a child that hangs.
"""

import contextlib
import os
import shlex
import signal
import sys
import threading
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from jobs.borrowing import BorrowingDatasets, borrowing
from jobs.client import AttemptClient, Refused
from jobs.journal import Journal
from jobs.progress import Progress
from jobs.protocol import Assignment, EventType, LogData
from jobs.quiet import quiet_terminal, redirect_output
from jobs.reporter import Reporter
from jobs.scratch import keep_temporary_files_in
from jobs.stopping import Stop, Why
from jobs.workfolder import SCRATCH

REFUSED = 3
"""Exit code: the server doesn't want this attempt any more; nothing is left to tell."""

MISUNDERSTOOD = 5
"""Exit code: the server refused what was reported for another reason than that; it stands in the output."""

STALE = 409
"""HTTP's status for an attempt that is no longer the run's own."""

ORPHANED = 4
"""Exit code: the worker is gone. Its next start finds the journal."""

OUTPUT = "output.txt"
"""In the attempt's folder: what the child and the libraries in it printed."""


@dataclass(frozen=True)
class DataPlaces:
    """Where a child finds datasets; see :class:`jobs.datasets.Datasets`."""

    folder: Path | None
    cache: Path
    downloads: bool
    uploads: Path | None = None


@dataclass(frozen=True)
class Order:
    """All that a child needs to know."""

    server: str
    assignment: Assignment
    directory: Path
    programs: Path
    """What XLA has compiled before; see :mod:`jobs.engine.cache`."""
    data: DataPlaces
    gpu: str | None
    """For ``CUDA_VISIBLE_DEVICES``; None leaves it as it is."""


def main(order: Order, worker: Connection) -> None:
    """Execute one attempt. ``worker`` brings messages and takes signs of life; its end means that it is gone."""
    # Ctrl-C reaches the whole process group; the worker decides what becomes of its children.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    redirect_output(order.directory / OUTPUT)
    keep_temporary_files_in(order.directory / SCRATCH)
    if order.gpu is not None:
        os.environ["CUDA_VISIBLE_DEVICES"] = order.gpu
    _keep_compiled_in(order.directory / "compiled")
    # The reporter shares the interpreter with the training: this halves the time until an epoch is on its way.
    sys.setswitchinterval(0.0005)
    stop = Stop()
    threading.Thread(target=_listen, args=(worker, stop), name="listener", daemon=True).start()

    # Here and not above: where it hasn't been imported by the fork server it takes seconds, and a stop must be heard.
    from jobs.engine.cache import ProgramCache
    from jobs.execution import earlier_choice, execute
    from jobs.restoring import fetching
    from jobs.resuming import fetch
    from jobs.training import Session
    from jobs.xla import set_flags

    def refused(refusal: Refused) -> None:
        print(f"The server refused what this attempt reports: {refusal}", flush=True)
        stop.request("unwanted")

    reporter = Reporter(Journal(order.directory), AttemptClient(order.server, order.assignment), on_refused=refused)
    reporter.start()
    try:
        resumed = fetch(
            order.server,
            order.assignment,
            stopped=stop.wait,
            say=lambda sentence: reporter.report(EventType.LOG, LogData(level="warning", message=sentence)),
        )
    except Refused as refusal:
        refused(refusal)
        os._exit(_exit_code(refusal))
    set_flags()
    programs = ProgramCache(order.programs, order.directory / "programs")
    programs.open()
    progress = Progress(worker.send)

    def waits(seconds: float) -> bool:
        progress.alive()  # it waits for the server, which may be away for long
        return stop.wait(seconds)

    session = Session(
        report=reporter.report,
        offer=reporter.offer,
        datasets=BorrowingDatasets(
            order.data.folder,
            order.data.cache,
            order.data.downloads,
            uploads=order.data.uploads,
            borrow=borrowing(order.server, order.assignment, order.data.cache, waits),
        ),
        stop=stop,
        directory=order.directory,
        earlier=earlier_choice(order.assignment),
        resumed=resumed,
        progress=progress,
        distrust=programs.distrust,
        fetch=fetching(order.server, order.assignment, waits),
    )
    end = execute(order.assignment, session, stop)
    reporter.close(end)
    programs.publish()  # while the last is on its way
    reporter.join()
    # At once: the libraries' own threads have nothing to say any more, and the slot is wanted.
    os._exit(0 if reporter.refused is None else _exit_code(reporter.refused))


def _keep_compiled_in(folder: Path) -> None:
    """Where PyTensor and Numba put what they compile, by Numba alone: without a word it would be the home folder.

    It goes with the attempt, so that a file cut short by a kill never meets another one. Both read this when they are
    imported, which only a lesson that uses them does.
    """
    os.environ["PYTENSOR_FLAGS"] = f"cxx=,base_compiledir={shlex.quote(str(folder))}"
    os.environ["NUMBA_CACHE_DIR"] = str(folder)


def _exit_code(refusal: Refused) -> int:
    return REFUSED if refusal.status == STALE else MISUNDERSTOOD


def probe(answer: Connection) -> None:
    """Wait until everything is imported, then answer the names of the GPUs, or a sentence about what went wrong."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with quiet_terminal():
            from jobs.device import gpus

            found: list[str] | str = gpus()
    except Exception as error:
        found = f"{type(error).__name__}: {error}"
    answer.send(found)


def _listen(worker: Connection, stop: Stop) -> None:
    with contextlib.suppress(EOFError, OSError):
        while True:
            why: Why = worker.recv()
            stop.request(why)
    os._exit(ORPHANED)
