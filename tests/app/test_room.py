"""A full disk: runs that pause for it go on by themselves when there is room, and not before."""

from collections.abc import Callable

import pytest

from app.executors.local import LocalPool
from app.room import COPIES, LEAST, LONGEST, SHORTEST, Room
from app.scheduler import Scheduler
from jobs.protocol import now
from tests.app.server import RUNS, Server


class Disk:
    """A disk and a clock that do what a test says."""

    def __init__(self) -> None:
        self.seconds = 1000.0
        self.free = 0
        self.asked = 0
        self.room = Room(self._free, lambda: self.seconds)

    def _free(self) -> int:
        self.asked += 1
        return self.free


@pytest.fixture
def disk() -> Disk:
    return Disk()


def test_a_run_goes_on_when_there_is_room_for_what_it_saves(disk: Disk) -> None:
    assert disk.room.due({"a": 1000}) == []
    disk.seconds += SHORTEST
    disk.free = LEAST + COPIES * 1000 - 1
    assert disk.room.due({"a": 1000}) == []
    disk.free += 1
    assert disk.room.due({"a": 1000, "b": 1000}) == ["a"], "b has only just paused"


def test_the_disk_is_not_asked_while_nobody_waits(disk: Disk) -> None:
    assert disk.room.due({}) == []
    assert disk.asked == 0


def test_one_that_comes_back_waits_longer_each_time(disk: Disk) -> None:
    disk.free = 10 * LEAST
    waits = []
    for _ in range(9):
        since = disk.seconds
        while not disk.room.due({"a": 0}):
            disk.seconds += 1
        waits.append(disk.seconds - since)
        disk.room.due({})
    assert waits == [min(SHORTEST * 2**one, LONGEST) for one in range(9)]


def test_after_a_while_without_trouble_it_is_as_at_first(disk: Disk) -> None:
    disk.free = 10 * LEAST
    for _ in range(3):
        while not disk.room.due({"a": 0}):
            disk.seconds += 1
    disk.seconds += 2 * LONGEST
    disk.room.due({})
    disk.room.due({"a": 0})
    disk.seconds += SHORTEST
    assert disk.room.due({"a": 0}) == ["a"]


class TestTheScheduler:
    """What it does with what the room says."""

    @pytest.fixture
    def check(self, server: Server, disk: Disk) -> Callable[[], None]:
        database = server.board.database
        scheduler = Scheduler(database, LocalPool(database, now), disk.room, now, lambda: disk.seconds)

        def check() -> None:
            server.call(scheduler.check)

        return check

    def test_it_queues_the_run_again(self, server: Server, disk: Disk, check: Callable[[], None]) -> None:
        attempt = server.running()
        attempt.save(b"one", "generation", 1)
        attempt.end("paused", reason="disk-full", error={"title": "The disk is full", "detail": "Free some space."})
        found = server.read(attempt.run)
        assert (found["status"], found["reason"]) == ("paused", "disk-full")
        assert found["error"]["title"] == "The disk is full"
        for _ in range(5):
            check()
            disk.seconds += SHORTEST
        assert server.read(attempt.run)["status"] == "paused"
        disk.free = 2 * LEAST
        check()
        found = server.read(attempt.run)
        assert (found["status"], found["reason"], found["error"]) == ("queued", "resuming", None)
        assert [one.epoch for one in server.worker().claim().assignment.generations] == [1]

    def test_it_leaves_others_alone(self, server: Server, disk: Disk, check: Callable[[], None]) -> None:
        canceled, by_hand = server.running(), server.create()["id"]
        server.http.post(f"{RUNS}/{by_hand}/pause")
        canceled.end("paused", reason="disk-full")
        server.http.post(f"{RUNS}/{canceled.run}/cancel")
        disk.free = 2 * LEAST
        for _ in range(5):
            check()
            disk.seconds += SHORTEST
        assert [server.read(run)["status"] for run in (by_hand, canceled.run)] == ["paused", "canceled"]
