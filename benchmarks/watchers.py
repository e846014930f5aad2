"""A class that watches one run: how late the last of a thousand watchers sees an event, and what they cost."""

import json
import subprocess
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import psutil

from benchmarks.played import PlayedWorker
from benchmarks.report import Measured, median, percentile
from tests.running import Running

WATCHERS = 1000
PROCESSES = 2
PER_SECOND = 10
SECONDS = 20


@dataclass(frozen=True)
class Audience:
    """What the watchers of one run saw: delays in milliseconds, frames that were missing, and the server's memory."""

    delays: list[float]
    missing: int
    megabytes: float


def measure(folder: Path) -> list[Measured]:
    """Watch a run with a thousand sockets while it reports ten epochs a second."""
    running = Running(folder / "watchers")
    try:
        running.start_server()
        seen = audience(running, WATCHERS, SECONDS)
    finally:
        running.stop()
    what = f"{WATCHERS:,} watchers, {PER_SECOND} events/s"
    return [
        Measured(
            f"{what}: seen, p99",
            1000,
            percentile(seen.delays, 0.99),
            "ms",
            f"{SECONDS} s; median {median(seen.delays):.0f} ms, slowest {max(seen.delays):.0f} ms",
        ),
        Measured(f"{what}: events lost", 0, seen.missing, "", f"of {len(seen.delays):,}"),
        Measured(f"{what}: the server's resident memory", 300, seen.megabytes, "MB", "largest while they watched"),
    ]


def audience(running: Running, watchers: int, seconds: int) -> Audience:
    """Have so many sockets watch a new run that reports for so many seconds and then ends."""
    assert running.server is not None
    process = psutil.Process(running.server.pid)
    worker = PlayedWorker(running, running.run()["id"])
    seq = _seq(running, worker.run)
    processes = min(PROCESSES, watchers)
    with ExitStack() as stack:
        children = []
        for number in range(processes):
            share = watchers // processes + (number < watchers % processes)
            path = f"/api/v1/runs/{worker.run}/events"
            command = [sys.executable, "-m", "benchmarks.watching", str(running.port), path, str(seq), str(share)]
            child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
            children.append(stack.enter_context(child))
        for child in children:
            assert child.stdout is not None
            assert child.stdout.readline() == "ready\n"
        megabytes = _tell(worker, seconds, process)
        answers = [json.loads(child.communicate()[0]) for child in children]
    last = seconds * PER_SECOND + seq + 1
    assert all(answer["codes"] == [1000] for answer in answers), [answer["codes"] for answer in answers]
    assert all(answer["last"] == [last] and not answer["lost"] for answer in answers), answers[0]["last"]
    delays = [float(delay) for answer in answers for delay in answer["delays"]]
    return Audience(delays, watchers * (last - seq) - len(delays), megabytes)


def _tell(worker: PlayedWorker, seconds: int, server: psutil.Process) -> float:
    begun = time.perf_counter()
    megabytes = 0.0
    for epoch in range(seconds * PER_SECOND):
        time.sleep(max(0.0, begun + epoch / PER_SECOND - time.perf_counter()))
        if epoch % 50 == 0:
            worker.stay()
            megabytes = max(megabytes, server.memory_info().rss / 1e6)
        worker.epoch(epoch)
    megabytes = max(megabytes, server.memory_info().rss / 1e6)
    worker.end()
    return megabytes


def _seq(running: Running, run: str) -> int:
    """The sequence number of the run's newest event: two of its creation, one that it was claimed."""
    from websockets.sync.client import connect

    address = running.url.replace("http", "ws", 1)
    seq = 0
    with connect(f"{address}/api/v1/runs/{run}/events") as socket:
        while json.loads(socket.recv())["data"].get("status") != "running":
            seq += 1
    return seq + 1
