"""SIGKILL at the instant of one's choice: children by their worker, or a whole Fitboard."""

import contextlib
import random
import time

import psutil

from tests.running import Running, wait_until


def children(running: Running) -> list[psutil.Process]:
    """The processes of attempts: the fork server's children that train."""
    if running.worker is None:
        return []
    with contextlib.suppress(psutil.NoSuchProcess):
        return [
            child
            for server in psutil.Process(running.worker.pid).children()
            for child in server.children()
            if child.status() != psutil.STATUS_ZOMBIE
        ]
    return []


def kill_a_child(running: Running) -> bool:
    """SIGKILL the process of an attempt, if there is one."""
    for child in children(running):
        with contextlib.suppress(psutil.NoSuchProcess):
            child.kill()
            return True
    return False


def wait_for_attempt(running: Running, run: str, attempt: int, timeout: float = 60.0) -> bool:
    """Wait until this attempt of a run is under way; False if the run has ended before."""

    def there() -> bool:
        read = running.read(run)
        return bool(read["attempt"] >= attempt and read["status"] == "running") or read["status"] in ENDED

    wait_until(there, timeout, f"attempt {attempt} of run {run}", interval=0.02)
    return running.read(run)["status"] not in ENDED


ENDED = ("completed", "failed", "canceled")


def kill_at_random(running: Running, run: str, chance: random.Random, kills: int, longest: float) -> int:
    """SIGKILL the run's process at random instants after its start; answers how often there was one to kill."""
    done = 0
    for attempt in range(1, kills + 1):
        if not wait_for_attempt(running, run, attempt):
            break
        time.sleep(chance.uniform(0.0, longest))  # the instant is the point here, no condition is waited for
        done += kill_a_child(running)
    return done
