"""What a thousand watchers cost the training that they watch: real training, real sockets, one machine.

One run trains on, and a thousand watchers come and go: its epochs for each second are compared between some seconds
without them and the next ones with them. A machine that others share is faster in one minute than in another, by more
than what is to be measured; not so from some seconds to the next.

Watchers sit at other machines. Here their processes would take what the training needs, and be what is measured. So it
is done both ways: with those processes stopped while the run trains (their sockets take what is sent, and all of it is
read afterwards), and with them reading along. The server's processor time is noted too, which a busy machine changes
little.
"""

import json
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import psutil

from benchmarks.posting import warm_fitboard
from benchmarks.report import Measured, median
from tests.running import Running, wait_until

WATCHERS = 1000
PROCESSES = 2
TURNS = 8
SECONDS = 8.0
"""How long each way is watched in each turn; then it is another's turn."""

REST = 1.0
"""Seconds for a thousand sockets to have come or gone, before the next are counted."""

PARAMS: dict[str, Any] = {"dataset": "breast-cancer", "epochs": 10_000, "hidden_layers": [512, 512], "batch_size": 10}
"""Some tens of epochs a second, each with arithmetic to do: what a class would watch."""

WAYS = ("alone", "still", "reading")


@dataclass(frozen=True)
class Phase:
    """Some seconds of the training: when they began and ended (Unix time), and the server's share of one core."""

    began: float
    ended: float
    share: float


def measure(folder: Path) -> list[Measured]:
    """Train without watchers, with a thousand that are stopped, and with a thousand that read."""
    with warm_fitboard(folder / "watched") as running:
        turns, times = _trained(running)
    rates = {way: [_rate(times, turn[way]) for turn in turns] for way in WAYS}
    rows = [_slowed("on other machines", 5, rates, "still"), _slowed("on this one", 20, rates, "reading")]
    shares = [100 * (turn["still"].share - turn["alone"].share) for turn in turns]
    how = f"median of {TURNS}, {min(shares):.1f} to {max(shares):.1f}"
    return [*rows, Measured(f"{WATCHERS:,} watchers of a training: share of one core", 5, median(shares), "%", how)]


def _slowed(where: str, goal: float, rates: dict[str, list[float]], way: str) -> Measured:
    """By how much longer an epoch took in the same turn."""
    slowed = sorted(100 * (alone / watched - 1) for alone, watched in zip(rates["alone"], rates[way], strict=True))
    how = (
        f"median of {TURNS} turns, {slowed[0]:.1f} to {slowed[-1]:.1f}, half of them "
        f"{slowed[TURNS // 4]:.1f} to {slowed[-1 - TURNS // 4]:.1f}; {median(rates['alone']):.1f} epochs/s alone"
    )
    return Measured(f"training slowed by {WATCHERS:,} watchers {where}", goal, median(slowed), "%", how)


def _rate(times: Sequence[float], phase: Phase) -> float:
    """Epochs a second, between the first and the last that ended within these seconds."""
    within = [one for one in times if phase.began <= one <= phase.ended]
    return (len(within) - 1) / (within[-1] - within[0])


def _trained(running: Running) -> tuple[list[dict[str, Phase]], list[float]]:
    """Each turn's phases, and when each epoch of the run ended (Unix time)."""
    run = running.run(**PARAMS)["id"]
    wait_until(lambda: running.read(run)["epoch"], 60, "the first epochs")
    order = random.Random(0)
    turns = []
    for _ in range(TURNS):
        ways = order.sample(WAYS, k=len(WAYS))
        turns.append({way: _phase(running, run, way) for way in ways})
        assert running.read(run)["status"] == "running", "the run was over before all turns were"
    running.http.post(f"/api/v1/runs/{run}/cancel").raise_for_status()
    running.finished(run)
    return turns, _times(running, run)


def _phase(running: Running, run: str, way: str) -> Phase:
    assert running.server is not None
    server = psutil.Process(running.server.pid)
    with _watched(running, run, 0 if way == "alone" else WATCHERS) as children:
        # Not sooner than here: a socket that doesn't answer the server's ping within 20 s is closed.
        _signal(children if way == "still" else (), signal.SIGSTOP)
        time.sleep(REST)
        began, before = time.time(), sum(server.cpu_times()[:2])
        time.sleep(SECONDS)
        ended, after = time.time(), sum(server.cpu_times()[:2])
        _signal(children if way == "still" else (), signal.SIGCONT)
    time.sleep(REST)
    return Phase(began, ended, (after - before) / (ended - began))


@contextmanager
def _watched(running: Running, run: str, watchers: int) -> Iterator[list[subprocess.Popen[str]]]:
    """Have the run watched by processes; each of their sockets must have seen all of it by the end."""
    after = running.read(run)["epoch"]  # there are more events than epochs: the last few are told again
    children: list[subprocess.Popen[str]] = []
    try:
        for number in range(PROCESSES if watchers else 0):
            share = watchers // PROCESSES + (number < watchers % PROCESSES)
            command = [sys.executable, "-m", "benchmarks.watching", str(running.port)]
            command += [f"/api/v1/runs/{run}/events", str(after), str(share)]
            children.append(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
        for child in children:
            assert child.stdout is not None
            assert child.stdout.readline() == "ready\n"
        yield children
        told = running.read(run)["epoch"]
        time.sleep(REST if watchers else 0)
        _signal(children, signal.SIGTERM)
        for answer in (json.loads(child.communicate()[0]) for child in children):
            assert not answer["lost"], answer["lost"]
            assert min(answer["last"]) >= told, (answer["last"], told)
    finally:
        for child in children:
            child.kill()
            child.wait()


def _signal(children: Sequence[subprocess.Popen[str]], number: signal.Signals) -> None:
    for child in children:
        child.send_signal(number)


def _times(running: Running, run: str) -> list[float]:
    from websockets.sync.client import connect

    with connect(f"{running.url.replace('http', 'ws', 1)}/api/v1/runs/{run}/events") as socket:
        told = [json.loads(frame) for frame in socket]
    return [datetime.fromisoformat(one["time"]).timestamp() for one in told if one["type"] == "epoch"]
