"""What an attempt reports: each entry exactly once, in order, all of a batch or nothing, from its owner alone."""

import json
from typing import Any

import pytest

from tests.app.conftest import MakeServer
from tests.app.server import RUNS, Attempt, Server, beside, digest, problem


class TestEnding:
    """What a run is after its attempt's last entry."""

    def test_completed(self, server: Server) -> None:
        attempt = server.running()
        attempt.end("completed")
        run = server.read(attempt.run)
        assert (run["status"], run["reason"], run["eta_seconds"]) == ("completed", None, None)
        assert run["finished_at"] >= run["started_at"] >= run["created_at"]

    def test_failed_with_a_reason_and_a_sentence(self, server: Server) -> None:
        attempt = server.running()
        error = {"title": "The loss is no number", "detail": "Epoch 3 gave NaN. Use a smaller learning rate."}
        attempt.end("failed", reason="diverged", error=error)
        run = server.read(attempt.run)
        assert (run["status"], run["reason"], run["error"]) == ("failed", "diverged", error)
        assert server.events(run["id"])[-1]["data"] == {
            "status": "failed", "reason": "diverged", "attempt": 1, "error": error
        }  # fmt: skip

    def test_released_it_is_queued_again_at_its_old_place_and_gets_a_second_attempt(self, server: Server) -> None:
        attempt = server.running()
        later = server.create()
        attempt.epoch(0, loss=0.5)
        attempt.end("released")
        run = server.read(attempt.run)
        assert (run["status"], run["reason"], run["queue_position"]) == ("queued", "worker-stopped", 1)
        assert run["finished_at"] is None
        again = server.worker("another").claim()
        assert (again.run, again.number) == (attempt.run, 2)
        assert again.assignment.token != attempt.assignment.token
        assert server.read(later["id"])["queue_position"] == 1
        again.epoch(0, loss=0.5)
        again.end()
        statuses = [one["data"]["status"] for one in server.events(attempt.run) if one["type"] == "status"]
        assert statuses == ["queued", "running", "queued", "running", "completed"]

    def test_what_follows_the_end_is_no_longer_taken(self, server: Server) -> None:
        attempt = server.running()
        answer = attempt.post(
            attempt.entry("end", outcome="completed"), attempt.entry("log", level="info", message="?")
        )
        assert answer.json() == {"n": 1}
        problem(attempt.post(attempt.entry("log", level="info", message="late")), 409, "stale-attempt")
        assert [event["type"] for event in server.events(attempt.run)][-1] == "status"


EPOCH = {"epoch": 0, "metrics": {"loss": 0.5, "accuracy": None}, "non_finite": {"accuracy": "nan"}, "seconds": 0.1}
BEST = {"epoch": 0, "monitor": "loss", "value": 0.5}
ENVIRONMENT = {
    "backend": "tensorflow",
    "device": "CPU",
    "route": "compiled",
    "jit_compile": True,
    "versions": {"keras": "3.15"},
}
SHA = "0" * 64


def nested(depth: int) -> list[Any]:
    """Lists in lists: deeper than an answer could hold."""
    inner: list[Any] = []
    for _ in range(depth):
        inner = [inner]
    return inner


