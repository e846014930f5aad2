"""What people ask of a run: pause it, resume it, train it further. When it is allowed, and what it leaves."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.app.server import RUNS, Attempt, Server, beside, digest, problem

ERROR = {"title": "It failed", "detail": "For a reason."}


def pause(server: Server, run: str) -> httpx.Response:
    answer = server.http.post(f"{RUNS}/{run}/pause")
    assert isinstance(answer, httpx.Response)
    return answer


def resume(server: Server, run: str, **body: Any) -> httpx.Response:
    answer = server.http.post(f"{RUNS}/{run}/resume", json=body) if body else server.http.post(f"{RUNS}/{run}/resume")
    assert isinstance(answer, httpx.Response)
    return answer


def state(answer: httpx.Response) -> tuple[str, str | None]:
    assert answer.status_code == 202, answer.text
    return answer.json()["status"], answer.json()["reason"]


def trained(server: Server, outcome: str, **end: Any) -> Attempt:
    """A run of 5 epochs that ended so after two of them and a generation."""
    attempt = server.running(params={"epochs": 5})
    attempt.epoch(0, loss=0.5)
    attempt.epoch(1, loss=0.4)
    attempt.save(b"two", "generation", 2)
    attempt.tell("result", headline="nothing yet")
    attempt.end(outcome, **end)
    return attempt


class TestPausing:
    """A queued run pauses at once, a running one when its worker says so."""

    def test_a_queued_run_is_paused_and_not_given_to_workers(self, server: Server) -> None:
        run = server.create()["id"]
        assert state(pause(server, run)) == ("paused", "paused")
        assert server.worker().sync().start == []
        assert state(resume(server, run)) == ("queued", "resuming")
        assert server.worker().claim().run == run

    def test_a_running_one_is_asked_to_until_its_worker_knows(self, server: Server) -> None:
        attempt = server.running()
        assert attempt.worker.sync().pause == []
        assert state(pause(server, attempt.run)) == ("running", "pause-requested")
        assert state(pause(server, attempt.run)) == ("running", "pause-requested")
        for _ in range(2):
            reply = attempt.worker.sync()
            assert (reply.pause, reply.cancel) == ([attempt.ref], [])
        assert attempt.worker.sync(stopping=[attempt.ref.model_dump()]).pause == []
        attempt.epoch(0, loss=0.5)
        attempt.end("paused", reason="paused")
        found = server.read(attempt.run)
        assert (found["status"], found["reason"], found["finished_at"]) == ("paused", "paused", None)

    def test_it_wakes_a_held_call(self, server: Server) -> None:
        attempt = server.running()
        answer = beside(lambda: attempt.worker.sync(hold=10, devices=["held"]))
        while not any("held" in one["devices"] for one in server.http.get("/health").json()["workers"]):
            pass
        pause(server, attempt.run)
        assert answer().pause == [attempt.ref]

    def test_a_run_that_gets_done_first_is_completed(self, server: Server) -> None:
        attempt = server.running()
        pause(server, attempt.run)
        attempt.end("completed")
        assert server.read(attempt.run)["status"] == "completed"

    def test_one_whose_worker_goes_meanwhile_is_paused(self, server: Server) -> None:
        attempt = server.running()
        pause(server, attempt.run)
        attempt.end("released", reason="worker-stopped")
        assert state(pause(server, server.create()["id"])) == ("paused", "paused")
        assert server.read(attempt.run)["reason"] == "paused"

    def test_a_cancel_comes_before_a_pause(self, server: Server) -> None:
        attempt = server.running()
        pause(server, attempt.run)
        assert state(server.http.post(f"{RUNS}/{attempt.run}/cancel")) == ("running", "cancel-requested")
        assert "Once it is, it can be resumed" in problem(pause(server, attempt.run), 409, "wrong-status")["detail"]
        attempt.end("paused", reason="paused")
        assert server.read(attempt.run)["status"] == "canceled"

    def test_a_paused_run_can_be_canceled_and_deleted(self, server: Server) -> None:
        run = server.create()["id"]
        pause(server, run)
        assert state(server.http.post(f"{RUNS}/{run}/cancel")) == ("canceled", "canceled")
        other = server.create()["id"]
        pause(server, other)
        assert server.http.delete(f"{RUNS}/{other}").status_code == 204

    @pytest.mark.parametrize("outcome", ["completed", "failed", "canceled"])
    def test_what_has_ended_cannot_pause(self, server: Server, outcome: str) -> None:
        attempt = trained(server, outcome)
        assert f"is {outcome} already" in problem(pause(server, attempt.run), 409, "wrong-status")["detail"]

    def test_nor_can_what_is_paused_or_not_there(self, server: Server) -> None:
        run = server.create()["id"]
        pause(server, run)
        problem(pause(server, run), 409, "wrong-status")
        problem(pause(server, "nothing"), 404, "unknown-run")
        problem(resume(server, "nothing"), 404, "unknown-run")


class TestResuming:
    """A run goes on from its newest generation; what it had stays."""

    @pytest.mark.parametrize(
        ("outcome", "end"),
        [
            ("paused", {"reason": "paused"}),
            ("paused", {"reason": "disk-full", "error": ERROR}),
            ("canceled", {}),
            ("failed", {"reason": "killed", "error": ERROR}),
        ],
    )
    def test_it_is_queued_again(self, server: Server, outcome: str, end: dict[str, Any]) -> None:
        before = trained(server, outcome, **end)
        assert server.read(before.run)["error"] == end.get("error")
        found = resume(server, before.run)
        assert state(found) == ("queued", "resuming")
        asked = ("error", "result", "finished_at", "epoch", "last", "attempt")
        assert [found.json()[name] for name in asked] == [None, None, None, 1, {"loss": 0.4}, 1]
        attempt = server.worker().claim()
        assert [one.sha256 for one in attempt.assignment.generations] == [digest(b"two")]
        attempt.epoch(2, loss=0.3)
        attempt.end()
        assert server.read(before.run)["seams"] == [2]
        assert server.http.get(f"{RUNS}/{before.run}/history").json()["history"]["loss"] == [0.5, 0.4, 0.3]
        told = [one["data"]["status"] for one in server.events(before.run) if one["type"] == "status"]
        assert told == ["queued", "running", outcome, "queued", "running", "completed"]

    @pytest.mark.parametrize("outcome", ["canceled", "failed", "completed", "paused"])
    def test_it_can_train_for_more_epochs(self, server: Server, outcome: str) -> None:
        run = trained(server, outcome).run
        found = resume(server, run, epochs=8)
        assert state(found) == ("queued", "resuming")
        assert (found.json()["epochs"], found.json()["params"]["epochs"]) == (8, 8)
        assert server.worker().claim().assignment.params["epochs"] == 8

    def test_a_body_without_epochs_is_none(self, server: Server) -> None:
        run = trained(server, "canceled").run
        answer = server.http.post(f"{RUNS}/{run}/resume", json={})
        assert (state(answer), answer.json()["epochs"]) == (("queued", "resuming"), 5)

    def test_the_deaths_of_before_are_forgiven(self, server: Server) -> None:
        attempt = server.running()
        for _ in range(3):
            attempt.end("died", reason="killed")
            found = server.read(attempt.run)
            if found["status"] == "queued":
                attempt = server.worker().claim()
        assert found["status"] == "failed"
        resume(server, attempt.run)
        attempt = server.worker().claim()
        attempt.end("died", reason="killed")
        assert server.read(attempt.run)["status"] == "queued"

    def test_a_completed_run_needs_more_epochs(self, server: Server) -> None:
        run = trained(server, "completed").run
        before = server.read(run)
        assert "Send more epochs than its 5" in problem(resume(server, run), 409, "wrong-status")["detail"]
        assert server.read(run) == before

    @pytest.mark.parametrize("outcome", ["canceled", "completed", "paused"])
    def test_no_more_epochs_are_refused(self, server: Server, outcome: str) -> None:
        run = trained(server, outcome).run
        before = server.read(run)
        for epochs in (5, 1, -3):
            body = problem(resume(server, run, epochs=epochs), 422, "invalid-input")
            assert body["errors"][0]["pointer"] == "/epochs"
            assert "Use 6 or more" in body["detail"]
        assert server.read(run) == before

    @pytest.mark.parametrize(
        ("body", "pointer"), [({"epochs": 10**9}, "/epochs"), ({"epochs": "9"}, "/epochs"), ({"more": 9}, "/more")]
    )
    def test_so_is_what_the_lesson_would_not_take(self, server: Server, body: dict[str, Any], pointer: str) -> None:
        run = trained(server, "canceled").run
        told = problem(resume(server, run, **body), 422, "invalid-input")
        assert [one["pointer"] for one in told["errors"]] == [pointer]
        assert server.read(run)["status"] == "canceled"

    def test_a_diverged_run_would_diverge_again(self, server: Server) -> None:
        run = trained(server, "failed", reason="diverged", error=ERROR).run
        for body in ({}, {"epochs": 9}):
            told = problem(resume(server, run, **body), 409, "wrong-status")
            assert told["detail"].endswith("Train again with a smaller learning rate.")

    @pytest.mark.parametrize("make", [Server.create, lambda server: server.read(server.running().run)])
    def test_what_waits_or_runs_has_nothing_to_resume(
        self, server: Server, make: Callable[[Server], dict[str, Any]]
    ) -> None:
        run = make(server)
        told = problem(resume(server, run["id"]), 409, "wrong-status")
        assert f"is {run['status']}; there is nothing to resume" in told["detail"]

    def test_who_watches_from_the_start_sees_both_endings_in_one_stream(self, server: Server) -> None:
        run = trained(server, "canceled").run
        ended = server.events(run)[-1]["seq"]
        resume(server, run)
        with server.watch(f"{RUNS}/{run}/events?after=0") as socket:
            seen = [socket.receive_json() for _ in range(ended + 1)]
            assert [one["seq"] for one in seen] == list(range(1, ended + 2))
            assert seen[-1]["data"]["status"] == "queued"
            attempt = server.worker().claim()
            attempt.end()
            last = [socket.receive_json(), socket.receive_json()]
            assert [one["data"]["status"] for one in last] == ["running", "completed"]
            assert socket.receive()["code"] == 1000
