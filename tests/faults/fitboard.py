"""A server and two workers that a test kills as it likes; what was killed is started again.

The second worker is warm while the first trains, and takes over when that one dies: importing Keras takes longer than
everything that is tested here.
"""

import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import psutil

from app import launch
from tests.faults.arming import INTERVAL, VARIABLE
from tests.running import WORKER_LIMIT, Running, wait_until

GENERATIONS = 0.25
"""Seconds from one generation to the next."""

ORPHANED = 10.0
"""Seconds within which a child has ended that nobody watches over any more; it takes as long as its machine is busy."""

OVER = frozenset({"completed", "failed", "canceled"})
"""The statuses of a run that has come to an end."""


def ended(process: psutil.Process) -> bool:
    """Whether a process is over, or nothing but a zombie."""
    with suppress(psutil.NoSuchProcess):
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    return True


class Fitboard:
    """Processes to kill.

    Args:
        folder: where they work.
        environment: more variables, for the workers alone.

    Attributes:
        running: the server; its own worker isn't used.
        places: the file in which a child reads where it shall die.
    """

    def __init__(self, folder: Path, **environment: str) -> None:
        self._environment = environment
        self.places = folder / "places"
        self.running = Running(folder / "fitboard")
        self._workers: dict[str, subprocess.Popen[bytes]] = {}
        self._started = 0
        self.running.start_server()
        for _ in range(2):
            self._start_worker()

    def wait_for_workers(self) -> None:
        """Wait until both workers are warm and free, but for the one that trains."""

        def warm() -> bool:
            known = self.running.http.get("/health").json()["workers"]
            free = {one["name"] for one in known if one["free"]} | self._busy()
            return free.issuperset(self._workers)

        wait_until(warm, WORKER_LIMIT, "two warm workers", interval=0.1)

    def child(self, run: str) -> psutil.Process | None:
        """The process that trains a run, if there is one."""
        with suppress(psutil.NoSuchProcess, KeyError):
            worker = psutil.Process(self._workers[self._owner(run)].pid)
            for server in worker.children():
                for child in server.children():
                    if child.status() != psutil.STATUS_ZOMBIE:
                        return child
        return None

    def awaited_child(self, run: str) -> psutil.Process | None:
        """Wait for the process that trains a run; None where the run is over first."""

        def look() -> tuple[psutil.Process | None] | None:
            child = self.child(run)
            return (child,) if child is not None or self.over(run) else None

        found = wait_until(look, WORKER_LIMIT, f"a process of run {run}", interval=0.01)
        assert found is not None
        return found[0]

    def kill(self, victims: Sequence[str], run: str) -> bool:
        """SIGKILL some of ``child``, ``forks``, ``worker``, ``other`` and ``server``, in this order.

        ``child`` trains ``run``, ``forks`` is the fork server that it came from, and ``worker`` theirs. Workers and
        server are started again at once. A child outlives nobody: it has ended soon after the first of them.

        Answers whether the run was under way all the while, as far as the database knows.
        """
        child = self.awaited_child(run)
        owner = self._owner(run)
        if child is None or owner not in self._workers:
            return False
        if "forks" in victims:
            self._kill_fork_server(owner, child)
        if "child" in victims:
            with suppress(psutil.NoSuchProcess):
                child.kill()
        names = [name for name in self._workers if ("worker" if name == owner else "other") in victims]
        for name in names:
            self.running.kill(self._workers.pop(name))
        if owner in names or "forks" in victims:
            wait_until(lambda: ended(child), ORPHANED, "the end of a child whose worker or fork server is dead")
        if "server" in victims:
            assert self.running.server is not None
            self.running.kill(self.running.server)
        under_way = not self.over(run)
        if "server" in victims:
            self.running.start_server()
        for _ in names:
            self._start_worker()
        return under_way

    def deaths(self, run: str) -> int:
        """How often the run's process has died since something new was saved: the third time the run is given up."""
        return int(self._stored("SELECT deaths FROM runs WHERE id = ?", run))

    def over(self, run: str) -> bool:
        """Whether the run has come to an end. Read from the disk: that can be asked while the server is dead, too."""
        return self._stored("SELECT status FROM runs WHERE id = ?", run) in OVER

    def reported(self, run: str) -> int:
        """How many entries the attempts of a run have in their journals, whether the server has them or not."""
        journals = self.running.data.glob(f"worker/*/{run}-*/journal.jsonl")
        return sum(len(path.read_bytes().splitlines()) for path in journals)

    def stop(self) -> None:
        """End everything."""
        for worker in self._workers.values():
            launch.stop(worker, launch.WORKER_GRACE)
        self.running.stop()

    def _start_worker(self) -> None:
        self._started += 1
        name = f"armed-{self._started}"
        settings = self.running.settings()
        command = launch.worker_command(settings, self.running.url, name)
        command = [sys.executable, "-m", "tests.faults.armed_worker", *command[3:]]
        env = {**self.running.env, **self._environment, "FITBOARD_WORKER_KEY": settings.worker_secret}
        env |= {VARIABLE: f"@{self.places}", INTERVAL: str(GENERATIONS)}
        with open(self.running.folder / "worker.log", "ab") as output:
            self._workers[name] = launch.spawn(command, env, output)

    def _kill_fork_server(self, owner: str, child: psutil.Process) -> None:
        """Found from above: an orphan's parent would be another process, which is none of ours."""
        with suppress(psutil.NoSuchProcess):
            for forks in psutil.Process(self._workers[owner].pid).children():
                if child in forks.children():
                    forks.kill()

    def _stored(self, query: str, run: str) -> Any:
        path = self.running.data / "fitboard.sqlite3"
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
            ((value,),) = database.execute(query, (run,)).fetchall()
        return value

    def _busy(self) -> set[str]:
        """The workers that have an attempt."""
        return {path.parent.parent.name for path in self.running.data.glob("worker/*/*/assignment.json")}

    def _owner(self, run: str) -> str:
        found = self.running.data.glob(f"worker/*/{run}-*/assignment.json")
        newest = max(found, key=lambda path: int(path.parent.name.rpartition("-")[2]), default=None)
        return newest.parent.parent.name if newest is not None else ""
