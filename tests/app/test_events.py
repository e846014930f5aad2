"""Events over WebSockets: each exactly once and in order, whenever a watcher comes, goes and comes back."""

import asyncio
import json
import random
from functools import partial
from typing import Any

import pytest
from starlette.types import Message, Scope
from starlette.websockets import WebSocketDisconnect

from app.hub import QUEUE
from tests.app.server import ADDRESS, RUNS, Attempt, Server, beside, until_closed

EPOCHS = 25


def events_path(run: str, after: int | None = None) -> str:
    return f"{RUNS}/{run}/events" + ("" if after is None else f"?after={after}")


@pytest.fixture
def ended(server: Server) -> Attempt:
    """A completed run of some epochs."""
    attempt = server.running()
    attempt.post(*[attempt.entry("epoch", epoch=one, metrics={"loss": 0.5}, seconds=0.1) for one in range(EPOCHS)])
    attempt.end()
    return attempt


class TestReplay:
    """What happened before the watcher came."""

    def test_from_the_start_every_event_is_told(self, server: Server, ended: Attempt) -> None:
        with server.watch(events_path(ended.run)) as socket:
            events = list(until_closed(socket))
        assert [event["seq"] for event in events] == list(range(1, EPOCHS + 5))
        assert [event["type"] for event in events] == ["status", "log", "status", *["epoch"] * EPOCHS, "status"]
        assert all(set(event) == {"seq", "type", "time", "data"} for event in events)
        assert all(event["time"].endswith("Z") for event in events)
        assert events[3]["data"] == {"epoch": 0, "metrics": {"loss": 0.5}, "seconds": 0.1}
        assert events[-1]["data"] == {"status": "completed", "reason": None, "attempt": 1, "error": None}

    @pytest.mark.parametrize("after", [0, 1, 7, EPOCHS + 3])
    def test_from_the_middle_the_rest_is_told(self, server: Server, ended: Attempt, after: int) -> None:
        assert [event["seq"] for event in server.events(ended.run, after)] == list(range(after + 1, EPOCHS + 5))

    @pytest.mark.parametrize("after", [EPOCHS + 4, 999, 10**14])
    def test_from_the_end_or_beyond_nothing_is_told_and_the_socket_closes(
        self, server: Server, ended: Attempt, after: int
    ) -> None:
        assert server.events(ended.run, after) == []

    def test_a_long_history_comes_page_by_page(self, server: Server) -> None:
        attempt = server.running()
        for _ in range(3):
            batch = [attempt.entry("log", level="info", message=str(number)) for number in range(1000)]
            assert attempt.post(*batch).status_code == 200
        attempt.end()
        assert [event["seq"] for event in server.events(attempt.run)] == list(range(1, 3005))

    @pytest.mark.parametrize("after", ["-1", "x", "1.5", "", "1e3", "%D9%A3", "9" * 16])
    def test_what_is_no_sequence_number_closes_with_4000(self, server: Server, ended: Attempt, after: str) -> None:
        with server.watch(f"{events_path(ended.run)}?after={after}") as socket:
            message = socket.receive()
        assert (message["type"], message["code"]) == ("websocket.close", 4000)
        assert "0 or more" in message["reason"]

    @pytest.mark.parametrize("run", ["nothing", "*", "%F0%9F%98%80" * 60])
    def test_an_unknown_run_closes_with_4004(self, server: Server, run: str) -> None:
        with server.watch(events_path(run)) as socket:
            message = socket.receive()
        assert (message["type"], message["code"], message["reason"]) == ("websocket.close", 4004, "unknown-run")


