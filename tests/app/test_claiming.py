"""The worker's long poll: who gets which run, how soon, and what a worker is told of its attempts."""

import asyncio
import json
from functools import partial
from time import monotonic
from typing import Any
from unittest.mock import patch

import pytest
from starlette.types import Message, Scope

from tests.app.server import ADDRESS, RUNS, Server, beside, problem

SOON = 3.0
"""Seconds within which a held call must be answered once there is something to answer."""


class TestClaiming:
    """``POST /api/worker/sync``: who gets which run."""

    def test_runs_are_given_out_in_the_order_of_arrival(self, server: Server) -> None:
        ids = [server.create()["id"] for _ in range(4)]
        assert [one.run for one in server.worker("a", slots=3).sync().start] == ids[:3]
        assert [one.run for one in server.worker("b", slots=3).sync().start] == ids[3:]

    def test_an_assignment_holds_all_that_is_needed(self, server: Server) -> None:
        run = server.create(params={"epochs": 3})
        assignment = server.worker().claim().assignment
        assert (assignment.run, assignment.attempt, assignment.lesson) == (run["id"], 1, "first-network")
        assert assignment.params == run["params"]
        assert len(assignment.token) >= 32
        now = server.read(run["id"])
        assert (now["status"], now["attempt"]) == ("running", 1)
        assert now["started_at"] is not None

    def test_a_run_that_has_begun_is_given_to_no_worker_with_another_backend(self, server: Server) -> None:
        attempt = server.running()
        attempt.tell("environment", backend="jax", device="CPU", route="compiled", jit_compile=True, versions={})
        attempt.end("released")
        assert server.worker("other").sync(backend="tensorflow").start == []
        assert server.worker("same").sync(backend="jax").start[0].run == attempt.run

    def test_a_worker_that_waits_beside_runs_of_another_backend_writes_nothing(self, server: Server) -> None:
        attempt = server.running()
        attempt.tell("environment", backend="jax", device="CPU", route="compiled", jit_compile=True, versions={})
        attempt.end("released")
        with patch.object(server.board.database, "awrite", wraps=server.board.database.awrite) as writes:
            server.worker("other").sync(backend="tensorflow")
        writes.assert_not_called()

    def test_many_workers_at_once_never_get_the_same_run(self, server: Server) -> None:
        ids = {server.create()["id"] for _ in range(24)}
        workers = [server.worker(f"w{number}", slots=4) for number in range(8)]
        waiting = [beside(worker.sync) for worker in workers]
        taken = [assignment.run for wait in waiting for assignment in wait().start]
        assert len(taken) == 24
        assert set(taken) == ids

    def test_a_worker_without_a_free_slot_gets_nothing(self, server: Server) -> None:
        server.create()
        assert server.worker().sync(free=0).start == []

    def test_with_an_empty_queue_and_no_time_to_hold_the_answer_is_empty(self, server: Server) -> None:
        reply = server.worker().sync()
        assert (reply.start, reply.cancel, reply.stale) == ([], [], [])

    def test_without_the_worker_key_nothing_is_given(self, server: Server) -> None:
        server.create()
        problem(server.worker().ask(key="not the key of this server"), 401, "unauthorized")
        answer = server.http.post("/api/worker/sync", json={"worker": "w", "slots": 1, "free": 1})
        problem(answer, 401, "unauthorized")
        assert server.http.get("/health").json()["queue_length"] == 1

    def test_a_worker_of_another_protocol_is_told_to_update(self, server: Server) -> None:
        body = problem(server.worker().ask(protocol=99), 409, "incompatible-worker")
        assert "99" in body["detail"]

    @pytest.mark.parametrize("field", [{"worker": "a b"}, {"slots": 0}, {"free": -1}, {"hold": 11}, {"extra": 1}])
    def test_a_call_that_is_not_as_the_protocol_says_is_refused(self, server: Server, field: dict[str, Any]) -> None:
        body = problem(server.worker().ask(**field), 422, "invalid-input")
        assert [error["pointer"] for error in body["errors"]] == [f"/{next(iter(field))}"]


