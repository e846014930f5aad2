"""A worker that is played: real calls of the worker API for one attempt, without any training.

What it sends is what a worker sends, so that the server can't tell the difference. Whoever only makes load takes the
address and the token from here and sends by :mod:`benchmarks.sender`.
"""

from typing import Any

import httpx

from jobs.protocol import Assignment, AttemptRef, Entry, EntryBatch, EventType, SyncReply, SyncRequest, now
from tests.running import Running

BATCH = 500
"""How many entries a worker hands over at once at most (see ``jobs/journal.py``)."""


class PlayedWorker:
    """One attempt of a run that waits, reported by hand over the worker API."""

    def __init__(self, running: Running, run: str) -> None:
        self.run = run
        self._key = running.settings().worker_secret
        self._name = f"bench-{run}"
        self._http = httpx.Client(base_url=running.url, trust_env=False, timeout=30)
        self._assignment: Assignment = self._sync(SyncRequest(worker=self._name, slots=1, free=1, hold=0)).start[0]
        assert self._assignment.run == run, "another run was waiting"
        self._n = 0

    @property
    def path(self) -> str:
        """Where this attempt's entries go."""
        return f"/api/worker/runs/{self.run}/attempts/{self._assignment.attempt}/events"

    @property
    def token(self) -> str:
        """What authorises this attempt's calls."""
        return self._assignment.token

    def report(self, kind: EventType, *data: dict[str, Any]) -> None:
        """Send entries of one kind and return when they are committed."""
        entries = [Entry(n=self._n + place, type=kind, time=now(), data=one) for place, one in enumerate(data, 1)]
        self._n += len(entries)
        self._http.post(
            self.path, content=EntryBatch(entries=entries).model_dump_json(), headers=self._headers(self.token)
        ).raise_for_status()

    def epoch(self, epoch: int) -> None:
        """Send one epoch with four metrics."""
        self.report(EventType.EPOCH, epoch_data(epoch))

    def epochs(self, count: int) -> None:
        """Send so many epochs, from 0, in batches as large as a worker's."""
        for start in range(0, count, BATCH):
            if start % (20 * BATCH) == 0:
                self.stay()
            self.report(EventType.EPOCH, *(epoch_data(epoch) for epoch in range(start, min(start + BATCH, count))))

    def end(self) -> None:
        """Complete the run."""
        self.report(EventType.END, {"outcome": "completed"})

    def stay(self) -> None:
        """Keep the lease."""
        mine = AttemptRef(run=self.run, attempt=self._assignment.attempt)
        self._sync(SyncRequest(worker=self._name, slots=1, free=0, attempts=[mine], hold=0))

    def _sync(self, request: SyncRequest) -> SyncReply:
        answer = self._http.post(
            "/api/worker/sync", content=request.model_dump_json(), headers=self._headers(self._key)
        )
        return SyncReply.model_validate_json(answer.raise_for_status().content)

    @staticmethod
    def _headers(secret: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}


def epoch_data(epoch: int) -> dict[str, Any]:
    """One epoch's four metrics: numbers with as many digits as real ones, on a curve that falls."""
    loss = 1.0 / (1 + epoch / 20)
    metrics = {"accuracy": 1 - loss / 2, "loss": loss, "val_accuracy": 1 - loss / 1.8, "val_loss": loss * 1.1}
    best = {"epoch": epoch, "monitor": "val_loss", "value": metrics["val_loss"]}
    return {"epoch": epoch, "metrics": metrics, "seconds": 0.1, "eta_seconds": 1.0, "best": best}
