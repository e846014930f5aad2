"""Leases: an attempt that no worker names for 20 seconds is given up, not a moment earlier. The clock is ours."""

import pytest

from app.executors.local import LocalPool
from app.room import Room
from app.runs import events, lifecycle
from app.scheduler import Scheduler
from jobs.protocol import AttemptRef, SyncReply, SyncRequest, now
from tests.app.server import RUNS, Server

STEP = 2.0
LEASE_SECONDS = LocalPool.patience


class Ward:
    """A scheduler over a server's own database, with a clock that stands until it is put on."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.seconds = 1000.0
        self.restart()

    def restart(self) -> None:
        """Forget all leases, as a new process does."""
        database = self.server.board.database
        self.pool = LocalPool(database, now, lambda: self.seconds)
        self.scheduler = Scheduler(database, self.pool, Room(lambda: 0), now, lambda: self.seconds)

    def sync(self, worker: str, *attempts: AttemptRef, free: int = 1) -> SyncReply:
        """A worker's call, answered at once."""
        request = SyncRequest(worker=worker, slots=2, free=free, attempts=list(attempts), hold=0)
        reply = self.server.call(self.pool.sync, request)
        assert isinstance(reply, SyncReply)
        return reply

    def pass_by(self, seconds: float) -> None:
        """Let time go by, looking at the leases as often as the server does."""
        until = self.seconds + seconds
        while self.seconds < until:
            self.seconds = min(self.seconds + STEP, until)
            self.server.call(self.scheduler.check)

    def take(self) -> AttemptRef:
        """A new run, taken by the worker ``w`` of which something was reported."""
        self.server.create()
        start = self.sync("w").start[0]
        headers = {"Authorization": f"Bearer {start.token}"}
        entry = {"n": 1, "type": "stage", "time": now().isoformat(), "data": {"stage": "fit", "state": "started"}}
        path = f"/api/worker/runs/{start.run}/attempts/{start.attempt}/events"
        assert self.server.http.post(path, json={"entries": [entry]}, headers=headers).status_code == 200
        return AttemptRef(run=start.run, attempt=start.attempt)

    def status(self, attempt: AttemptRef) -> tuple[str, str | None]:
        """Status and reason of the attempt's run."""
        run = self.server.read(attempt.run)
        return run["status"], run["reason"]


@pytest.fixture
def ward(server: Server) -> Ward:
    """A scheduler with a clock of its own."""
    return Ward(server)


def test_a_silent_worker_loses_its_run_after_twenty_seconds_and_not_before(ward: Ward) -> None:
    attempt = ward.take()
    ward.pass_by(LEASE_SECONDS - 0.001)
    assert ward.status(attempt) == ("running", None)
    ward.pass_by(0.001)
    assert ward.status(attempt) == ("queued", "lost-contact")


def test_what_was_reported_before_is_kept(ward: Ward) -> None:
    attempt = ward.take()
    ward.pass_by(LEASE_SECONDS)
    with ward.server.board.database.read() as session:
        found = events.after(session, lifecycle.find(session, attempt.run))
    types = [event.type for event in found]
    assert types == ["status", "log", "status", "stage", "status"]


def test_a_worker_that_names_its_attempt_keeps_it(ward: Ward) -> None:
    attempt = ward.take()
    for _ in range(10):
        ward.pass_by(LEASE_SECONDS - 1)
        assert ward.sync("w", attempt).stale == []
    assert ward.status(attempt) == ("running", None)


def test_a_worker_that_calls_and_does_not_name_it_loses_it(ward: Ward) -> None:
    attempt = ward.take()
    for _ in range(4):
        ward.sync("w", free=0)
        ward.pass_by(LEASE_SECONDS / 4)
    assert ward.status(attempt) == ("queued", "lost-contact")


def test_another_worker_cannot_keep_it(ward: Ward) -> None:
    attempt = ward.take()
    for _ in range(4):
        assert ward.sync("other", attempt, free=0).stale == [attempt]
        ward.pass_by(LEASE_SECONDS / 4)
    assert ward.status(attempt) == ("queued", "lost-contact")


def test_the_run_goes_to_another_worker_as_a_new_attempt(ward: Ward) -> None:
    run = ward.server.create()["id"]
    first = ward.sync("w").start[0]
    ward.pass_by(LEASE_SECONDS)
    assert (ward.server.read(run)["status"], ward.server.read(run)["reason"]) == ("queued", "lost-contact")
    second = ward.sync("other").start[0]
    assert (second.run, second.attempt) == (run, first.attempt + 1)


def test_as_often_as_it_takes(ward: Ward) -> None:
    run = ward.server.create()["id"]
    for number in range(12):
        assert ward.sync(f"w{number}").start[0].attempt == number + 1
        ward.pass_by(LEASE_SECONDS)
    assert (ward.server.read(run)["status"], ward.server.read(run)["reason"]) == ("queued", "lost-contact")


def test_a_lost_run_that_was_to_pause_is_paused(ward: Ward) -> None:
    attempt = ward.take()
    ward.server.http.post(f"{RUNS}/{attempt.run}/pause")
    ward.pass_by(LEASE_SECONDS)
    assert ward.status(attempt) == ("paused", "paused")


def test_a_lost_run_that_was_to_be_canceled_is_canceled(ward: Ward) -> None:
    attempt = ward.take()
    ward.server.http.post(f"{RUNS}/{attempt.run}/cancel")
    ward.pass_by(LEASE_SECONDS)
    assert ward.status(attempt) == ("canceled", "canceled")


def test_after_a_restart_of_the_server_a_worker_has_a_full_lease_to_come_back(ward: Ward) -> None:
    attempt = ward.take()
    ward.pass_by(LEASE_SECONDS - 1)
    ward.restart()
    ward.pass_by(LEASE_SECONDS - 0.001)
    assert ward.sync("w", attempt).stale == []
    ward.pass_by(LEASE_SECONDS - 0.001)
    assert ward.status(attempt) == ("running", None)
    ward.restart()
    ward.pass_by(LEASE_SECONDS)
    assert ward.status(attempt) == ("queued", "lost-contact")


def test_after_the_server_stood_still_too(ward: Ward) -> None:
    attempt = ward.take()
    ward.seconds += 3600
    ward.server.call(ward.scheduler.check)
    assert ward.status(attempt) == ("running", None)
    ward.pass_by(LEASE_SECONDS - 0.001)
    assert ward.status(attempt) == ("running", None)
    ward.pass_by(0.001)
    assert ward.status(attempt) == ("queued", "lost-contact")


def test_a_lost_attempt_that_comes_back_is_told_to_stop(ward: Ward) -> None:
    attempt = ward.take()
    ward.pass_by(LEASE_SECONDS)
    assert ward.sync("w", attempt, free=0).stale == [attempt]


def test_workers_are_known_as_long_as_they_call(ward: Ward) -> None:
    ward.sync("w")
    assert [worker.name for worker in ward.pool.workers] == ["w"]
    ward.pass_by(LEASE_SECONDS)
    assert ward.pool.workers == []