class TestEntries:
    """Each type of entry, and what it leaves on the run."""

    def test_every_entry_that_is_meant_for_watchers_becomes_an_event_as_it_was_sent(self, server: Server) -> None:
        attempt = server.running()
        assert attempt.upload(b"model").status_code == 204
        sent = [
            attempt.entry("stage", stage="fit", state="started"),
            attempt.entry("environment", **ENVIRONMENT),
            attempt.entry("model", summary="Dense …", parameters=221),
            attempt.entry("epoch", **EPOCH, eta_seconds=2.5, best=BEST),
            attempt.entry("progress", epoch=1, step=3, steps=7),
            attempt.entry("checkpoint", kind="best", epoch=0, sha256=digest(b"model"), bytes=5),
            attempt.entry("log", level="warning", message="Mind the gap."),
            attempt.entry("result", **{"test accuracy": 0.75, "rows": [[1, 2]]}),
        ]
        assert attempt.post(*sent).json() == {"n": 8}
        run = server.read(attempt.run)
        assert (run["stage"], run["backend"], run["device"], run["route"]) == ("fit", "tensorflow", "CPU", "compiled")
        assert (run["epoch"], run["eta_seconds"], run["best"]) == (0, 2.5, BEST)
        assert run["last"] == {"loss": 0.5, "accuracy": None}
        assert run["result"] == {"test accuracy": 0.75, "rows": [[1, 2]]}
        attempt.end()
        shown = server.events(run["id"], after=3)
        assert [(one["type"], one["data"]) for one in shown[:-1]] == [(one["type"], one["data"]) for one in sent]
        assert shown[-1]["type"] == "status"

    def test_times_are_told_in_utc_whatever_zone_they_were_sent_in(self, server: Server) -> None:
        attempt = server.running()
        with server.watch(f"{RUNS}/{attempt.run}/events?after=3") as socket:
            entry = attempt.entry("log", level="info", message="here")
            attempt.post({**entry, "time": "2026-01-01T12:00:00.123+02:00"})
            live = socket.receive_json()
        assert live["time"] == "2026-01-01T10:00:00.123Z"
        attempt.end()
        assert server.events(attempt.run, after=3)[0] == live

    @pytest.mark.parametrize(
        ("kind", "data", "pointer"),
        [
            ("stage", {"stage": "cook", "state": "started"}, "stage"),
            ("stage", {"stage": "fit"}, "state"),
            ("environment", {**ENVIRONMENT, "route": "scenic"}, "route"),
            ("model", {"summary": "…", "parameters": 2**70}, "parameters"),
            ("epoch", {**EPOCH, "epoch": -1}, "epoch"),
            ("epoch", {**EPOCH, "epoch": 2**40}, "epoch"),
            ("epoch", {**EPOCH, "metrics": {"loss": "low"}}, "metrics/loss"),
            ("epoch", {**EPOCH, "seconds": float("nan")}, "seconds"),
            ("epoch", {**EPOCH, "unknown": 1}, "unknown"),
            ("progress", {"epoch": 0, "step": 1}, "steps"),
            ("checkpoint", {"kind": "worst", "epoch": 0, "sha256": SHA, "bytes": 1}, "kind"),
            ("checkpoint", {"kind": "best", "epoch": 0, "sha256": "../../etc/passwd", "bytes": 1}, "sha256"),
            ("checkpoint", {"kind": "best", "epoch": 0, "sha256": SHA, "bytes": 1}, "sha256"),
            ("log", {"level": "loud", "message": "!"}, "level"),
            ("result", {"accuracy": float("inf")}, ""),
            ("result", {"text": "\ud800"}, ""),
            ("result", {"deep": nested(300)}, ""),
            ("status", {"status": "completed"}, "/type"),
            ("end", {"outcome": "vanished"}, "outcome"),
        ],
    )
    def test_a_wrong_entry_is_refused_by_pointer_and_nothing_of_its_batch_is_stored(
        self, server: Server, kind: str, data: dict[str, Any], pointer: str
    ) -> None:
        attempt = server.running()
        before = server.read(attempt.run)
        good = attempt.entry("epoch", **EPOCH)
        body = problem(attempt.post(good, attempt.entry(kind, **data)), 422, "invalid-input")
        where = f"/entries/1{pointer}" if pointer.startswith("/") else f"/entries/1/data/{pointer}".rstrip("/")
        assert [error["pointer"] for error in body["errors"]] == [where]
        assert server.read(attempt.run) == before
        assert attempt.post(good).json() == {"n": 1}

    def test_a_name_that_no_text_can_hold_is_refused(self, server: Server) -> None:
        attempt = server.running()
        for data in ({"\ud800": 1}, {"metrics": {"\ud800": 1}}):
            problem(attempt.post(attempt.entry("epoch", **data)), 422, "invalid-input")

    def test_an_unknown_type_is_refused(self, server: Server) -> None:
        attempt = server.running()
        body = problem(attempt.post(attempt.entry("gossip")), 422, "invalid-input")
        assert body["errors"][0]["pointer"] == "/entries/0/type"

    def test_a_body_that_is_no_json_is_refused(self, server: Server) -> None:
        attempt = server.running()
        headers = {"Authorization": f"Bearer {attempt.assignment.token}", "Content-Type": "application/json"}
        answer = server.http.post(f"{attempt.path}/events", content=b'{"entries": [', headers=headers)
        problem(answer, 400, "malformed-body")


