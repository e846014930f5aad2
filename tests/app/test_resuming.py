"""Interrupted runs: what they resume from, how often, and that what is trained again leaves no second trace."""

from typing import Any

import pytest

from app.runs.ending import MOST_DEATHS
from tests.app.conftest import MakeServer
from tests.app.server import RUNS, Attempt, Server, digest, problem

KILLED = {"title": "The training was killed", "detail": "By signal 9, likely out of memory."}


def died(attempt: Attempt, reason: str = "killed") -> None:
    attempt.end("died", reason=reason, error=KILLED)


def state(server: Server, run: str) -> tuple[str, str | None]:
    found = server.read(run)
    return found["status"], found["reason"]


def epochs(server: Server, run: str) -> list[int]:
    """The epochs of an ended run's events, as they came."""
    return [one["data"]["epoch"] for one in server.events(run) if one["type"] == "epoch"]


class TestGenerations:
    """Saved states: the newest two are kept, for the next attempt and nobody else."""

    def files(self, server: Server, run: str) -> set[str]:
        return {path.stem for path in (server.settings.data_dir / "runs" / run / "checkpoints").iterdir()}

    def test_a_run_that_begins_has_none(self, server: Server) -> None:
        assert server.running().assignment.generations == []

    def test_the_next_attempt_is_given_the_newest_two(self, server: Server) -> None:
        attempt = server.running()
        for epoch, content in enumerate((b"zero", b"one", b"two")):
            attempt.save(content, "generation", epoch)
        attempt.end("released")
        given = server.worker("another").claim().assignment.generations
        assert [(one.kind, one.epoch, one.sha256, one.bytes) for one in given] == [
            ("generation", 2, digest(b"two"), 3),
            ("generation", 1, digest(b"one"), 3),
        ]
        assert self.files(server, attempt.run) == {digest(b"one"), digest(b"two")}

    def test_one_that_is_announced_again_does_not_push_the_other_out(self, server: Server) -> None:
        attempt = server.running()
        attempt.save(b"zero", "generation", 0)
        attempt.save(b"one", "generation", 1)
        attempt.save(b"one", "generation", 1)
        attempt.end("released")
        assert [one.epoch for one in server.worker().claim().assignment.generations] == [1, 0]
        assert self.files(server, attempt.run) == {digest(b"zero"), digest(b"one")}

    def test_nobody_else_sees_them(self, server: Server) -> None:
        attempt = server.running()
        attempt.epoch(0, loss=0.5)
        attempt.save(b"model", "last", 0)
        attempt.save(b"state", "generation", 1)
        attempt.save(b"later", "generation", 1)
        attempt.end()
        listed = server.http.get(f"{RUNS}/{attempt.run}/checkpoints").json()["items"]
        assert [one["kind"] for one in listed] == ["last"]
        problem(server.http.get(f"{RUNS}/{attempt.run}/checkpoints/generation"), 422, "invalid-input")
        assert [one["data"]["kind"] for one in server.events(attempt.run) if one["type"] == "checkpoint"] == ["last"]
        assert digest(b"later") not in server.http.get(f"/runs/{attempt.run}", headers={"Accept": "text/html"}).text

    def test_one_that_was_not_uploaded_is_refused(self, server: Server) -> None:
        attempt = server.running()
        entry = attempt.entry("checkpoint", kind="generation", epoch=1, sha256=digest(b"never sent"), bytes=3)
        assert "was not uploaded" in problem(attempt.post(entry), 422, "invalid-input")["detail"]

    def test_they_outlive_a_restart_and_go_with_the_run(self, make_server: MakeServer) -> None:
        server = make_server()
        attempt = server.running()
        attempt.save(b"zero", "generation", 0)
        attempt.save(b"one", "generation", 1)
        attempt.end("canceled")
        again = make_server()
        assert self.files(again, attempt.run) == {digest(b"zero"), digest(b"one")}
        assert again.http.delete(f"{RUNS}/{attempt.run}").status_code == 204
        assert not (again.settings.data_dir / "runs" / attempt.run).exists()