class TestLive:
    """What happens while the watcher is there."""

    def test_events_come_as_they_are_committed_and_the_last_closes(self, server: Server) -> None:
        attempt = server.running()
        with server.watch(events_path(attempt.run, 3)) as socket:
            for epoch in range(3):
                attempt.epoch(epoch, loss=0.5)
                event = socket.receive_json()
                assert (event["seq"], event["data"]["epoch"]) == (4 + epoch, epoch)
            attempt.end()
            assert [event["data"]["status"] for event in until_closed(socket)] == ["completed"]

    def test_an_event_is_told_live_in_the_same_words_as_later(self, server: Server) -> None:
        attempt = server.running()
        with server.watch(events_path(attempt.run)) as socket:
            attempt.tell("log", level="info", message="größer ≥ 1 \u2028 <b>")
            attempt.epoch(0, loss=1e-12, accuracy=None)
            attempt.end()
            live = list(until_closed(socket))
        assert server.events(attempt.run) == live

    def test_a_watcher_from_beyond_the_end_is_told_nothing_and_closed_with_the_others(self, server: Server) -> None:
        attempt = server.running()
        with server.watch(events_path(attempt.run, 1000)) as socket:
            attempt.epoch(0, loss=0.5)
            attempt.end()
            assert list(until_closed(socket)) == []

    def test_who_watches_a_queued_run_that_is_deleted_is_told(self, server: Server) -> None:
        run = server.create()["id"]
        with server.watch(events_path(run)) as socket, server.watch("/api/v1/events") as everything:
            assert socket.receive_json()["data"]["status"] == "queued"
            server.http.delete(f"{RUNS}/{run}")
            data = list(until_closed(socket))[-1]["data"]
            assert (data["status"], data["reason"]) == ("canceled", "deleted")
            assert everything.receive_json()["data"] == data

    def test_across_the_border_of_replay_and_live_every_event_comes_once_and_in_order(self, server: Server) -> None:
        """A writer keeps committing while watchers come at random moments with random places to begin at."""
        attempt = server.running()
        total = 120
        chance = random.Random(7)

        def write() -> None:
            for number in range(total):
                attempt.post(*[attempt.entry("log", level="info", message=str(number)) for _ in range(2)])
            attempt.end()

        def watch(after: int) -> tuple[int, list[int]]:
            with server.watch(events_path(attempt.run, after)) as socket:
                return after, [event["seq"] for event in until_closed(socket)]

        writing = beside(write)
        watching = []
        for _ in range(24):
            watching.append(beside(partial(watch, chance.randint(0, attempt.sent + 20))))
        writing()
        last = 3 + 2 * total + 1
        for wait in watching:
            after, seen = wait()
            assert seen == list(range(after + 1, last + 1))

    def test_a_watcher_that_comes_back_again_and_again_misses_nothing(self, server: Server) -> None:
        attempt = server.running()

        def write() -> None:
            for number in range(60):
                attempt.epoch(number, loss=0.5)
            attempt.end()

        writing = beside(write)
        seen: list[int] = []
        while not seen or seen[-1] < 64:
            with server.watch(events_path(attempt.run, len(seen))) as socket:
                for _ in range(7):
                    message = socket.receive()
                    if message["type"] == "websocket.close":
                        break
                    seen.append(json.loads(message["text"])["seq"])
        writing()
        assert seen == list(range(1, 65))


class TestEveryRun:
    """``/api/v1/events``: changes of any run, from now on."""

    def test_each_event_names_its_run_and_that_runs_seq(self, server: Server) -> None:
        earlier = server.create()["id"]
        with server.watch("/api/v1/events") as socket:
            run = server.create()["id"]
            told = [socket.receive_json() for _ in range(2)]
            server.http.post(f"{RUNS}/{earlier}/cancel")
            told.append(socket.receive_json())
        assert [(one["run"], one["seq"], one["type"]) for one in told] == [
            (run, 1, "status"), (run, 2, "log"), (earlier, 3, "status")
        ]  # fmt: skip
        assert all(set(one) == {"run", "seq", "type", "time", "data"} for one in told)

    def test_it_does_not_close_when_a_run_ends(self, server: Server) -> None:
        with server.watch("/api/v1/events") as socket:
            first, second = server.create()["id"], server.create()["id"]
            for run in (first, second):
                server.http.post(f"{RUNS}/{run}/cancel")
            told = [socket.receive_json() for _ in range(6)]
        assert [one["run"] for one in told] == [first] * 2 + [second] * 2 + [first, second]


