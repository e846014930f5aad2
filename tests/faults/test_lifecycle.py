"""A run's life, whoever calls in whatever order: legal changes only, one owner, and nothing of a stale attempt lands.

Scripts and workers are played against a server with a real database, and a small model says what must come of it.
"""

import json
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from app.models import Status
from app.runs import events, lifecycle
from app.runs.ending import MOST_DEATHS
from app.settings import Settings
from tests.app.conftest import fill
from tests.app.server import RUNS, Attempt, digest, serving

EPOCHS = 100
STOPPING, PAUSING = "stopping", "pausing"
RUNNING = ("running", STOPPING, PAUSING)


@dataclass
class Known:
    """What must be true of a run."""

    status: str = "queued"
    attempt: int = 0
    deaths: int = 0
    owner: Attempt | None = None
    epochs: int = EPOCHS
    diverged: bool = False
    told: list[int] = field(default_factory=list)
    saved: list[tuple[int, bytes]] = field(default_factory=list)
    seams: set[int] = field(default_factory=set)


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
        self.known: dict[str, Known] = {}

    def teardown(self) -> None:
        self.stack.close()

    @rule(target=runs)
    @precondition(lambda self: len(self.known) < 3)
    def create(self) -> str:
        run: str = self.server.create(params={"epochs": EPOCHS})["id"]
        self.known[run] = Known()
        return run

    @rule(target=attempts, worker=st.integers(0, 2))
    def claim(self, worker: int) -> Attempt | None:
        waiting = [run for run, known in self.known.items() if known.status == "queued"]
        free = self.workers[worker].slots - len(self.workers[worker].attempts) > 0
        reply = self.workers[worker].sync(free=1 if free else 0)
        assert [one.run for one in reply.start] == (waiting[:1] if free else [])
        if not reply.start:
            return None
        (given,) = reply.start
        known = self.known[given.run]
        known.status = "running"
        known.attempt += 1
        assert given.attempt == known.attempt
        assert [(one.epoch, one.sha256) for one in given.generations] == [
            (epoch, digest(content)) for epoch, content in known.saved[:-3:-1]
        ]
        if given.generations and given.generations[0].epoch:
            known.seams.add(given.generations[0].epoch)
        known.owner = self.workers[worker].attempts[-1]
        return known.owner

    @rule(attempt=attempts, first=st.integers(0, 6), count=st.integers(0, 4), again=st.booleans())
    def report(self, attempt: Attempt | None, first: int, count: int, again: bool) -> None:
        """Some epochs, always with the same value for the same epoch: that is what resuming promises."""
        if attempt is None:
            return
        batch = [
            attempt.entry("epoch", epoch=epoch, metrics={"loss": epoch / 7}, seconds=1)
            for epoch in range(first, first + count)
        ]
        owned = self.owns(attempt)
        for _ in range(2 if again else 1):
            answer = attempt.post(*batch)
            assert answer.status_code == (200 if owned else 409)
            if owned:
                assert answer.json() == {"n": attempt.sent}
        if owned:
            known = self.known[attempt.run]
            known.told += [epoch for epoch in range(first, first + count) if epoch not in known.told]

    @rule(attempt=attempts, epoch=st.integers(0, 6), number=st.integers(0, 99))
    def save(self, attempt: Attempt | None, epoch: int, number: int) -> None:
        if attempt is None:
            return
        content = f"{attempt.run} {epoch} {number}".encode()
        owned = self.owns(attempt)
        assert attempt.upload(content, "generation").status_code == (204 if owned else 409)
        data = {"kind": "generation", "epoch": epoch, "sha256": digest(content), "bytes": len(content)}
        assert attempt.post(attempt.entry("checkpoint", **data)).status_code == (200 if owned else 409)
        if owned:
            known = self.known[attempt.run]
            if epoch > max((one for one, _ in known.saved[-2:]), default=-1):
                known.deaths = 0
            if known.saved[-1:] != [(epoch, content)]:
                known.saved.append((epoch, content))

    @rule(
        attempt=attempts,
        outcome=st.sampled_from(["completed", "failed", "diverged", "canceled", "released", "died", "died", "paused"]),
    )
    def end(self, attempt: Attempt | None, outcome: str) -> None:
        if attempt is None:
            return
        owned = self.owns(attempt)
        data = {"outcome": "failed", "reason": "diverged"} if outcome == "diverged" else {"outcome": outcome}
        answer = attempt.post(attempt.entry("end", **data))
        assert answer.status_code == (200 if owned else 409)
        if owned:
            self.ended(self.known[attempt.run], outcome)
            attempt.worker.attempts.remove(attempt)

    @rule(run=runs, outcome=st.sampled_from(["died", "died", "released", "paused"]), times=st.integers(1, 3))
    def interrupt(self, run: str, outcome: str, times: int) -> None:
        """The run's attempt is interrupted; where the run is the next in the queue, it is taken and falls again."""
        for _ in range(times):
            known = self.known.get(run)
            if known is None or known.status not in RUNNING:
                return
            self.end(known.owner, outcome)
            if known.status == "queued":
                self.claim(0)

    @staticmethod
    def ended(known: Known, outcome: str) -> None:
        asked, known.diverged = known.status, False
        if outcome == "completed":
            known.status = "completed"
        elif asked == STOPPING:
            known.status = "canceled"
        elif outcome in ("canceled", "paused", "failed"):
            known.status = outcome
        elif outcome == "diverged":
            known.status, known.diverged = "failed", True
        elif asked == PAUSING:
            known.status = "paused"
        elif outcome == "released":
            known.status = "queued"
        else:
            known.deaths += 1
            known.status = "queued" if known.deaths < MOST_DEATHS else "failed"

    @rule(run=runs)
    def cancel(self, run: str) -> None:
        known = self.known.get(run)
        becomes = {"queued": "canceled", "paused": "canceled", **dict.fromkeys(RUNNING, STOPPING)}
        self.asked(run, "cancel", None if known is None else becomes.get(known.status, ""))

    @rule(run=runs)
    def pause(self, run: str) -> None:
        known = self.known.get(run)
        becomes = {"queued": "paused", "running": PAUSING, PAUSING: PAUSING}
        self.asked(run, "pause", None if known is None else becomes.get(known.status, ""))

    @rule(run=runs, more=st.sampled_from([None, None, 1]))
    def resume(self, run: str, more: int | None) -> None:
        known = self.known.get(run)
        body = {} if known is None or more is None else {"epochs": known.epochs + more}
        becomes: str | None = None
        if known is not None:
            possible = known.status in ("paused", "canceled", "failed") or (known.status == "completed" and body)
            becomes = "queued" if possible and not known.diverged else ""
        self.asked(run, "resume", becomes, body)
        if known is not None and becomes:
            known.deaths = 0
            known.epochs = body.get("epochs", known.epochs)

    def asked(self, run: str, what: str, becomes: str | None, body: dict[str, int] | None = None) -> None:
        """Ask for something: ``becomes`` is empty where it must be refused, None where the run is gone."""
        answer = self.server.http.post(f"{RUNS}/{run}/{what}", json=body or {})
        assert answer.status_code == (404 if becomes is None else 202 if becomes else 409), answer.text
        if becomes:
            self.known[run].status = becomes

    @rule(run=consumes(runs))
    def delete(self, run: str) -> None:
        known = self.known.get(run)
        answer = self.server.http.delete(f"{RUNS}/{run}")
        assert answer.status_code == (404 if known is None else 409 if known.status in RUNNING else 204)
        if answer.status_code == 204:
            del self.known[run]

    def owns(self, attempt: Attempt) -> bool:
        known = self.known.get(attempt.run)
        return known is not None and known.status in RUNNING and known.attempt == attempt.number

    @invariant()
    def the_server_knows_what_happened(self) -> None:
        listed = self.server.http.get(RUNS, params={"limit": 200, "sort": "created_at"}).json()["items"]
        assert {run["id"]: run["status"] for run in listed} == {
            run: "running" if known.status in RUNNING else known.status for run, known in self.known.items()
        }
        waiting = [known.status for known in self.known.values()].count("queued")
        places = [run["queue_position"] for run in listed if run["status"] == "queued"]
        assert places == list(range(1, waiting + 1))
        for run in listed:
            known = self.known[run["id"]]
            assert (run["attempt"], run["epochs"]) == (known.attempt, known.epochs)
            assert run["epoch"] == max(known.told, default=None)
            assert (run["seams"], run["irreproducible"]) == (sorted(known.seams), None)

    @invariant()
    def events_are_numbered_without_a_gap_and_nothing_stands_twice(self) -> None:
        for run, known in self.known.items():
            with self.server.board.database.read() as session:
                rows = events.after(session, lifecycle.find(session, run))
            found = [json.loads(events.frame(row)) for row in rows]
            assert [event["seq"] for event in found] == list(range(1, len(found) + 1))
            assert [event["data"]["epoch"] for event in found if event["type"] == "epoch"] == known.told
            statuses = [event["data"]["status"] for event in found if event["type"] == "status"]
            changes = [pair for pair in pairwise(statuses) if pair != ("running", "running")]
            assert all(after in lifecycle.TRANSITIONS[Status(before)] for before, after in changes), changes
            assert statuses[0] == "queued"
            assert statuses[-1] == self.server.read(run)["status"]


def test_any_order_of_calls_keeps_the_rules(tmp_path: Path, blank: Path) -> None:
    class Here(Life):
        folder = fill(tmp_path / "template", blank)

    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=12,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            derandomize=True,
            database=None,
        ),
    )