class TestFetching:
    """A generation's bytes: for the attempt that owns the run."""

    def test_both_can_be_fetched(self, server: Server) -> None:
        first = server.running()
        first.save(b"zero", "generation", 0)
        first.save(b"one", "generation", 1)
        first.end("released")
        attempt = server.worker().claim()
        for content in (b"one", b"zero"):
            answer = attempt.fetch(digest(content))
            assert (answer.status_code, answer.content) == (200, content)

    def test_an_unknown_one_is_not_there(self, server: Server) -> None:
        attempt = server.running()
        attempt.save(b"model", "best", 0)
        problem(attempt.fetch(digest(b"nothing")), 404, "not-found")
        problem(attempt.fetch(digest(b"model")), 404, "not-found")

    def test_one_whose_file_is_gone_is_not_there(self, server: Server) -> None:
        attempt = server.running()
        attempt.save(b"one", "generation", 1)
        server.board.files.checkpoint(attempt.run, digest(b"one")).unlink()
        problem(attempt.fetch(digest(b"one")), 404, "not-found")

    def test_a_stale_attempt_gets_nothing(self, server: Server) -> None:
        attempt = server.running()
        attempt.save(b"one", "generation", 1)
        attempt.end("released")
        problem(attempt.fetch(digest(b"one")), 409, "stale-attempt")
        server.worker().claim()
        problem(attempt.fetch(digest(b"one")), 409, "stale-attempt")

    def test_another_token_gets_nothing(self, server: Server) -> None:
        attempt = server.running()
        attempt.save(b"one", "generation", 1)
        problem(attempt.fetch(digest(b"one"), token="of somebody else"), 401, "unauthorized")


class TestSeams:
    """Where an attempt went on from: remembered on the run, and told."""

    def test_an_attempt_that_goes_on_leaves_a_seam(self, server: Server) -> None:
        attempt = server.running()
        attempt.epoch(0, loss=0.5)
        attempt.save(b"one", "generation", 1)
        attempt.end("released")
        again = server.worker().claim()
        assert server.read(attempt.run)["seams"] == [1]
        again.end()
        running = [one["data"] for one in server.events(attempt.run) if one["data"].get("status") == "running"]
        assert [one.get("resumed_at") for one in running] == [None, 1]

    def test_one_that_begins_anew_leaves_none(self, server: Server) -> None:
        attempt = server.running()
        attempt.save(b"zero", "generation", 0)
        attempt.end("released")
        server.worker().claim()
        assert server.read(attempt.run)["seams"] == []

    def test_several_stand_in_order_and_each_once(self, server: Server) -> None:
        attempt = server.running()
        for epoch in (4, 4, 7):
            attempt.save(f"{epoch}".encode(), "generation", epoch)
            attempt.end("released")
            attempt = server.worker().claim()
        assert server.read(attempt.run)["seams"] == [4, 7]


