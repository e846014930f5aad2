"""Sends an attempt's journal to the server, in a thread, as soon as there is something to send.

Whoever trains calls :meth:`Reporter.report` and :meth:`Reporter.offer` and goes on at once. The thread sends what is
pending in batches and uploads a checkpoint's file before it sends the checkpoint's entry. While the server is
away it tries again, ever less often; nothing is lost, because all of it stands in the journal.

A checkpoint that is offered has no entry yet. It gets one when the thread is free to upload it; until then a newer
one of the same kind takes its place, so that a fast training never queues uploads that nobody wants any more. An
improvement stays, and goes first: a generation that the server has takes those before it for granted.
"""

import contextlib
import random
import threading
import time
from collections.abc import Callable
from typing import Any

from jobs.checkpoints import location
from jobs.client import AttemptClient, Refused, Unreachable
from jobs.faults import kill_point
from jobs.journal import Journal
from jobs.protocol import CheckpointData, EndData, Entry, EventType, Wire

GATHERING = 0.05
"""Seconds from one batch to the next: less than a watcher sees, and enough that epochs of a few milliseconds don't
share their interpreter with a request each."""

FIRST_PAUSE = 0.1
LONGEST_PAUSE = 2.0


class Reporter(threading.Thread):
    """The one thread that talks to the server for an attempt.

    Args:
        journal: what is sent; only touched with this object's lock held.
        client: how.
        on_refused: called once, in this thread, when the server refuses the attempt; nothing is sent after that.
        on_done: called once, in this thread, when nothing is left to send, or nothing is wanted.
        clock: seconds, never going back.
    """

    def __init__(
        self,
        journal: Journal,
        client: AttemptClient,
        on_refused: Callable[[Refused], None] = lambda refused: None,
        on_done: Callable[[], None] = lambda: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(name="reporter", daemon=True)
        self.refused: Refused | None = None
        self._journal = journal
        self._client = client
        self._on_refused = on_refused
        self._on_done = on_done
        self._offers: dict[str, CheckpointData] = {}
        self._unstored: dict[int, CheckpointData] = {
            entry.n: CheckpointData.model_validate(entry.data)
            for entry in journal.pending(limit=journal.last + 1)
            if entry.type is EventType.CHECKPOINT
        }
        self._uploaded: set[str] = set()
        self._closing = journal.ended
        self._abandoned = False
        self._pause = 0.0
        self._clock = clock
        self._sent_at = float("-inf")
        # A generator of its own: the global one belongs to the training and must not be disturbed.
        self._jitter = random.Random()
        self._changed = threading.Condition()

    def report(self, kind: EventType, data: Wire | dict[str, Any]) -> None:
        """Write an entry to the journal and have it sent.

        Raises:
            OSError: it could not be written; it is sent all the same.
        """
        with self._changed:
            try:
                self._journal.append(kind, data)
            finally:
                self._changed.notify()

    def offer(self, data: CheckpointData) -> None:
        """Have a saved checkpoint uploaded and announced, unless a newer one of its kind comes first."""
        with self._changed:
            older = self._offers.get(data.called)
            self._offers[data.called] = data
            self._changed.notify()
        if older is not None and older != data:
            self._forget(older)

    def close(self, end: EndData | None) -> None:
        """Announce what is still on offer, write ``end`` (if the journal hasn't one), and finish once all is sent."""
        with self._changed:
            self._closing = True
            while self._offers:
                self._take_offer()
            if end is not None and not self._journal.ended:
                self._append(EventType.END, end)
            self._changed.notify()

    def abandon(self) -> None:
        """Stop trying; what isn't sent stays in the journal."""
        with self._changed:
            self._abandoned = True
            self._changed.notify()

    def run(self) -> None:
        """Send until everything is sent and :meth:`close` was called, or until there is no point in it."""
        while (batch := self._next()) is not None:
            try:
                stored = self._deliver(batch)
            except Unreachable:
                self._rest()
            except Refused as refused:
                self.refused = refused
                self._on_refused(refused)
                break
            else:
                self._pause = 0.0
                self._note(stored)
        self._client.close()
        if not self._abandoned:
            self._on_done()

    def _next(self) -> list[Entry] | None:
        with self._changed:
            self._changed.wait_for(
                lambda: self._abandoned or self._closing or self._offers or not self._journal.delivered
            )
            self._changed.wait_for(
                lambda: self._abandoned or self._closing, max(self._sent_at + GATHERING - self._clock(), 0.0)
            )
            self._sent_at = self._clock()
            if self._abandoned:
                return None
            if self._offers and not self._unstored:
                self._take_offer()
            batch = self._journal.pending()
        return self._cut(batch) or None

    def _take_offer(self) -> None:
        first = next((name for name, data in self._offers.items() if data.kind == "improvement"), None)
        data = self._offers.pop(first or next(iter(self._offers)))
        self._unstored[self._journal.last + 1] = data
        self._append(EventType.CHECKPOINT, data)

    def _append(self, kind: EventType, data: Wire) -> None:
        with contextlib.suppress(OSError):  # on a full disk: it is pending, and sent, all the same
            self._journal.append(kind, data)

    @staticmethod
    def _cut(batch: list[Entry]) -> list[Entry]:
        """End a batch before a checkpoint that isn't its first entry: a curve must not wait for an upload."""
        for index, entry in enumerate(batch):
            if index > 0 and entry.type is EventType.CHECKPOINT:
                return batch[:index]
        return batch

    def _deliver(self, batch: list[Entry]) -> int:
        data = self._unstored.get(batch[0].n)
        if data is not None and data.sha256 not in self._uploaded:
            path = location(self._journal.directory, data)
            if path.exists():  # else it was uploaded before a crash
                self._client.upload(data, path)
                kill_point("reporter.after_upload")
            self._uploaded.add(data.sha256)
        kill_point("reporter.before_send")
        stored = self._client.send(batch)
        kill_point("reporter.after_send")
        return stored

    def _note(self, stored: int) -> None:
        with self._changed:
            self._journal.acknowledge(stored)
            done = [n for n in self._unstored if n <= stored]
            files = [self._unstored.pop(n) for n in done]
        for data in files:
            self._forget(data)

    def _forget(self, data: CheckpointData) -> None:
        location(self._journal.directory, data).unlink(missing_ok=True)

    def _rest(self) -> None:
        self._pause = min(max(self._pause * 2, FIRST_PAUSE), LONGEST_PAUSE)
        with self._changed:
            self._changed.wait_for(lambda: self._abandoned, self._pause * self._jitter.uniform(0.5, 1.0))