class Slow:
    """A watcher whose line is stuck: the server's first frame isn't taken until ``go``."""

    def __init__(self, server: Server, path: str) -> None:
        self.sent: list[Message] = []
        self._server = server
        self._scope: Scope = {
            "type": "websocket",
            "path": path.partition("?")[0],
            "query_string": path.partition("?")[2].encode(),
            "headers": [(b"host", ADDRESS.encode())],
        }
        server.call(self._start)

    async def _start(self) -> None:
        self._gate = asyncio.Event()
        self._stuck = asyncio.Event()
        self._task = asyncio.create_task(self._server.app(self._scope, self._receive, self._send))
        await self._stuck.wait()

    async def _receive(self) -> Message:
        if not self.sent:
            return {"type": "websocket.connect"}
        await asyncio.Event().wait()
        raise AssertionError

    async def _send(self, message: Message) -> None:
        self.sent.append(message)
        if message["type"] == "websocket.send":
            self._stuck.set()
            await self._gate.wait()

    def go(self) -> tuple[list[int], int]:
        """Let it flow; the sequence numbers that came, and the code that closed it."""

        async def finish() -> None:
            self._gate.set()
            await self._task

        self._server.call(finish)
        frames = [json.loads(message["text"])["seq"] for message in self.sent if message["type"] == "websocket.send"]
        assert self.sent[-1]["type"] == "websocket.close"
        return frames, self.sent[-1]["code"]


class TestSlowWatchers:
    """Who doesn't keep up is closed with 4008 and comes back; nobody else notices."""

    def test_an_overrun_watcher_is_closed_with_4008_and_gets_the_rest_when_it_comes_back(self, server: Server) -> None:
        attempt = server.running()
        slow = Slow(server, events_path(attempt.run))
        with server.watch(events_path(attempt.run, 3)) as quick:
            for _ in range(QUEUE // 1000 + 2):
                attempt.post(*[attempt.entry("log", level="info", message="?") for _ in range(1000)])
                for _ in range(1000):
                    quick.receive()
            frames, code = slow.go()
            assert code == 4008
            assert frames == list(range(1, len(frames) + 1))
            assert len(frames) <= QUEUE + 3
            attempt.end()
            assert len(list(until_closed(quick))) == 1
        rest = [event["seq"] for event in server.events(attempt.run, len(frames))]
        assert frames + rest == list(range(1, attempt.sent + 3 + 1))

    def test_a_run_that_ends_meanwhile_is_told_to_the_end(self, server: Server) -> None:
        attempt = server.running()
        slow = Slow(server, events_path(attempt.run))
        attempt.epoch(0, loss=0.5)
        attempt.end()
        assert slow.go() == ([1, 2, 3, 4, 5], 1000)


class TestLeaving:
    """Watchers that go leave nothing behind."""

    def watchers(self, server: Server) -> int:
        return server.on_loop(lambda: server.board.hub.watchers)

    def test_nobody_is_remembered(self, server: Server) -> None:
        attempt = server.running()
        with server.watch(events_path(attempt.run)) as one, server.watch("/api/v1/events"):
            assert one.receive_json()["seq"] == 1
            assert self.watchers(server) == 2
        assert self.watchers(server) == 0

    def test_what_a_watcher_says_is_not_listened_to(self, server: Server) -> None:
        attempt = server.running()
        with server.watch(events_path(attempt.run, 3)) as socket:
            socket.send_text("hello")
            socket.send_bytes(b"\xff")
            attempt.epoch(0, loss=0.5)
            assert socket.receive_json()["type"] == "epoch"

    def test_a_socket_where_there_is_none_is_refused(self, server: Server) -> None:
        with pytest.raises(WebSocketDisconnect), server.watch("/api/v1/nothing"):
            pass


def test_events_of_one_run_go_to_its_watchers_only(server: Server) -> None:
    one, other = server.create()["id"], server.create()["id"]
    with server.watch(events_path(one, 2)) as socket:
        server.http.post(f"{RUNS}/{other}/cancel")
        server.http.post(f"{RUNS}/{one}/cancel")
        told: list[dict[str, Any]] = list(until_closed(socket))
    assert [event["seq"] for event in told] == [3]
