"""What workers report: how much of it the server stores in a second, each answer sent when it is on disk."""

from pathlib import Path

from benchmarks.report import Measured, percentile
from benchmarks.sender import SECONDS, load
from tests.running import Running

CLIENTS = 8
EPOCHS = 100
METRICS = 4


def measure(folder: Path) -> list[Measured]:
    """One metric per request from one client and from eight, then batches from eight."""
    running = Running(folder / "ingest")
    try:
        running.start_server()
        load(running, 2, EPOCHS, METRICS)  # nothing that happens only once is part of what follows
        one = load(running, 1, 1, 1)
        eight = load(running, CLIENTS, 1, 1)
        batched = load(running, CLIENTS, EPOCHS, METRICS)
    finally:
        running.stop()
    how = f"{SECONDS:g} s, {{}} process{{}}, each waits for its answer"
    values = f"{EPOCHS} epochs of {METRICS} metrics per request"
    return [
        Measured(
            "one metric per request, one client", 500, one.per_second, "per s", how.format("one", ""), at_least=True
        ),
        Measured(
            "one metric per request, eight clients", 800, eight.per_second, "per s", how.format(8, "es"), at_least=True
        ),
        Measured(
            "batches from eight workers",
            50_000,
            batched.per_second * EPOCHS * METRICS,
            "values/s",
            values,
            at_least=True,
        ),
        Measured(
            "batches from eight workers: answered, p99",
            100,
            percentile(batched.milliseconds, 0.99),
            "ms",
            "the same requests",
        ),
    ]
