"""A server in this process, and runs in every state for pages to show."""

from collections.abc import Iterator
from dataclasses import dataclass
from unittest.mock import patch

import pytest

from app.executors.local import LocalPool
from app.settings import Settings
from tests.app.server import Server, serving

RESULT = {
    "train": {"accuracy": 0.84, "loss": 0.36},
    "test": {"accuracy": 0.76, "loss": 0.53},
    "headline": {"metric": "test accuracy", "value": 0.76},
    "band": {"metric": "test accuracy", "low": 0.7, "high": 0.82, "why": "Guessing gets 0.65."},
    "predictions": {
        "columns": ["row", "probability of benign", "predicted", "truth", "right"],
        "rows": [[1, 0.91, "benign", "benign", True], [2, 0.2, "malignant", "benign", False]],
    },
}


@dataclass(frozen=True)
class Runs:
    """The ids of runs, by what became of them."""

    completed: str
    failed: str
    running: str
    queued: str


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server for all tests of pages; they leave nothing behind."""
    settings = Settings(data_dir=tmp_path_factory.mktemp("pages"), downloads=False)
    # No worker calls while the tests look at pages: the lease of the run under way must last on a slow machine too.
    with patch.object(LocalPool, "patience", 3600.0), serving(settings) as started:
        yield started


@pytest.fixture(scope="package")
def runs(server: Server) -> Runs:
    """One run in each state that pages tell apart."""
    completed = server.running(name="<b>Bold</b> & done", tags=["try"], params={"epochs": 3, "batch_size": 20})
    completed.tell("stage", stage="prepare", state="started")
    completed.tell("stage", stage="prepare", state="done", seconds=0.02, summary="569 rows.")
    completed.tell("model", summary='Model: "sequential"', parameters=221)
    for epoch in range(3):
        value = 0.6 - epoch / 10
        best = {"epoch": epoch, "monitor": "val_loss", "value": value}
        metrics = {"loss": value, "val_loss": value, "accuracy": 0.7, "val_accuracy": 0.7}
        completed.tell("epoch", epoch=epoch, metrics=metrics, seconds=0.1, best=best)
    completed.save(b"a model", "best", epoch=2)
    completed.tell("log", level="warning", message="</script><script>alert(1)</script>")
    completed.tell("result", **RESULT)
    completed.end()
    failed = server.running(name="Not a number", params={"epochs": 5})
    failed.tell("stage", stage="fit", state="started")
    failed.tell("epoch", epoch=0, metrics={"loss": 2.0}, seconds=0.1)
    failed.tell("epoch", epoch=1, metrics={"loss": None}, non_finite={"loss": "nan"}, seconds=0.1)
    error = {"title": "The loss is not a number", "detail": "After epoch 2. Use a smaller learning rate than 10."}
    failed.end("failed", reason="diverged", error=error)
    running = server.running(name="Under way", params={"epochs": 10})
    running.tell("environment", backend="tensorflow", device="CPU", route="plain", jit_compile=False, versions={})
    running.epoch(0, loss=0.7, val_loss=0.8)
    queued = server.create(name="Waiting")["id"]
    return Runs(completed.run, failed.run, running.run, queued)
