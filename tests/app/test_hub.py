"""The pass over all watchers: at once for few, together and seldom for many, with a queue for whoever takes no more."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from app.database import Committed
from app.hub import EVERY_RUN, FEW, PAUSE, QUEUE, SLICE, Hub, Watcher

pytestmark = pytest.mark.anyio

RUN = "a-run"


@pytest.fixture
def anyio_backend() -> str:
    """The loop that the server runs on."""
    return "asyncio"


@dataclass
class Line:
    """A watcher's outlet that keeps what is written, and when; what had to wait instead is in ``late``."""

    free: bool = True
    written: list[list[int]] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    late: list[int] = field(default_factory=list)

    def write(self, wire: bytes) -> None:
        """Keep the sequence numbers of one write."""
        self.times.append(asyncio.get_running_loop().time())
        self.written.append([int(seq) for seq in re.findall(rb'"seq":(\d+)', wire)])

    async def follow(self, watcher: Watcher) -> None:
        """Take frame by frame what is not written."""
        while True:
            self.late.append((await watcher.next()).seq)


def event(seq: int, kind: str = "log", run: str = RUN, **data: str) -> Committed:
    return Committed(run, seq, kind, datetime.now(UTC), json.dumps(data))


@asynccontextmanager
async def watched(watchers: int, topic: str = RUN) -> AsyncIterator[tuple[Hub, list[Line]]]:
    """A hub with so many watchers, each with nothing to do."""
    hub = Hub()
    hub.start()
    lines = [Line() for _ in range(watchers)]
    with ExitStack() as stack:
        followed = [asyncio.ensure_future(one.follow(stack.enter_context(hub.watch(topic, one)))) for one in lines]
        await asyncio.sleep(0)
        try:
            yield hub, lines
        finally:
            for one in followed:
                one.cancel()
            await asyncio.gather(*followed, return_exceptions=True)


async def settled() -> None:
    """Whatever is to be done at once is done."""
    for _ in range(5):
        await asyncio.sleep(0)


async def until_written(lines: list[Line], seq: int) -> None:
    async with asyncio.timeout(10):
        while any(not one.written or one.written[-1][-1] != seq for one in lines):
            await asyncio.sleep(0.001)


async def test_few_watchers_are_told_each_event_at_once() -> None:
    async with watched(FEW) as (hub, lines):
        for seq in range(1, 11):
            hub.publish([event(seq)])
        await until_written(lines, 10)
        assert all(one.written == [[seq] for seq in range(1, 11)] for one in lines)


async def test_many_watchers_are_told_the_first_at_once_and_then_what_has_gathered() -> None:
    async with watched(2 * SLICE) as (hub, lines):
        for seq in range(1, 11):
            hub.publish([event(seq)])
        await until_written(lines, 10)
        first = len(lines[0].written[0])
        assert all(one.written == [[1, *range(2, first + 1)], list(range(first + 1, 11))] for one in lines)


@pytest.mark.parametrize("watchers", [FEW + 1, 3 * FEW])
async def test_the_more_watch_the_longer_is_the_pause(watchers: int) -> None:
    async with watched(watchers) as (hub, lines):
        for seq in (1, 2):
            hub.publish([event(seq)])
            await until_written(lines, seq)
        assert all(one.times[1] - one.times[0] >= watchers * PAUSE for one in lines)


async def test_other_work_has_its_turn_within_a_pass() -> None:
    async with watched(3 * SLICE) as (hub, lines):
        hub.publish([event(1)])
        await asyncio.sleep(0)
        assert sum(bool(one.written) for one in lines) == SLICE
        await until_written(lines, 1)


async def test_what_takes_no_more_waits_in_order_and_delays_nobody() -> None:
    async with watched(3) as (hub, lines):
        slow = lines[1]
        hub.publish([event(1)])
        await until_written(lines, 1)
        slow.free = False
        hub.publish([event(2), event(3)])
        await until_written([lines[0], lines[2]], 3)
        assert (slow.written, slow.late) == ([[1]], [2, 3])
        slow.free = True
        hub.publish([event(4)])
        await until_written(lines, 4)
        assert slow.written == [[1], [4]]


async def test_while_something_waits_nothing_overtakes_it() -> None:
    hub = Hub()
    hub.start()
    line = Line(free=False)
    with hub.watch(RUN, line) as watcher:
        asking = asyncio.ensure_future(watcher.next())
        await asyncio.sleep(0)
        hub.publish([event(1), event(2)])
        assert (await asking).seq == 1
        line.free = True
        hub.publish([event(3)])
        await settled()
        assert line.written == []
        assert [(await watcher.next()).seq for _ in range(2)] == [2, 3]


async def test_nothing_overtakes_what_the_watcher_has_not_yet_come_to_send() -> None:
    async with watched(1) as (hub, (line,)):
        line.free = False
        hub.publish([event(1)])
        hub.soon(setattr, line, "free", True)
        hub.publish([event(2)])
        await settled()
        assert (line.late, line.written) == ([1, 2], [])


async def test_who_does_not_keep_up_is_dropped_and_told_so() -> None:
    hub = Hub()
    hub.start()
    with hub.watch(RUN, Line(free=False)) as watcher:
        hub.publish([event(seq) for seq in range(1, QUEUE + 1)])
        await settled()
        assert not watcher.overrun
        hub.publish([event(QUEUE + 1)])
        await settled()
        assert watcher.overrun
        assert hub.watchers == 0
        assert [(await watcher.next()).seq for _ in range(QUEUE)] == list(range(1, QUEUE + 1))


async def test_what_a_watcher_has_seen_before_and_the_end_of_a_run_are_left_to_it() -> None:
    hub = Hub()
    hub.start()
    line = Line()
    with hub.watch(RUN, line) as watcher:
        watcher.after = 2
        following = asyncio.ensure_future(line.follow(watcher))
        await settled()
        for told in ([event(2), event(3)], [event(4)], [event(5), event(6, "status", status="completed"), event(7)]):
            hub.publish(told)
            await settled()
        following.cancel()
        assert line.late == [2, 3, 6, 7]
        assert line.written == [[4], [5]]


async def test_a_watcher_of_every_run_is_told_where_one_has_ended_and_goes_on() -> None:
    async with watched(1, EVERY_RUN) as (hub, (line,)):
        hub.publish([event(7, "status", run="one", status="completed"), event(1, run="other")])
        await until_written([line], 1)
        assert (line.written, line.late) == ([[7, 1]], [])
