"""What a thousand watchers cost the training that they watch: real training, real sockets, one machine.

The same run is trained with nobody watching and with all of them, in turns, and timed from its first epoch to its last:
importing and compiling are over by then. A run that holds the worker lets the watchers come before it begins.

Watchers sit at other machines. Here their processes would take what the training needs, and be what is measured. So it
is done both ways: with those processes stopped while the run trains (their sockets take what is sent, and all of it is
read afterwards), and with them reading along. The server's processor time is noted too, which a busy machine changes
little.
"""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import psutil

from app.models import Status
from benchmarks.posting import warm_fitboard
from benchmarks.report import Measured, median
from tests.running import Running, wait_until

WATCHERS = 1000
PROCESSES = 2
TURNS = 5
PARAMS: dict[str, Any] = {"dataset": "breast-cancer", "epochs": 300, "hidden_layers": [512, 512], "batch_size": 10}
"""Some tens of epochs a second, each with arithmetic to do: what a class would watch."""


@dataclass(frozen=True)
class Trained:
    """Seconds that a run took from its first epoch to its last, and the server's share of one core meanwhile."""

    seconds: float
    share: float


def measure(folder: Path) -> list[Measured]:
    """Train without watchers, with a thousand that are stopped, and with a thousand that read."""
    with warm_fitboard(folder / "watched") as running:
        _train(running, 0, still=False)  # what is compiled for the first time is not measured
        alone, still, reading = _turns(running)
    rows = [_slowed("on other machines", 5, alone, still), _slowed("on this one", 20, alone, reading)]
    shares = [100 * (watched.share - before.share) for before, watched in zip(alone, still, strict=True)]
    how = f"median of {TURNS}, {min(shares):.1f} to {max(shares):.1f}"
    return [*rows, Measured(f"{WATCHERS:,} watchers of a training: share of one core", 5, median(shares), "%", how)]


def _turns(running: Running) -> tuple[list[Trained], list[Trained], list[Trained]]:
    alone, still, reading = [], [], []
    for _ in range(TURNS):
        alone.append(_train(running, 0, still=False))
        still.append(_train(running, WATCHERS, still=True))
        reading.append(_train(running, WATCHERS, still=False))
    return alone, still, reading


def _slowed(where: str, goal: float, alone: Sequence[Trained], watched: Sequence[Trained]) -> Measured:
    before, after = (median([one.seconds for one in some]) for some in (alone, watched))
    ranges = " and ".join(
        f"{min(one.seconds for one in some):.2f} to {max(one.seconds for one in some):.2f}" for some in (alone, watched)
    )
    how = f"medians of {TURNS} in turns: {before:.2f} s alone, {after:.2f} s watched ({ranges})"
    what = f"training slowed by {WATCHERS:,} watchers {where}"
    return Measured(what, goal, 100 * (after / before - 1), "%", how)


def _train(running: Running, watchers: int, *, still: bool) -> Trained:
    """Train once, watched by so many sockets from before its start."""
    holding = running.run(dataset="breast-cancer", epochs=10_000)["id"]
    wait_until(lambda: running.read(holding)["status"] == "running", 60, "the run that holds the worker")
    run = running.run(**PARAMS)["id"]
    with _watched(running, run, watchers) as children:
        running.http.post(f"/api/v1/runs/{holding}/cancel").raise_for_status()
        share = _share(running, run, children if still else ())
    return Trained(_seconds(running, run), share)


@contextmanager
def _watched(running: Running, run: str, watchers: int) -> Iterator[list[subprocess.Popen[str]]]:
    """Have the run watched by processes for as long as it lasts; each of their sockets must see all of it."""
    with ExitStack() as stack:
        children = []
        for number in range(PROCESSES if watchers else 0):
            share = watchers // PROCESSES + (number < watchers % PROCESSES)
            path = f"/api/v1/runs/{run}/events"
            command = [sys.executable, "-m", "benchmarks.watching", str(running.port), path, "0", str(share)]
            children.append(stack.enter_context(subprocess.Popen(command, stdout=subprocess.PIPE, text=True)))
        for child in children:
            assert child.stdout is not None
            assert child.stdout.readline() == "ready\n"
        yield children
        for answer in (json.loads(child.communicate()[0]) for child in children):
            assert (answer["lost"], answer["codes"], len(answer["last"])) == (0, [1000], 1), answer["codes"]


def _share(running: Running, run: str, stopped: Sequence[subprocess.Popen[str]]) -> float:
    """Wait for the run's end; what the server took of one core between the first epoch and the last that were seen.

    Some processes stand still from its first epoch on: not sooner, because a socket that doesn't answer the server's
    ping within 20 s is closed.
    """
    assert running.server is not None
    server = psutil.Process(running.server.pid)
    taken: list[tuple[float, float]] = []

    def over() -> bool:
        found = running.read(run)
        if found["status"] == "running" and found["epoch"] is not None:
            if not taken:
                _signal(stopped, signal.SIGSTOP)
            spent = server.cpu_times()
            taken.append((time.perf_counter(), spent.user + spent.system))
        return Status(found["status"]).ended

    try:
        wait_until(over, 300, f"the end of run {run}", interval=0.1)
    finally:
        _signal(stopped, signal.SIGCONT)
    assert running.read(run)["status"] == "completed"
    (began, before), (ended, after) = taken[0], taken[-1]
    return (after - before) / (ended - began)


def _signal(children: Sequence[subprocess.Popen[str]], number: signal.Signals) -> None:
    for child in children:
        child.send_signal(number)


def _seconds(running: Running, run: str) -> float:
    from websockets.sync.client import connect

    times = []
    with connect(f"{running.url.replace('http', 'ws', 1)}/api/v1/runs/{run}/events") as socket:
        for frame in socket:
            event = json.loads(frame)
            if event["type"] == "epoch":
                times.append(datetime.fromisoformat(event["time"]))
    return (times[-1] - times[0]).total_seconds()