class TestDeaths:
    """A child that dies by itself: tried again, but not for ever. Other deaths don't count."""

    @pytest.mark.parametrize("reason", ["killed", "hung"])
    def test_the_run_goes_back_to_the_queue_and_says_why(self, server: Server, reason: str) -> None:
        attempt = server.running()
        died(attempt, reason)
        assert state(server, attempt.run) == ("queued", reason)
        again = server.worker().claim()
        assert again.number == 2
        again.end()
        logged = [one["data"] for one in server.events(attempt.run) if one["type"] == "log"]
        assert logged[-1]["level"] == "warning"
        assert KILLED["detail"] in logged[-1]["message"]

    def test_the_third_in_a_row_is_the_last(self, server: Server) -> None:
        attempt = server.running()
        for _ in range(MOST_DEATHS - 1):
            died(attempt)
            attempt = server.worker().claim()
        died(attempt)
        found = server.read(attempt.run)
        assert (found["status"], found["reason"], found["error"]) == ("failed", "killed", KILLED)

    def test_a_generation_that_goes_further_starts_the_count_anew(self, server: Server) -> None:
        attempt = server.running()
        for epoch in range(2 * MOST_DEATHS):
            attempt.save(f"{epoch}".encode(), "generation", epoch)
            died(attempt)
            attempt = server.worker().claim()
        assert state(server, attempt.run) == ("running", None)

    def test_a_generation_that_goes_no_further_does_not(self, server: Server) -> None:
        attempt = server.running()
        attempt.save(b"four", "generation", 4)
        for number in range(MOST_DEATHS - 1):
            attempt.save(f"{number}".encode(), "generation", 4 - number)
            died(attempt)
            attempt = server.worker().claim()
        attempt.save(b"four, once more", "generation", 4)
        died(attempt)
        assert state(server, attempt.run) == ("failed", "killed")

    def test_deaths_of_workers_do_not_count(self, server: Server) -> None:
        attempt = server.running()
        for reason in ("worker-died", "worker-stopped") * 6:
            attempt.end("released", reason=reason)
            assert state(server, attempt.run) == ("queued", reason)
            attempt = server.worker().claim()
        died(attempt)
        assert state(server, attempt.run) == ("queued", "killed")

    def test_what_was_canceled_is_canceled_and_what_shall_pause_is_paused(self, server: Server) -> None:
        for asked, became in (("cancel", "canceled"), ("pause", "paused")):
            attempt = server.running()
            server.http.post(f"{RUNS}/{attempt.run}/{asked}")
            died(attempt)
            assert state(server, attempt.run) == (became, became)

    def test_nan_and_wrong_parameters_are_not_tried_again(self, server: Server) -> None:
        attempt = server.running()
        attempt.end("failed", reason="diverged", error=KILLED)
        assert state(server, attempt.run) == ("failed", "diverged")