class TestHolding:
    """The long poll wakes at once. Nothing here sleeps: the held call is surely held once the server knows of it."""

    def held(self, server: Server, **fields: Any) -> tuple[Any, Any]:
        """A call of an idle worker that waits, and when its answer came."""
        worker = server.worker("holding", slots=2)

        def call() -> tuple[Any, float]:
            return worker.sync(hold=10, **fields), monotonic()

        answer = beside(call)
        return worker, answer

    def test_a_new_run_wakes_it(self, server: Server) -> None:
        _, answer = self.held(server)
        self.until_known(server)
        began = monotonic()
        run = server.create()
        reply, came = answer()
        assert [one.run for one in reply.start] == [run["id"]]
        assert came - began < SOON

    def test_a_cancel_wakes_it(self, server: Server) -> None:
        attempt = server.running()
        attempts = [{"run": attempt.run, "attempt": 1}]
        answer = beside(lambda: (attempt.worker.sync(hold=10, attempts=attempts, devices=["held"]), monotonic()))
        self.until_known(server, "held")
        began = monotonic()
        server.http.post(f"{RUNS}/{attempt.run}/cancel")
        reply, came = answer()
        assert reply.cancel == [attempt.ref]
        assert came - began < SOON

    def test_the_end_of_the_server_answers_it(self, server: Server) -> None:
        _, answer = self.held(server)
        self.until_known(server)
        began = monotonic()
        server.board.stop_waiting()
        reply, came = answer()
        assert reply.start == []
        assert came - began < SOON

    def test_two_held_calls_share_what_comes(self, server: Server) -> None:
        workers = [server.worker(name, slots=1) for name in ("one", "two")]
        answers = [beside(partial(worker.sync, hold=10)) for worker in workers]
        ids = {server.create()["id"], server.create()["id"]}
        assert {answer().start[0].run for answer in answers} == ids

    def test_when_the_worker_hangs_up_nothing_is_given_to_it_any_more(self, server: Server) -> None:
        call = HangingUp(server)
        began = monotonic()
        call.hang_up()
        assert monotonic() - began < SOON
        run = server.create()
        assert server.read(run["id"])["status"] == "queued"
        assert server.worker("another").claim().run == run["id"]

    @staticmethod
    def until_known(server: Server, device: str | None = None) -> None:
        """Wait until the server knows the worker, by asking it over and over."""
        while True:
            workers = server.http.get("/health").json()["workers"]
            if any(device is None or device in one["devices"] for one in workers):
                return


class HangingUp:
    """A held call of an idle worker whose connection breaks."""

    def __init__(self, server: Server) -> None:
        self._server = server
        body = {"worker": "w", "slots": 1, "free": 1, "hold": 10}
        self._waiting: list[Message] = [{"type": "http.request", "body": json.dumps(body).encode()}]
        server.call(self._start)

    async def _start(self) -> None:
        self._gone, listening = asyncio.Event(), asyncio.Event()

        async def receive() -> Message:
            if self._waiting:
                return self._waiting.pop()
            listening.set()
            await self._gone.wait()
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            self.answer = message

        key = self._server.settings.worker_secret
        headers = {"host": ADDRESS, "content-type": "application/json", "authorization": f"Bearer {key}"}
        scope: Scope = {
            "type": "http",
            "method": "POST",
            "path": "/api/worker/sync",
            "query_string": b"",
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        }
        self._task = asyncio.create_task(self._server.app(scope, receive, send))
        await listening.wait()

    def hang_up(self) -> None:
        """Break the connection; returns when the server has done with the call."""

        async def go() -> None:
            self._gone.set()
            await self._task

        self._server.call(go)


class TestStopping:
    """What a worker is told of attempts that it names."""

    def test_a_cancel_is_told_until_the_worker_says_that_it_knows(self, server: Server) -> None:
        attempt = server.running()
        assert attempt.worker.sync().cancel == []
        server.http.post(f"{RUNS}/{attempt.run}/cancel")
        assert attempt.worker.sync().cancel == [attempt.ref]
        assert attempt.worker.sync().cancel == [attempt.ref]
        assert attempt.worker.sync(stopping=[attempt.ref.model_dump()]).cancel == []

    def test_attempts_that_are_over_or_unknown_are_stale(self, server: Server) -> None:
        attempt = server.running()
        theirs = [
            {"run": attempt.run, "attempt": 2},
            {"run": "nothing", "attempt": 1},
            {"run": attempt.run, "attempt": 1},
        ]
        assert [one.attempt for one in attempt.worker.sync(attempts=theirs).stale] == [2, 1]
        assert server.worker("another").sync(attempts=theirs[2:]).stale == [attempt.ref]
        attempt.end()
        assert attempt.worker.sync(attempts=theirs[2:]).stale == [attempt.ref]

    def test_a_run_that_ends_completed_in_spite_of_a_cancel_is_completed(self, server: Server) -> None:
        attempt = server.running()
        server.http.post(f"{RUNS}/{attempt.run}/cancel")
        attempt.end("completed")
        assert server.read(attempt.run)["status"] == "completed"

    @pytest.mark.parametrize("outcome", ["failed", "canceled", "released"])
    def test_any_other_end_after_a_cancel_is_canceled(self, server: Server, outcome: str) -> None:
        attempt = server.running()
        server.http.post(f"{RUNS}/{attempt.run}/cancel")
        attempt.end(outcome, reason="killed", error={"title": "Killed", "detail": "It was killed."})
        run = server.read(attempt.run)
        assert (run["status"], run["reason"], run["error"]) == ("canceled", "canceled", None)