class TestExactlyOnce:
    """Batches that come twice, overlap, or leave a gap."""

    def batch(self, attempt: Attempt, count: int) -> list[dict[str, Any]]:
        return [attempt.entry("epoch", **{**EPOCH, "epoch": number}) for number in range(count)]

    def test_a_batch_that_comes_twice_counts_once(self, server: Server) -> None:
        attempt = server.running()
        batch = self.batch(attempt, 5)
        assert [attempt.post(*batch).json() for _ in range(3)] == [{"n": 5}] * 3
        attempt.end()
        assert [event["type"] for event in server.events(attempt.run)].count("epoch") == 5
        assert server.http.get(f"{RUNS}/{attempt.run}/history").json()["epoch"] == [0, 1, 2, 3, 4]

    def test_batches_that_overlap_are_joined(self, server: Server) -> None:
        attempt = server.running()
        batch = self.batch(attempt, 6)
        answers = [attempt.post(*batch[:3]), attempt.post(*batch[1:5]), attempt.post(*batch[2:6])]
        assert [answer.json()["n"] for answer in answers] == [3, 5, 6]
        attempt.end()
        epochs = [event["data"]["epoch"] for event in server.events(attempt.run) if event["type"] == "epoch"]
        assert epochs == [0, 1, 2, 3, 4, 5]

    def test_an_older_batch_changes_nothing(self, server: Server) -> None:
        attempt = server.running()
        batch = self.batch(attempt, 4)
        attempt.post(*batch)
        assert attempt.post(*batch[:2]).json() == {"n": 4}

    def test_a_gap_is_refused_and_says_what_must_come(self, server: Server) -> None:
        attempt = server.running()
        batch = self.batch(attempt, 4)
        attempt.post(*batch[:1])
        body = problem(attempt.post(*batch[2:]), 422, "invalid-input")
        assert body["errors"] == [{"pointer": "/entries/0/n", "code": "gap", "detail": body["detail"]}]
        assert "Send entry 2 next" in body["detail"]
        problem(attempt.post(batch[1], batch[3]), 422, "invalid-input")
        assert attempt.post(*batch[1:]).json() == {"n": 4}

    def test_an_empty_batch_tells_up_to_where_all_is_stored(self, server: Server) -> None:
        attempt = server.running()
        attempt.post(*self.batch(attempt, 2))
        assert attempt.post().json() == {"n": 2}

    def test_the_same_batch_from_many_threads_counts_once(self, server: Server) -> None:
        attempt = server.running()
        batch = self.batch(attempt, 20)
        waiting = [beside(lambda: attempt.post(*batch).json()) for _ in range(8)]
        assert [wait() for wait in waiting] == [{"n": 20}] * 8
        attempt.end()
        assert len(server.events(attempt.run)) == 3 + 20 + 1


class TestFencing:
    """Only the run's own attempt may write, and only with its token."""

    def test_a_wrong_token_is_refused(self, server: Server) -> None:
        attempt = server.running()
        problem(attempt.post(attempt.entry("epoch", **EPOCH), token="x" * 32), 401, "unauthorized")
        problem(attempt.post(attempt.entry("epoch", **EPOCH), token=server.settings.worker_secret), 401, "unauthorized")
        problem(server.http.post(f"{attempt.path}/events", json={"entries": []}), 401, "unauthorized")

    @pytest.mark.parametrize("number", ["x", "-1", "1.5", "1e2", "%D9%A1", "9" * 20])
    def test_what_is_no_attempts_number_is_refused_by_name(self, server: Server, number: str) -> None:
        attempt = server.running()
        headers = {"Authorization": f"Bearer {attempt.assignment.token}"}
        path = f"/api/worker/runs/{attempt.run}/attempts/{number}/events"
        body = problem(server.http.post(path, json={"entries": []}, headers=headers), 422, "invalid-input")
        assert [error["pointer"] for error in body["errors"]] == ["/path/attempt"]

    def test_the_token_of_one_run_does_not_open_another(self, server: Server) -> None:
        server.create()
        server.create()
        worker = server.worker(slots=2)
        worker.sync()
        one, other = worker.attempts
        problem(one.post(one.entry("epoch", **EPOCH), token=other.assignment.token), 401, "unauthorized")

    def test_an_attempt_that_another_follows_is_stale_in_every_call(self, server: Server) -> None:
        old = server.running()
        old.end("released")
        new = server.worker("another").claim()
        assert new.number == 2
        for answer in (old.post(old.entry("epoch", **EPOCH)), old.upload(b"model")):
            assert "Stop this attempt" in problem(answer, 409, "stale-attempt")["detail"]
        assert server.worker("worker-1").sync(attempts=[old.ref.model_dump()]).stale == [old.ref]
        new.epoch(0, loss=0.5)

    def test_attempts_of_ended_and_of_unknown_runs_are_stale(self, server: Server) -> None:
        attempt = server.running()
        attempt.end()
        problem(attempt.post(attempt.entry("log", level="info", message="late")), 409, "stale-attempt")
        server.http.delete(f"{RUNS}/{attempt.run}")
        problem(attempt.post(), 409, "stale-attempt")

    def test_an_attempt_goes_on_after_the_server_has_started_again(self, make_server: MakeServer) -> None:
        attempt = make_server().running()
        attempt.epoch(0, loss=0.5)
        again = make_server()
        attempt.worker.server = again
        reply = attempt.worker.sync()
        assert (reply.stale, reply.cancel, reply.start) == ([], [], [])
        attempt.epoch(1, loss=0.4)
        attempt.end()
        assert again.http.get(f"{RUNS}/{attempt.run}/history").json()["history"] == {"loss": [0.5, 0.4]}


def test_a_thousand_entries_fit_into_one_call_and_more_do_not(server: Server) -> None:
    attempt = server.running()
    batch = [attempt.entry("log", level="info", message=str(number)) for number in range(1001)]
    assert len(json.dumps(batch)) < 1 << 20
    body = problem(attempt.post(*batch), 422, "invalid-input")
    assert body["errors"][0]["pointer"] == "/entries"
    assert attempt.post(*batch[:1000]).json() == {"n": 1000}
