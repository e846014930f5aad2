"""What people and scripts read: a page of many runs, and the histories of long ones.

Timed from sending the request to the last byte of the answer, one after the other over one kept connection.
"""

import http.client
import random
import time
from pathlib import Path

from sqlalchemy.orm import Session

from app.database import Database
from app.migrate import migrate
from app.models import Status
from app.runs import lifecycle
from app.runs.lifecycle import NewRun
from benchmarks.played import PlayedWorker, epoch_data
from benchmarks.report import Measured, median, percentile
from jobs.protocol import now
from tests.running import Running

RUNS = 10_000
READS = 40
LONG, LONGER = 10_000, 100_000
WORDS = ("small", "wide", "deep", "slow", "adam", "sgd", "relu", "try", "again", "Ärger")


def measure(folder: Path) -> list[Measured]:
    """Fill a database, then read from it by HTTP."""
    running = Running(folder / "reading")
    fill(running, RUNS)
    try:
        running.start_server()
        long, longer = (_report(running, epochs) for epochs in (LONG, LONGER))
        newest = timed(running, "/api/v1/runs?limit=50")
        searched = timed(running, "/api/v1/runs?limit=50&q=deep+adam")
        rare = timed(running, "/api/v1/runs?limit=50&q=nobody-is-called-so")
        named = timed(running, "/api/v1/runs?limit=50&sort=name")
        full = timed(running, f"/api/v1/runs/{long}/history")
        sampled = timed(running, f"/api/v1/runs/{longer}/history?max_points=1000")
    finally:
        running.stop()
    some = f"of {RUNS:,} runs"
    return [
        Measured("list of 50, newest first, p50", 8, median(newest), "ms", f"{some}; {READS} reads"),
        Measured("list of 50, searched by two words, p50", 8, median(searched), "ms", some),
        Measured("list, searched in vain, p50", 8, median(rare), "ms", some),
        Measured("list of 50, sorted by name, p50", 8, median(named), "ms", some),
        Measured(f"history of {LONG:,} epochs, p50", 15, median(full), "ms", "4 metrics, all values; read before"),
        Measured(
            f"history of {LONGER:,} epochs in 1,000 points, p50",
            50,
            median(sampled),
            "ms",
            f"4 metrics, read before; p95 {percentile(sampled, 0.95):.0f} ms",
        ),
    ]


def timed(running: Running, path: str, reads: int = READS) -> list[float]:
    """The milliseconds that each of some reads took, after a first one that isn't counted."""
    connection = http.client.HTTPConnection("127.0.0.1", running.port, timeout=60)
    taken = []
    for _ in range(reads + 1):
        begun = time.perf_counter()
        connection.request("GET", path)
        answer = connection.getresponse()
        content = answer.read()
        taken.append((time.perf_counter() - begun) * 1e3)
        assert answer.status == 200, content
    connection.close()
    return taken[1:]


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


def _report(running: Running, epochs: int) -> str:
    worker = PlayedWorker(running, running.run()["id"])
    worker.epochs(epochs)
    worker.end()
    return worker.run
