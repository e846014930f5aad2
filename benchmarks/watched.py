"""What a thousand watchers cost the training that they watch: real training, real sockets, one machine.

The same run is trained with nobody watching and with all of them, in turns, and timed from its first epoch to its last:
importing and compiling are over by then. A run that holds the worker lets the watchers come before it begins.
"""

import json
import subprocess
import sys
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Any

from benchmarks.posting import warm_fitboard
from benchmarks.report import Measured, median
from tests.running import Running, wait_until

WATCHERS = 1000
PROCESSES = 2
TURNS = 3
PARAMS: dict[str, Any] = {"dataset": "breast-cancer", "epochs": 300, "hidden_layers": [512, 512], "batch_size": 10}
"""Some tens of epochs a second, each with arithmetic to do: what a class would watch."""


def measure(folder: Path) -> list[Measured]:
    """Train with and without a thousand watchers."""
    with warm_fitboard(folder / "watched") as running:
        slowed = slowing(running, WATCHERS, TURNS, PARAMS)
    return [
        Measured(
            f"training slowed by {WATCHERS:,} watchers of its run",
            5,
            100 * (slowed.watched / slowed.alone - 1),
            "%",
            f"median of {TURNS} each: {slowed.alone:.2f} s alone, {slowed.watched:.2f} s watched, "
            "sockets on the same machine",
        )
    ]


class Slowing:
    """Median seconds of a training without and with watchers."""

    def __init__(self, alone: list[float], watched: list[float]) -> None:
        self.alone, self.watched = median(alone), median(watched)


def slowing(running: Running, watchers: int, turns: int, params: dict[str, Any]) -> Slowing:
    """Train so many times each way, in turns."""
    _train(running, params, 0)  # what is compiled for the first time is not measured
    alone, watched = [], []
    for _ in range(turns):
        alone.append(_train(running, params, 0))
        watched.append(_train(running, params, watchers))
    return Slowing(alone, watched)


def _train(running: Running, params: dict[str, Any], watchers: int) -> float:
    """The seconds from the first epoch to the last of one run, watched by so many sockets from before its start."""
    holding = running.run(dataset="breast-cancer", epochs=10_000)["id"]
    wait_until(lambda: running.read(holding)["status"] == "running", 60, "the run that holds the worker")
    run = running.run(**params)["id"]
    with ExitStack() as stack:
        children = []
        for number in range(PROCESSES):
            share = watchers // PROCESSES + (number < watchers % PROCESSES)
            if not share:
                continue
            path = f"/api/v1/runs/{run}/events"
            command = [sys.executable, "-m", "benchmarks.watching", str(running.port), path, "0", str(share)]
            children.append(stack.enter_context(subprocess.Popen(command, stdout=subprocess.PIPE, text=True)))
        for child in children:
            assert child.stdout is not None
            assert child.stdout.readline() == "ready\n"
        running.http.post(f"/api/v1/runs/{holding}/cancel").raise_for_status()
        assert running.finished(run, 300)["status"] == "completed"
        for answer in (json.loads(child.communicate()[0]) for child in children):
            assert (answer["lost"], answer["codes"], len(answer["last"])) == (0, [1000], 1), answer["codes"]
    return _seconds(running, run)


def _seconds(running: Running, run: str) -> float:
    from websockets.sync.client import connect

    times = []
    with connect(f"{running.url.replace('http', 'ws', 1)}/api/v1/runs/{run}/events") as socket:
        for frame in socket:
            event = json.loads(frame)
            if event["type"] == "epoch":
                times.append(datetime.fromisoformat(event["time"]))
    return (times[-1] - times[0]).total_seconds()
