"""The life of a run: which status follows which, whoever calls in whatever order."""

import json
import tempfile
from contextlib import ExitStack
from itertools import pairwise, product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule, run_state_machine_as_test
from sqlalchemy import select

from app.models import Run, Status
from app.runs import events, lifecycle
from app.settings import Settings
from jobs.protocol import now
from tests.app.conftest import fill
from tests.app.server import RUNS, Attempt, Server, serving

LEGAL = {
    ("queued", "running"),
    ("queued", "canceled"),
    ("running", "completed"),
    ("running", "failed"),
    ("running", "canceled"),
    ("running", "queued"),
    ("running", "paused"),
    ("paused", "queued"),
    ("paused", "canceled"),
}


def test_the_table_names_every_status() -> None:
    assert set(lifecycle.TRANSITIONS) == set(Status)
    assert {(one, other) for one, others in lifecycle.TRANSITIONS.items() for other in others} == LEGAL


def test_what_has_ended_stays_ended() -> None:
    assert {status for status in Status if status.ended} == {Status.COMPLETED, Status.FAILED, Status.CANCELED}
    assert all(not lifecycle.TRANSITIONS[status] for status in Status if status.ended)


@pytest.mark.parametrize(("before", "after"), list(product(Status, Status)))
def test_a_change_that_is_not_in_the_table_raises_and_changes_nothing(
    shared: Server, before: Status, after: Status
) -> None:
    run_id = shared.create()["id"]
    database = shared.board.database

    def put(session: Any) -> None:
        session.scalar(select(Run).where(Run.id == run_id)).status = str(before)

    def change(session: Any) -> None:
        lifecycle.change_status(session, lifecycle.find(session, run_id), after, now())

    database.write(put)
    if (before, after) in LEGAL:
        database.write(change)
        assert shared.read(run_id)["status"] == after
    else:
        with pytest.raises(lifecycle.IllegalTransition, match=f"cannot go from {before} to {after}"):
            database.write(change)
        assert shared.read(run_id)["status"] == before
    database.write(lambda session: session.delete(lifecycle.find(session, run_id)))


class Life(RuleBasedStateMachine):
    """Scripts and workers, in any order that they may come up with."""

    folder: Path
    attempts = Bundle("attempts")
    runs = Bundle("runs")

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        data = Path(tempfile.mkdtemp(dir=self.folder))
        self.server = self.stack.enter_context(serving(Settings(data_dir=fill(data, self.folder), downloads=False)))
        self.workers = [self.server.worker(f"worker-{number}", slots=2) for number in range(3)]
        self.model: dict[str, str] = {}
        self.number: dict[str, int] = {}

    def teardown(self) -> None:
        self.stack.close()

    @rule(target=runs)
    def create(self) -> str:
        run: str = self.server.create()["id"]
        self.model[run] = "queued"
        self.number[run] = 0
        return run

    @rule(target=attempts, worker=st.integers(0, 2))
    def claim(self, worker: int) -> Attempt | None:
        waiting = [run for run, status in self.model.items() if status == "queued"]
        free = self.workers[worker].slots - len(self.workers[worker].attempts) > 0
        reply = self.workers[worker].sync(free=1 if free else 0)
        assert [one.run for one in reply.start] == (waiting[:1] if free else [])
        if not reply.start:
            return None
        run = reply.start[0].run
        self.model[run] = "running"
        self.number[run] += 1
        assert reply.start[0].attempt == self.number[run]
        return self.workers[worker].attempts[-1]

    @rule(attempt=attempts, epochs=st.integers(0, 4), again=st.booleans())
    def report(self, attempt: Attempt | None, epochs: int, again: bool) -> None:
        if attempt is None:
            return
        sent = attempt.sent
        batch = [attempt.entry("epoch", epoch=sent + one, metrics={"loss": 0.5}, seconds=1) for one in range(epochs)]
        for _ in range(2 if again else 1):
            answer = attempt.post(*batch)
            assert answer.status_code == (200 if self.owns(attempt) else 409)
            if answer.status_code == 200:
                assert answer.json() == {"n": attempt.sent}

    @rule(attempt=attempts, outcome=st.sampled_from(["completed", "failed", "canceled", "released"]))
    def end(self, attempt: Attempt | None, outcome: str) -> None:
        if attempt is None:
            return
        owned = self.owns(attempt)
        asked = self.model.get(attempt.run) == "stopping"
        answer = attempt.post(attempt.entry("end", outcome=outcome))
        assert answer.status_code == (200 if owned else 409)
        if owned:
            stopped = "canceled" if asked else outcome
            self.model[attempt.run] = {"released": "queued", "completed": "completed"}.get(
                outcome if not asked or outcome == "completed" else stopped, stopped
            )
            attempt.worker.attempts.remove(attempt)

    @rule(run=runs)
    def cancel(self, run: str) -> None:
        status = self.model.get(run)
        answer = self.server.http.post(f"{RUNS}/{run}/cancel")
        expected = {None: 404, "queued": 202, "running": 202, "stopping": 202}.get(status, 409)
        assert answer.status_code == expected
        if expected == 202:
            self.model[run] = "canceled" if status == "queued" else "stopping"

    @rule(run=consumes(runs))
    def delete(self, run: str) -> None:
        status = self.model.get(run)
        answer = self.server.http.delete(f"{RUNS}/{run}")
        assert answer.status_code == (404 if status is None else 409 if status in ("running", "stopping") else 204)
        if answer.status_code == 204:
            del self.model[run]

    def owns(self, attempt: Attempt) -> bool:
        running = self.model.get(attempt.run) in ("running", "stopping")
        return running and self.number[attempt.run] == attempt.number

    @invariant()
    def the_server_knows_what_happened(self) -> None:
        listed = self.server.http.get(RUNS, params={"limit": 200, "sort": "created_at"}).json()["items"]
        assert {run["id"]: run["status"] for run in listed} == {
            run: "running" if status == "stopping" else status for run, status in self.model.items()
        }
        assert [run["queue_position"] for run in listed if run["status"] == "queued"] == list(
            range(1, list(self.model.values()).count("queued") + 1)
        )

    @invariant()
    def events_are_numbered_without_a_gap_and_statuses_follow_the_table(self) -> None:
        for run in self.model:
            with self.server.board.database.read() as session:
                rows = events.after(session, lifecycle.find(session, run))
            found = [json.loads(events.frame(row)) for row in rows]
            assert [event["seq"] for event in found] == list(range(1, len(found) + 1))
            statuses = [event["data"]["status"] for event in found if event["type"] == "status"]
            changes = [pair for pair in pairwise(statuses) if pair != ("running", "running")]
            assert set(changes) <= LEGAL
            assert statuses[0] == "queued"
            assert statuses[-1] == self.server.read(run)["status"]


def test_any_order_of_calls_keeps_the_rules(tmp_path: Path, blank: Path) -> None:
    class Here(Life):
        folder = fill(tmp_path / "template", blank)

    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=8,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            derandomize=True,
            database=None,
        ),
    )
