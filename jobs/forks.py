"""The warm fork server of a worker: started, waited for, started again when it has died, and ended.

A process that is killed closes its files before the system calls it dead. In that moment multiprocessing takes the fork
server for alive, and what asks it for a process gets an error; a moment later a new one is started.
"""

import contextlib
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext, ForkServerProcess

FORK_SERVER_DIED = 255
"""What multiprocessing gives as the exit code of a process whose fork server is gone."""

TRIES = 6
"""So often in a row a fork server may die before it has imported everything."""

PAUSE = 0.1
"""Seconds after the first of these deaths, twice as many after each further one."""


class ForkServerDied(Exception):
    """It was asked for a process and gave none."""


def start(process: ForkServerProcess) -> None:
    """Start a process.

    Raises:
        ForkServerDied: the fork server is gone.
        OSError: the system gives no more processes, or no memory for them.
    """
    try:
        process.start()
    except (EOFError, ConnectionError) as error:
        raise ForkServerDied from error


class ForkServer:
    """The fork server of this process: there is one.

    Args:
        probe: what a first child does; it answers once everything is imported.
        preload: the module whose import is everything.
    """

    def __init__(self, probe: Callable[[Connection], None], preload: str) -> None:
        self.context: ForkServerContext = multiprocessing.get_context("forkserver")
        self._probe = probe
        self._preload = preload
        self._ended = False
        self._starting = threading.Lock()

    def warm_up(self) -> list[str] | str:
        """Start it, unless it runs, and wait until it has imported everything.

        Answers what the probe does; a sentence where it dies again and again.
        """
        multiprocessing.set_forkserver_preload([self._preload])
        for tried in range(TRIES):
            try:
                return self._answer()
            except (ForkServerDied, OSError) as error:
                told = str(error) or "it was killed"
                time.sleep(PAUSE * 2**tried)
        return f"the fork server died again and again while importing Keras: {told}"

    def end(self) -> None:
        """End it for good. One that is still importing would notice only when it is done that nobody needs it."""
        with self._starting:
            self._ended = True
            pid: int | None = getattr(forkserver._forkserver, "_forkserver_pid", None)
            if pid is not None:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGTERM)

    def _answer(self) -> list[str] | str:
        reader, writer = self.context.Pipe(duplex=False)
        with reader:
            with writer:
                process = self.context.Process(target=self._probe, args=(writer,), name="probe")
                with self._starting:
                    if self._ended:
                        return "the worker ends"
                    forkserver.ensure_running()
                start(process)
            try:
                found: list[str] | str = reader.recv()
            except EOFError as error:
                raise ForkServerDied from error
        process.join()
        return found