class TestReplays:
    """Epochs trained again: each metric recorded once, and a difference told."""

    def again(self, server: Server, **first: float | None) -> Attempt:
        """A run whose second attempt trains epoch 1 again, of which the first told these values."""
        attempt = server.running()
        attempt.epoch(0, loss=0.5)
        best = {"epoch": 1, "monitor": "loss", "value": 0.25}
        attempt.tell("epoch", epoch=1, metrics=first, seconds=0.1, eta_seconds=3.0, best=best)
        attempt.epoch(2, loss=0.2)
        attempt.save(b"one", "generation", 1)
        attempt.end("released")
        return server.worker().claim()

    def test_the_same_values_leave_no_trace(self, server: Server) -> None:
        attempt = self.again(server, loss=0.1 + 0.2, accuracy=None)
        before = server.read(attempt.run)
        attempt.epoch(1, loss=0.1 + 0.2, accuracy=None)
        assert {**server.read(attempt.run), "eta_seconds": None} == {**before, "eta_seconds": None}
        attempt.epoch(2, loss=0.2)
        attempt.epoch(3, loss=0.1)
        attempt.end()
        assert epochs(server, attempt.run) == [0, 1, 2, 3]
        found = server.read(attempt.run)
        assert (found["epoch"], found["last"], found["irreproducible"]) == (3, {"loss": 0.1}, None)
        history = server.http.get(f"{RUNS}/{attempt.run}/history").json()
        assert history["epoch"] == [0, 1, 2, 3]
        assert history["history"]["loss"] == [0.5, 0.1 + 0.2, 0.2, 0.1]

    @pytest.mark.parametrize(
        ("first", "second", "found"),
        [
            ({"loss": 0.3}, {"loss": 0.1 + 0.2}, {"metric": "loss", "stored": 0.3, "replayed": 0.1 + 0.2}),
            ({"loss": 0.3}, {"loss": None}, {"metric": "loss", "stored": 0.3, "replayed": None}),
            ({"loss": None}, {"loss": 0.3}, {"metric": "loss", "stored": None, "replayed": 0.3}),
            ({"loss": 0.3, "mae": 1}, {"loss": 0.3}, {"metric": "mae", "stored": 1, "replayed": None}),
        ],
    )
    def test_other_values_are_told_and_change_nothing(
        self, server: Server, first: dict[str, Any], second: dict[str, Any], found: dict[str, Any]
    ) -> None:
        attempt = self.again(server, **first)
        history = server.http.get(f"{RUNS}/{attempt.run}/history").json()
        attempt.epoch(1, **second)
        assert server.read(attempt.run)["irreproducible"] == {"epoch": 1, **found}
        assert server.http.get(f"{RUNS}/{attempt.run}/history").json() == history
        attempt.end()
        assert epochs(server, attempt.run) == [0, 1, 2]
        errors = [one["data"]["message"] for one in server.events(attempt.run) if one["data"].get("level") == "error"]
        assert len(errors) == 1
        assert f"epoch 2 was trained again after an interruption, and its {found['metric']}" in errors[0]

    def test_the_first_difference_is_told_and_no_other(self, server: Server) -> None:
        attempt = self.again(server, loss=0.3)
        attempt.post(
            attempt.entry("epoch", epoch=1, metrics={"loss": 0.4}, seconds=1),
            attempt.entry("epoch", epoch=2, metrics={"loss": 0.4}, seconds=1),
        )
        attempt.epoch(2, loss=0.6)
        assert server.read(attempt.run)["irreproducible"]["epoch"] == 1
        attempt.end()
        assert [one["data"].get("level") for one in server.events(attempt.run)].count("error") == 1

    def test_what_was_told_in_the_same_batch_counts_as_told(self, server: Server) -> None:
        attempt = server.running()
        told = [(0, 0.5), (1, 0.4), (0, 0.5), (2, 0.3), (2, 0.35), (1, 0.4)]
        answer = attempt.post(
            *(attempt.entry("epoch", epoch=epoch, metrics={"loss": loss}, seconds=1) for epoch, loss in told)
        )
        assert answer.json() == {"n": len(told)}
        attempt.end()
        assert epochs(server, attempt.run) == [0, 1, 2]
        found = server.read(attempt.run)["irreproducible"]
        assert found == {"epoch": 2, "metric": "loss", "stored": 0.3, "replayed": 0.35}

    def test_an_epoch_that_was_left_out_is_told_once(self, server: Server) -> None:
        attempt = server.running()
        attempt.epoch(0, loss=0.5)
        attempt.epoch(2, loss=0.3)
        for _ in range(2):
            attempt.post(*(attempt.entry("epoch", epoch=1, metrics={"loss": 0.4}, seconds=1) for _ in range(2)))
        found = server.read(attempt.run)
        assert (found["epoch"], found["last"], found["irreproducible"]) == (2, {"loss": 0.3}, None)
        attempt.end()
        assert epochs(server, attempt.run) == [0, 2, 1]
        assert server.http.get(f"{RUNS}/{attempt.run}/history").json()["history"]["loss"] == [0.5, 0.4, 0.3]

    def test_its_progress_is_not_shown(self, server: Server) -> None:
        attempt = self.again(server, loss=0.3)
        for epoch in (1, 2, 3):
            attempt.tell("progress", epoch=epoch, step=1, steps=2)
        attempt.end()
        assert [one["data"]["epoch"] for one in server.events(attempt.run) if one["type"] == "progress"] == [3]

    def test_a_long_history_is_compared_beyond_what_is_packed(self, server: Server) -> None:
        attempt = server.running()
        batch = [attempt.entry("epoch", epoch=one, metrics={"loss": one / 7}, seconds=1) for one in range(1000)]
        assert attempt.post(*batch).status_code == 200
        batch = [attempt.entry("epoch", epoch=1000 + one, metrics={"loss": one / 7}, seconds=1) for one in range(300)]
        assert attempt.post(*batch).status_code == 200
        attempt.end("released")
        again = server.worker().claim()
        batch = [again.entry("epoch", epoch=one, metrics={"loss": one / 7}, seconds=1) for one in range(900, 1000)]
        batch += [again.entry("epoch", epoch=1000 + one, metrics={"loss": one / 7}, seconds=1) for one in range(350)]
        assert again.post(*batch).status_code == 200
        found = server.read(attempt.run)
        assert (found["epoch"], found["irreproducible"]) == (1349, None)
        again.epoch(3, loss=0.5)
        assert server.read(attempt.run)["irreproducible"]["stored"] == 3 / 7
        again.end()
        assert epochs(server, attempt.run) == list(range(1350))
