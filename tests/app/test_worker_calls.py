"""The worker's calls: claiming, reporting entries exactly once, uploading checkpoints, being told to stop."""

import json
from functools import partial
from time import monotonic
from typing import Any

import pytest

from tests.app.conftest import MakeServer
from tests.app.server import RUNS, Attempt, Server, beside, digest, problem

SOON = 0.5
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

    @staticmethod
    def until_known(server: Server, device: str | None = None) -> None:
        """Wait until the server knows the worker, by asking it over and over."""
        while True:
            workers = server.http.get("/health").json()["workers"]
            if any(device is None or device in one["devices"] for one in workers):
                return


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


class TestUploads:
    """Checkpoints: stored by their hash, visible with their entry, removed when nothing names them."""

    def files(self, server: Server, attempt: Attempt) -> set[str]:
        folder = server.settings.data_dir / "runs" / attempt.run / "checkpoints"
        return {path.name for path in folder.iterdir()} if folder.exists() else set()

    def test_a_checkpoint_is_seen_with_its_entry_and_not_before(self, server: Server) -> None:
        attempt = server.running()
        assert attempt.upload(b"model").status_code == 204
        problem(server.http.get(f"{RUNS}/{attempt.run}/checkpoints/best"), 404, "no-checkpoint")
        attempt.tell(
            "checkpoint", kind="best", epoch=3, monitor="val_loss", value=0.5, sha256=digest(b"model"), bytes=5
        )
        assert server.http.get(f"{RUNS}/{attempt.run}/checkpoints/best").content == b"model"

    def test_bytes_that_do_not_have_the_announced_digest_are_refused_and_not_kept(self, server: Server) -> None:
        attempt = server.running()
        body = problem(attempt.upload(b"model", sha256=digest(b"another")), 422, "invalid-input")
        assert digest(b"model") in body["detail"]
        assert digest(b"another") in body["detail"]
        assert self.files(server, attempt) == set()

    @pytest.mark.parametrize("sha256", ["", "abc", "Z" * 64, "../" * 20])
    def test_what_is_no_digest_is_refused(self, server: Server, sha256: str) -> None:
        attempt = server.running()
        answer = attempt.upload(b"model", sha256=sha256 or " ")
        assert problem(answer, 422, "invalid-input")["errors"][0]["pointer"] == "/header/x-content-sha256"

    def test_an_unknown_kind_is_refused(self, server: Server) -> None:
        attempt = server.running()
        problem(attempt.upload(b"model", kind="worst"), 422, "invalid-input")

    def test_an_entry_whose_bytes_are_not_the_uploads_is_refused(self, server: Server) -> None:
        attempt = server.running()
        attempt.upload(b"model")
        answer = attempt.post(attempt.entry("checkpoint", kind="best", epoch=0, sha256=digest(b"model"), bytes=6))
        assert "5 bytes, not 6" in problem(answer, 422, "invalid-input")["detail"]

    def test_a_newer_checkpoint_takes_the_place_of_the_older_and_its_file_goes(self, server: Server) -> None:
        attempt = server.running()
        attempt.save(b"one")
        attempt.save(b"two", epoch=1)
        assert self.files(server, attempt) == {f"{digest(b'two')}.keras"}

    def test_two_in_one_batch_leave_one_file(self, server: Server) -> None:
        attempt = server.running()
        for content in (b"one", b"two"):
            assert attempt.upload(content).status_code == 204
        batch = [
            attempt.entry("checkpoint", kind="best", epoch=0, sha256=digest(content), bytes=3)
            for content in (b"one", b"two")
        ]
        assert attempt.post(*batch).json() == {"n": 2}
        assert self.files(server, attempt) == {f"{digest(b'two')}.keras"}

    def test_a_batch_that_comes_again_after_its_file_was_replaced_is_acknowledged(self, server: Server) -> None:
        attempt = server.running()
        attempt.upload(b"one")
        first = attempt.entry("checkpoint", kind="best", epoch=0, sha256=digest(b"one"), bytes=3)
        attempt.post(first)
        attempt.save(b"two", epoch=1)
        assert attempt.post(first).json() == {"n": 2}

    def test_a_file_that_best_and_last_share_stays_while_either_names_it(self, server: Server) -> None:
        attempt = server.running()
        attempt.save(b"one", "best")
        attempt.save(b"one", "last")
        attempt.save(b"two", "last", epoch=1)
        assert self.files(server, attempt) == {f"{digest(b'one')}.keras", f"{digest(b'two')}.keras"}
        attempt.save(b"two", "best", epoch=1)
        assert self.files(server, attempt) == {f"{digest(b'two')}.keras"}

    def test_what_a_crash_left_behind_is_tidied_at_the_next_start_and_nothing_else(
        self, make_server: MakeServer
    ) -> None:
        server = make_server()
        done, going = server.running(), server.running()
        for attempt in (done, going):
            attempt.save(b"kept")
            attempt.upload(b"never named")
            (server.settings.data_dir / f"runs/{attempt.run}/checkpoints/.receiving-1").touch()
        done.end()
        strange = server.settings.data_dir / "runs" / "somebodyelses"
        (strange / "checkpoints").mkdir(parents=True)
        (server.settings.data_dir / "runs" / ".deleted-abc" / "checkpoints").mkdir(parents=True)
        again = make_server()
        assert self.files(again, done) == {f"{digest(b'kept')}.keras"}
        assert len(self.files(again, going)) == 3
        assert {path.name for path in strange.parent.iterdir()} == {"somebodyelses", done.run, going.run}

    def test_large_bodies_are_taken(self, server: Server) -> None:
        attempt = server.running()
        content = bytes(range(256)) * 20_000
        attempt.save(content)
        assert server.http.get(f"{RUNS}/{attempt.run}/checkpoints/best").content == content


def test_a_thousand_entries_fit_into_one_call_and_more_do_not(server: Server) -> None:
    attempt = server.running()
    batch = [attempt.entry("log", level="info", message=str(number)) for number in range(1001)]
    assert len(json.dumps(batch)) < 1 << 20
    body = problem(attempt.post(*batch), 422, "invalid-input")
    assert body["errors"][0]["pointer"] == "/entries"
    assert attempt.post(*batch[:1000]).json() == {"n": 1000}
