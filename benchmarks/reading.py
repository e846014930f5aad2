"""What people and scripts read: a page of many runs, and the histories of long ones.

Timed from sending the request to the last byte of the answer, one after the other over one kept connection.
"""

import http.client
import random
import time
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy.orm import Session

from app.database import Database
from app.migrate import migrate
from app.models import Status
from app.runs import lifecycle
from app.runs.lifecycle import NewRun
from benchmarks.played import PlayedWorker, epoch_data
from benchmarks.report import Measured, median
from jobs.protocol import now
from tests.running import Running

RUNS = 10_000
READS = 40
FIRST_READS = 9
LONG, LONGER = 10_000, 100_000
WORDS = ("small", "wide", "deep", "slow", "adam", "sgd", "relu", "try", "again", "Ärger")


def measure(folder: Path) -> list[Measured]:
    """Fill a database, then read from it by HTTP."""
    running = Running(folder / "reading")
    fill(running, RUNS)
    try:
        running.start_server()
        newest = timed(running, "/api/v1/runs?limit=50")
        searched = timed(running, "/api/v1/runs?limit=50&q=deep+adam")
        rare = timed(running, "/api/v1/runs?limit=50&q=nobody-is-called-so")
        named = timed(running, "/api/v1/runs?limit=50&sort=name")
        full = _first(running, LONG, "/history")
        sampled = _first(running, LONGER, "/history?max_points=1000")
    finally:
        running.stop()
    some, first = f"of {RUNS:,} runs", f"4 metrics; {FIRST_READS} runs, each read once after the server's start"
    return [
        Measured("list of 50, newest first, p50", 8, median(newest), "ms", f"{some}; {READS} reads"),
        Measured("list of 50, searched by two words, p50", 8, median(searched), "ms", some),
        Measured("list, searched in vain, p50", 8, median(rare), "ms", some),
        Measured("list of 50, sorted by name, p50", 8, median(named), "ms", some),
        Measured(
            f"history of {LONG:,} epochs, first read, p50",
            15,
            median(full),
            "ms",
            f"{first}; slowest {max(full):.0f} ms",
        ),
        Measured(
            f"history of {LONGER:,} epochs in 1,000 points, first read, p50",
            50,
            median(sampled),
            "ms",
            f"the same; slowest {max(sampled):.0f} ms",
        ),
    ]


def timed(running: Running, path: str, reads: int = READS) -> list[float]:
    """The milliseconds that each of some reads took, after a first one that isn't counted."""
    return once(running, [path] * (reads + 1))[1:]


def once(running: Running, paths: Sequence[str]) -> list[float]:
    """The milliseconds that each of these took, read one after the other."""
    connection = http.client.HTTPConnection("127.0.0.1", running.port, timeout=60)
    taken = []
    for path in paths:
        begun = time.perf_counter()
        connection.request("GET", path)
        answer = connection.getresponse()
        content = answer.read()
        taken.append((time.perf_counter() - begun) * 1e3)
        assert answer.status == 200, content
    connection.close()
    return taken


def _first(running: Running, epochs: int, path: str) -> list[float]:
    """How long some runs of so many epochs take when a server that has just started reads them for the first time."""
    runs = [report(running, epochs) for _ in range(FIRST_READS)]
    running.stop_server()
    running.start_server()
    return once(running, [f"/api/v1/runs/{run}{path}" for run in runs])


def fill(running: Running, runs: int) -> None:
    """Make a database of so many ended runs with names, tags and a last epoch, before its server starts."""
    running.data.mkdir(parents=True, exist_ok=True)
    url = running.settings().url
    migrate(url)
    database = Database(url)
    chance = random.Random(7)
    try:
        for start in range(0, runs, 500):
            database.write(lambda session, start=start: _some(session, chance, min(500, runs - start)))  # type: ignore[misc]
    finally:
        database.close()


def _some(session: Session, chance: random.Random, count: int) -> None:
    for _ in range(count):
        words = chance.sample(WORDS, 3)
        new = NewRun("first-network", {"epochs": 20, "batch_size": 10}, " ".join(words), tuple(words[:2]))
        run = lifecycle.create(session, new, now())
        last = epoch_data(chance.randrange(200))
        run.epoch, run.last, run.started_at = last["epoch"], last["metrics"], now()
        run.best_epoch, run.best_monitor, run.best_value = last["epoch"], "val_loss", last["metrics"]["val_loss"]
        lifecycle.change_status(session, run, Status.RUNNING, now())
        lifecycle.change_status(session, run, chance.choice((Status.COMPLETED, Status.FAILED)), now())


def report(running: Running, epochs: int) -> str:
    """Have a played worker report a run of so many epochs to its end; the run's id."""
    worker = PlayedWorker(running, running.run()["id"])
    worker.epochs(epochs)
    worker.end()
    return worker.run
