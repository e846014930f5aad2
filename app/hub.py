"""Live fan-out: every committed event is encoded once and handed to each watcher's own bounded queue.

The hub lives on the event loop and never waits. A watcher that doesn't keep up is dropped, its socket is closed with
4008, and it comes back with the last sequence number it saw; nobody else notices.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from app.database import Committed
from app.runs import events
from jobs.protocol import EventType

QUEUE = 2048
"""How many frames may wait for one watcher: half a minute of a fast run."""

EVERY_RUN = "*"
"""The topic of all runs' events."""


@dataclass(frozen=True)
class Frame:
    """An encoded event. ``last`` says that the run has ended and nothing will follow."""

    seq: int
    text: str
    last: bool = False


@dataclass(eq=False)
class Watcher:
    """One socket's queue. ``overrun`` is set when it fell behind and was dropped."""

    queue: asyncio.Queue[Frame] = field(default_factory=lambda: asyncio.Queue(QUEUE))
    overrun: bool = False


class Hub:
    """Who watches which run. All methods belong to the event loop, but for :meth:`publish`."""

    def __init__(self) -> None:
        self._watchers: defaultdict[str, set[Watcher]] = defaultdict(set)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._changed = asyncio.Event()
        self.closing = False

    def start(self) -> None:
        """Remember the running event loop; before this, what is published is shown to nobody."""
        self._loop = asyncio.get_running_loop()

    @property
    def watchers(self) -> int:
        """How many sockets are watching."""
        return sum(len(watchers) for watchers in self._watchers.values())

    def close(self) -> None:
        """The server is about to stop: answer whoever waits in :meth:`changed`, now and from here on."""
        self.closing = True
        self.soon(self._wake)

    def publish(self, committed: list[Committed]) -> None:
        """Hand over committed events, from any thread."""
        self.soon(self._fan_out, committed)

    def soon(self, call: Callable[..., None], *arguments: Any) -> None:
        """Have something called on the event loop, from any thread; nothing happens when the loop is gone."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(call, *arguments)

    @contextmanager
    def watch(self, topic: str) -> Iterator[Watcher]:
        """Watch a run by its id, or :data:`EVERY_RUN`; the queue fills from here on."""
        watcher = Watcher()
        self._watchers[topic].add(watcher)
        try:
            yield watcher
        finally:
            self._watchers[topic].discard(watcher)
            if not self._watchers[topic]:
                del self._watchers[topic]

    async def changed(self, seconds: float) -> None:
        """Wait until some run's status changes, or until the seconds are over."""
        if self.closing:
            return
        event = self._changed
        try:
            await asyncio.wait_for(event.wait(), seconds)
        except TimeoutError:
            return

    def _fan_out(self, committed: list[Committed]) -> None:
        for one in committed:
            everyone = self._watchers.get(EVERY_RUN)
            watchers = self._watchers.get(one.run)
            if not everyone and not watchers:
                continue
            text = events.frame(one)
            frame = Frame(one.seq, text, events.is_last(one))
            if watchers:
                self._put(watchers, frame)
            if everyone:
                self._put(everyone, Frame(frame.seq, f'{{"run":"{one.run}",{text[1:]}'))
        if any(one.type == EventType.STATUS for one in committed):
            self._wake()

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    @staticmethod
    def _put(watchers: set[Watcher], frame: Frame) -> None:
        for watcher in tuple(watchers):
            try:
                watcher.queue.put_nowait(frame)
            except asyncio.QueueFull:
                watcher.overrun = True
                watchers.discard(watcher)
