"""SIGKILL at the instant of one's choice, and what must have become of the run in the end.

A run may be over sooner than the kills that were meant for it: machines differ in speed. So each kill says whether it
has hit, and a test goes on with another run until as many have hit as it promises.

The short form is part of ``make test``; ``make faults`` runs the long one (``FAULT_KILLS``). Instants are drawn from a
seed that is printed, and can be given again by ``FAULT_SEED``.
"""

import os
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from app.runs.ending import MOST_DEATHS
from tests.faults import evidence
from tests.faults.evidence import Evidence
from tests.faults.fitboard import OVER, Fitboard
from tests.faults.watcher import Watcher
from tests.running import WORKER_LIMIT, wait_until

SEED = int(os.environ.get("FAULT_SEED", "0")) or random.SystemRandom().randrange(1, 2**31)
KILLS = int(os.environ.get("FAULT_KILLS", "20"))
"""How many of them hit a child at a random instant."""

LONG = KILLS >= 300
"""Whether this is the long form."""

AWAY = float(os.environ.get("FAULT_AWAY", "0"))
"""Seconds for which the server is away at least; in the short form only as long as a hundred epochs take."""

PARAMS: dict[str, Any] = {"dataset": "breast-cancer", "epochs": 1000, "hidden_layers": [8], "batch_size": 65}
"""Some four seconds. There is no smaller last batch, for which another program would have to be compiled each time."""

AT_MOST = 12
"""How many random kills the same run gets."""

IN_VAIN = 5
"""So many runs, one after the other, that no kill has hit: they are over too soon for that."""


@dataclass
class Tally:
    """How many kills a test promises, and how many have hit.

    Attributes:
        promised: the processes that are to be killed while a run is under way.
        hit: those that were.
    """

    promised: int
    hit: int = 0
    _in_vain: int = field(default=0, repr=False)

    def add(self, hits: int) -> None:
        """A run has been hit so often, and has come to its end."""
        self.hit += hits
        self._in_vain = 0 if hits else self._in_vain + 1
        assert self._in_vain < IN_VAIN, f"{IN_VAIN} runs were over before anything hit them: give them more epochs."

    def check(self, name: str) -> None:
        """Say how many have hit, and that it is not less than was promised."""
        print(f"{name}: {self.hit} kills have hit, of {self.promised} promised")
        assert self.hit >= self.promised


def undisturbed(fitboard: Fitboard) -> Evidence:
    """What a run comes to that nobody disturbs. Done twice: if those two differ, nothing here says anything."""
    fitboard.wait_for_workers()
    runs = [fitboard.running.run(**PARAMS)["id"] for _ in range(2)]
    assert [fitboard.running.finished(run, 240)["status"] for run in runs] == ["completed"] * 2
    once, again = (evidence.of(fitboard.running, run) for run in runs)
    if once != again:
        pytest.fail("Two undisturbed runs differ on this machine: these tests are void.")
    return once


def end(fitboard: Fitboard, run: str, watcher: Watcher, undisturbed: Evidence) -> int:
    """Wait for the run's end and hold it against the undisturbed one; answers how many attempts it took."""
    done = fitboard.running.finished(run, 240)
    assert done["status"] == "completed", (done, f"FAULT_SEED={SEED}")
    evidence.assert_nothing_was_lost(fitboard.running, run, watcher.finished())
    assert evidence.of(fitboard.running, run) == undisturbed, f"FAULT_SEED={SEED}"
    return int(done["attempt"])


def goes_on(fitboard: Fitboard, run: str, attempt: int) -> bool:
    """Wait until an attempt after this one has begun; not if the run is over."""

    def look() -> str:
        read = fitboard.running.read(run)
        if read["status"] in OVER:
            return "over"
        return "on" if read["attempt"] > attempt and read["status"] == "running" else ""

    return wait_until(look, WORKER_LIMIT, f"another attempt at run {run} after {attempt}", interval=0.02) == "on"


def wait_for_an_epoch(fitboard: Fitboard, run: str) -> None:
    """Wait until the run has come to an epoch that it hadn't come to before, or is over."""

    def reached() -> int:
        epoch = fitboard.running.read(run)["epoch"]
        return -1 if epoch is None else int(epoch)

    before = reached()
    wait_until(lambda: reached() > before or fitboard.over(run), WORKER_LIMIT, f"an epoch of run {run}", interval=0.02)


def strike(fitboard: Fitboard, run: str, victims: Sequence[str]) -> bool:
    """SIGKILL some processes at one stroke (:meth:`Fitboard.kill`); whether that has hit the run.

    It has where another attempt had to go on with the run, or, where the server alone was killed, where the run wasn't
    over when it died.
    """
    attempt = fitboard.running.read(run)["attempt"]
    if not fitboard.kill(victims, run):
        return False
    return set(victims) == {"server"} or goes_on(fitboard, run, attempt)


def kill_at_random(fitboard: Fitboard, run: str, chance: random.Random, kills: int) -> int:
    """SIGKILL the run's process so often, at random instants; answers how many have hit before the run was over.

    Soon after its start, where the data, the model and the compiling are, unless this death would be the third in
    a row, with which a run is given up: then only when it has saved something new.
    """
    for hits in range(kills):
        if not fitboard.awaited_child(run):
            return hits
        if fitboard.deaths(run) < MOST_DEATHS - 1:
            time.sleep(chance.uniform(0.0, 1.0))  # the instant is the point here, no condition is waited for
        else:
            wait_until(
                lambda: fitboard.deaths(run) == 0 or fitboard.over(run), WORKER_LIMIT, "a generation", interval=0.02
            )
            time.sleep(chance.uniform(0.0, 0.3))
        if not strike(fitboard, run, ["child"]):
            return hits
    return kills
