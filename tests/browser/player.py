"""A worker played by hand over the worker API of a real server, so that a test decides when what arrives."""

import hashlib
import threading
from contextlib import suppress
from typing import Any

import httpx

from jobs.protocol import Assignment, AttemptRef, Entry, EntryBatch, EventType, SyncReply, SyncRequest, now
from tests.running import Running


class Player:
    """One attempt of one run, reported entry by entry."""

    def __init__(self, running: Running, **fields: Any) -> None:
        self._running = running
        answer = running.http.post("/api/v1/runs", json={"lesson": "first-network", **fields})
        assert answer.status_code == 201, answer.text
        self.run: str = answer.json()["id"]
        self._assignment: Assignment | None = None
        self._sent = 0
        self._over = threading.Event()

    @property
    def page(self) -> str:
        """The address of the run's page."""
        return f"{self._running.url}/runs/{self.run}"

    def take(self) -> "Player":
        """Take the run from the queue, as another attempt where one was before; it must be the next one."""
        (self._assignment,) = self._sync(free=1).start
        assert self._assignment.run == self.run, "another run was waiting"
        self._sent = 0
        self._over.clear()
        return self

    def stay(self) -> "Player":
        """Call from time to time until the end, so that the server doesn't give the attempt up."""

        def call() -> None:
            while not self._over.wait(5):
                with suppress(httpx.TransportError):  # the server may be down for a while: that is what is tested
                    self._sync(free=0)

        threading.Thread(target=call, daemon=True).start()
        return self

    def tell(self, kind: EventType, /, **data: Any) -> None:
        """Report one entry and wait until it is committed."""
        self.tell_all([(kind, data)])

    def tell_all(self, told: list[tuple[EventType, dict[str, Any]]]) -> None:
        """Report several entries in one batch."""
        assert self._assignment is not None, "take the run first"
        entries = []
        for kind, data in told:
            self._sent += 1
            entries.append(Entry(n=self._sent, type=kind, time=now(), data=data))
        path = f"/api/worker/runs/{self.run}/attempts/{self._assignment.attempt}/events"
        self._post(path, EntryBatch(entries=entries).model_dump_json(), self._assignment.token)

    def epochs(self, first: int, stop: int) -> None:
        """Report the epochs from ``first`` up to, not including, ``stop``; their values tell them apart."""
        self.tell_all([(EventType.EPOCH, self.epoch_data(epoch)) for epoch in range(first, stop)])

    def keep(self, epoch: int) -> None:
        """Save a generation, from which another attempt would go on with this epoch."""
        self._save("generation", epoch, f"all that is known before epoch {epoch}".encode())

    def best(self, epoch: int) -> None:
        """Save something in the place of the best model."""
        self._save("best", epoch, f"the best model, of epoch {epoch}".encode())

    def _save(self, kind: str, epoch: int, content: bytes) -> None:
        assert self._assignment is not None, "take the run first"
        sha256 = hashlib.sha256(content).hexdigest()
        path = f"/api/worker/runs/{self.run}/attempts/{self._assignment.attempt}/checkpoints/{kind}"
        headers = {
            "Authorization": f"Bearer {self._assignment.token}",
            "Content-Type": "application/octet-stream",
            "X-Content-SHA256": sha256,
        }
        assert self._running.http.put(path, content=content, headers=headers).status_code == 204
        self.tell(EventType.CHECKPOINT, kind=kind, epoch=epoch, sha256=sha256, bytes=len(content))

    @staticmethod
    def epoch_data(epoch: int) -> dict[str, Any]:
        """What an epoch says; the validation loss is lowest at epoch 4 (from 0)."""
        loss = 1.0 / (1 + epoch)
        metrics = {"loss": loss, "val_loss": 0.5 + abs(epoch - 4) / 10, "accuracy": 1 - loss / 2, "val_accuracy": 0.7}
        best = {"epoch": min(epoch, 4), "monitor": "val_loss", "value": 0.5 + abs(min(epoch, 4) - 4) / 10}
        return {"epoch": epoch, "metrics": metrics, "seconds": 0.1, "eta_seconds": 42.0, "best": best}

    def end(self, outcome: str = "completed", **data: Any) -> None:
        """Report the end."""
        self._over.set()
        self.tell(EventType.END, outcome=outcome, **data)

    def _sync(self, free: int) -> SyncReply:
        mine = self._assignment
        attempts = [AttemptRef(run=self.run, attempt=mine.attempt)] if mine else []
        asked = SyncRequest(worker=f"player-{self.run}", slots=1, free=free, attempts=attempts, hold=0)
        answer = self._post("/api/worker/sync", asked.model_dump_json(), self._running.settings().worker_secret)
        return SyncReply.model_validate_json(answer.text)

    def _post(self, path: str, body: str, secret: str) -> httpx.Response:
        headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}
        answer = self._running.http.post(path, content=body, headers=headers)
        assert answer.status_code == 200, answer.text
        return answer
