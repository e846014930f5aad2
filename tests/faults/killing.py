"""SIGKILL at the instant of one's choice."""

import random
import time

from tests.faults.fitboard import Fitboard
from tests.running import Running, wait_until


def wait_for_attempt(running: Running, run: str, attempt: int) -> None:
    """Wait until this attempt has begun."""

    def begun() -> bool:
        read = running.read(run)
        assert read["status"] not in {"completed", "failed", "canceled"}, read
        return bool(read["attempt"] == attempt and read["status"] == "running")

    wait_until(begun, 60, f"attempt {attempt} of run {run}", interval=0.02)


def wait_for_an_epoch(fitboard: Fitboard, run: str) -> None:
    """Wait until the run has come to an epoch that it hadn't come to before."""

    def reached() -> int:
        epoch = fitboard.running.read(run)["epoch"]
        return -1 if epoch is None else int(epoch)

    before = reached()
    wait_until(lambda: reached() > before, 60, f"an epoch of run {run}", interval=0.02)


def kill_at_random(fitboard: Fitboard, run: str, chance: random.Random, kills: int) -> None:
    """SIGKILL the run's process so often, at random instants.

    Two of three times soon after its start: there are the data, the model and the compiling. The third time only
    when it has saved something new: a run whose process dies three times without getting on is given up.
    """
    for number in range(1, kills + 1):
        before = fitboard.saved(run)
        wait_until(lambda: fitboard.child(run), 60, f"a process of run {run}", interval=0.01)
        if number % 3 == 0:
            wait_until(lambda before=before: fitboard.saved(run) > max(before, 0), 60, "a generation", interval=0.02)  # type: ignore[misc]
            time.sleep(chance.uniform(0.0, 0.3))  # the instant is the point here, no condition is waited for
        else:
            time.sleep(chance.uniform(0.0, 1.0))
        attempt = fitboard.running.read(run)["attempt"]
        fitboard.kill_child(run)
        wait_for_attempt(fitboard.running, run, attempt + 1)
