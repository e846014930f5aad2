"""SIGKILL at the instant of one's choice."""

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


def wait_for_attempt(running: Running, run: str, attempt: int) -> None:
    """Wait until the process of this attempt has reported something."""

    def reports() -> bool:
        read = running.read(run)
        assert read["status"] not in {"completed", "failed", "canceled"}, read
        return bool(read["attempt"] == attempt and read["stage"] is not None)

    wait_until(reports, 60, f"attempt {attempt} of run {run}", interval=0.02)


def kill_at_random(running: Running, run: str, chance: random.Random, kills: int) -> None:
    """SIGKILL the run's process so often, at random instants.

    Every other time only after an epoch that nobody had trained before: a run whose process dies three times without
    getting on is given up.
    """
    for attempt in range(1, kills + 1):
        wait_for_attempt(running, run, attempt)
        if attempt % 2 == 0:
            before = running.read(run)["epoch"] or 0
            wait_until(lambda before=before: (running.read(run)["epoch"] or 0) > before, 60, "an epoch", interval=0.02)  # type: ignore[misc]
        time.sleep(chance.uniform(0.0, 1.5))  # the instant is the point here, no condition is waited for
        assert kill_a_child(running), "it was over too soon"
