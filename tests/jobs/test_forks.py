"""The fork server is started again when it has died, also while the system doesn't call it dead yet."""

import os
import signal
from collections.abc import Iterator
from multiprocessing import forkserver
from multiprocessing.connection import Connection

import psutil
import pytest

from jobs.forks import ForkServer, ForkServerDied, start
from tests.running import wait_until


def answer(writer: Connection) -> None:
    writer.send(["a device"])


def nothing() -> None:
    """What a process does that is only started."""


@pytest.fixture
def forks() -> Iterator[ForkServer]:
    """A warm one that imports next to nothing."""
    one = ForkServer(answer, "json")
    assert one.warm_up() == ["a device"]
    yield one
    one.end()
    wait_until(lambda: over(pid()), what="its end")  # whoever comes next would take it for alive


def pid() -> int:
    found = forkserver._forkserver._forkserver_pid  # type: ignore[attr-defined]
    assert isinstance(found, int)
    return found


def over(process: int) -> bool:
    """Whether it has ended."""
    return not psutil.pid_exists(process) or psutil.Process(process).status() == psutil.STATUS_ZOMBIE


@pytest.fixture
def dying(forks: ForkServer, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Kill it; the system says so only when it has been asked as often as the list is long."""
    waited, look, killed = os.waitpid, [0, 0, 0], pid()
    os.kill(killed, signal.SIGKILL)
    wait_until(lambda: over(killed), what="its end")

    def not_yet(one: int, options: int) -> tuple[int, int]:
        if one == killed and look:
            return look.pop(), 0
        return waited(one, options)

    monkeypatch.setattr("os.waitpid", not_yet)
    return look


def test_one_that_is_dying_is_waited_for(forks: ForkServer, dying: list[int]) -> None:
    killed = pid()
    assert forks.warm_up() == ["a device"]
    assert dying == []
    assert pid() != killed


def test_a_process_that_it_can_no_longer_give_is_told(forks: ForkServer, dying: list[int]) -> None:
    with pytest.raises(ForkServerDied):
        start(forks.context.Process(target=nothing))


def test_one_that_dies_again_and_again_is_given_up(forks: ForkServer, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused() -> None:
        raise ConnectionRefusedError(111, "Connection refused")

    monkeypatch.setattr("jobs.forks.PAUSE", 0.001)
    monkeypatch.setattr("jobs.forks.forkserver.ensure_running", refused)
    told = forks.warm_up()
    assert isinstance(told, str)
    assert "died again and again while importing Keras: [Errno 111] Connection refused" in told


def test_one_that_has_ended_is_not_started_again(forks: ForkServer) -> None:
    forks.end()
    ended = pid()
    wait_until(lambda: over(ended), what="its end")
    assert forks.warm_up() == "the worker ends"
    assert pid() == ended
