"""Live fan-out: every committed event is encoded once and handed to each watcher, by one pass over all of them.

The hub lives on the event loop and never waits. Where many watch, the events of a short time go out together
(ADR 0015). A watcher whose socket takes no more has a bounded queue of its own; one that doesn't keep up is dropped,
its socket is closed with 4008, and it comes back with the last sequence number it saw; nobody else notices.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from app import frames
from app.database import Committed
from app.frames import Block, Frame, Outlet
from app.runs import events
from jobs.protocol import EventType

QUEUE = 2048
"""How many frames may wait for one watcher: half a minute of a fast run."""

EVERY_RUN = "*"
"""The topic of all runs' events."""

FEW = 32
"""So many watchers are written to at once, whenever there is something to tell."""

PAUSE = 0.6e-3
LONGEST = 0.6
"""For more, the seconds from one pass to the next: so many for each watcher, and no more than the longest.

A write to a socket takes 14 µs of processor time, most of it the kernel's, whether it is one event or twenty. With
forty times that from pass to pass, a thousand watchers cost under 3 % of one core, however fast a run reports.
"""

SLICE = 100
"""After so many watchers of a pass other work has its turn, for a millisecond or two each time."""


@dataclass(eq=False)
class Watcher:
    """One socket: its outlet, if its server offers one, and the queue of what can't go there at once.

    Attributes:
        overrun: it fell behind and was dropped.
        after: what it has seen before it came; nothing up to there may be sent again.
    """

    outlet: Outlet | None = None
    queue: asyncio.Queue[Frame] = field(default_factory=lambda: asyncio.Queue(QUEUE))
    overrun: bool = False
    after: int = 0
    _at_rest: bool = False

    async def next(self) -> Frame:
        """The next frame to send; while nothing is waiting to be, what is new is written to the outlet instead."""
        self._at_rest = True
        try:
            return await self.queue.get()
        finally:
            self._at_rest = False

    def take(self, block: Block) -> bool:
        """Send a block or have it wait; False when too much is waiting already.

        The end of a run and what may be known already are for whoever waits in :meth:`next` to decide.
        """
        if self._at_rest and not block.last and block.first > self.after and self.outlet and self.outlet.free:
            self.outlet.write(block.wire)
            return True
        self._at_rest = False
        for frame in block.frames:
            try:
                self.queue.put_nowait(frame)
            except asyncio.QueueFull:
                self.overrun = True
                return False
        return True


class Hub:
    """Who watches which run. All methods belong to the event loop, but for :meth:`publish`."""

    def __init__(self) -> None:
        self._watchers: defaultdict[str, set[Watcher]] = defaultdict(set)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._changed = asyncio.Event()
        self._waiting: defaultdict[str, list[Frame]] = defaultdict(list)
        self._pass: Iterator[None] | None = None
        self._next_pass = 0.0
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
    def watch(self, topic: str, outlet: Outlet | None = None) -> Iterator[Watcher]:
        """Watch a run by its id, or :data:`EVERY_RUN`; the queue fills from here on."""
        watcher = Watcher(outlet)
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
            everyone = EVERY_RUN in self._watchers
            watched = one.run in self._watchers
            if not everyone and not watched:
                continue
            text = events.frame(one)
            if watched:
                self._waiting[one.run].append(Frame(one.seq, text, events.is_last(one)))
            if everyone:
                self._waiting[EVERY_RUN].append(Frame(one.seq, f'{{"run":"{one.run}",{text[1:]}'))
        if any(one.type == EventType.STATUS for one in committed):
            self._wake()
        if self._waiting and self._pass is None:
            self._pass = self._deliver()
            assert self._loop is not None
            if self._next_pass <= self._loop.time():
                self._go_on()
            else:
                self._loop.call_at(self._next_pass, self._go_on)

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    def _deliver(self) -> Iterator[None]:
        """Write what is waiting, watcher by watcher."""
        waiting, self._waiting = self._waiting, defaultdict(list)
        for topic, told in waiting.items():
            joined = list(frames.blocks(told))
            watchers = self._watchers.get(topic, set())
            for watcher in tuple(watchers):
                if not all(watcher.take(block) for block in joined):
                    watchers.discard(watcher)
                yield

    def _go_on(self) -> None:
        """A slice of the pass, and the rest when others have had their turn."""
        assert self._loop is not None
        going, self._pass = self._pass, None  # so that a defect within it would not be the end of all passes
        assert going is not None
        if sum(1 for _ in islice(going, SLICE)) == SLICE:
            self._pass = going
            self._loop.call_soon(self._go_on)
            return
        watchers = self.watchers
        self._next_pass = self._loop.time() + (min(watchers * PAUSE, LONGEST) if watchers > FEW else 0)
        self._fan_out([])
