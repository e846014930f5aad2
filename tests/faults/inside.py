"""A run whose process dies and goes on, all in the test's own process, so that a test can break the program's parts.

The server is real and in this process; attempts train with real Keras and report by a real journal and reporter. What
is played is the worker's main loop, and the death: an exception that nobody catches.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import httpx

from jobs import faults, keeper, resuming
from jobs.checkpoints import unannounced
from jobs.client import AttemptClient, Refused
from jobs.datasets import Datasets
from jobs.engine import Choice
from jobs.execution import earlier_choice, execute
from jobs.journal import JOURNAL, Journal
from jobs.protocol import Assignment, EndData, Entry, ErrorData, EventType, LogData, Outcome, now
from jobs.reporter import Reporter
from jobs.stopping import Stop
from jobs.training import Session
from tests.app.server import Server, Worker

PARAMS: dict[str, Any] = {"dataset": "breast-cancer", "epochs": 5, "hidden_layers": [6], "batch_size": 65}


class Dead(BaseException):
    """The process is no more."""


def dying() -> None:
    """What happens at a place where a process dies."""
    raise Dead


class Inside:
    """One run and the attempts at it.

    Attributes:
        run: its id.
        refused: HTTP's status of every answer that an attempt wasn't wanted with.
    """

    def __init__(self, server: Server) -> None:
        self.refused: list[int] = []
        self.run: str = server.create(params=PARAMS)["id"]
        self._server = server
        self._worker = Worker(server, "inside")

    def train(self, place: str = "", times: int = 1, act: Callable[[], None] = dying) -> Assignment:
        """Carry out one attempt; when it comes to a place for the so manieth time it dies, or does something else."""
        claimed = self._worker.claim()
        self._worker.attempts.remove(claimed)
        assignment = claimed.assignment
        self._directory(assignment).mkdir(parents=True)
        left = [times]

        def visit(name: str) -> None:
            if name == place:
                left[0] -= 1
                if left[0] == 0:
                    act()

        with self._as_a_child(visit):
            try:
                self._attempt(assignment)
            except Dead:
                self._tell_of_the_death(assignment)
        return assignment

    def haunt(self, assignment: Assignment) -> None:
        """An attempt that was taken for dead sends all that it has to say, and that it has come to the end."""
        lines = (self._directory(assignment) / JOURNAL).read_bytes().splitlines()
        said = [entry for entry in map(Entry.model_validate_json, lines) if entry.type is not EventType.END]
        end = EndData(outcome=Outcome.COMPLETED).model_dump(mode="json")
        said.append(Entry(n=len(said) + 1, type=EventType.END, time=now(), data=end))
        try:
            _Client(self._server, assignment).send(said)
        except Refused as refused:
            self.refused.append(refused.status)

    def _attempt(self, assignment: Assignment) -> None:
        directory = self._directory(assignment)
        stop = Stop()
        with self._reporter(assignment) as reporter:
            reporter.start()
            resumed = resuming.fetch(
                "",
                assignment,
                stopped=stop.wait,
                say=lambda said: reporter.report(EventType.LOG, LogData(level="warning", message=said)),
            )
            session = Session(
                report=reporter.report,
                offer=reporter.offer,
                datasets=Datasets(None, directory / "cache", downloads=False),
                stop=stop,
                directory=directory,
                earlier=earlier_choice(assignment),
                resumed=resumed,
            )
            try:
                reporter.close(execute(assignment, session, stop))
            except Dead:
                reporter.abandon()
                raise

    def _tell_of_the_death(self, assignment: Assignment) -> None:
        """As a worker does for a child of its own."""
        directory = self._directory(assignment)
        error = ErrorData(title="The training process died", detail="It was killed.")
        with self._reporter(assignment) as reporter:
            for data in unannounced(directory, Journal(directory).announced):
                reporter.offer(data)
            reporter.close(EndData(outcome=Outcome.DIED, reason="killed", error=error))
            reporter.start()

    @contextmanager
    def _reporter(self, assignment: Assignment) -> Iterator[Reporter]:
        journal = Journal(self._directory(assignment))
        reporter = Reporter(journal, _Client(self._server, assignment))
        try:
            yield reporter
        finally:
            reporter.join()
            journal.close()
            if reporter.refused is not None:
                self.refused.append(reporter.refused.status)

    @contextmanager
    def _as_a_child(self, visit: faults.Visit) -> Iterator[None]:
        """Plain Keras without compiling, which begins soonest; a generation after each epoch; this server's client."""
        with (
            patch("jobs.training.choose", lambda *_, **__: Choice("plain", False, "The test says so.")),
            patch.object(keeper, "INTERVAL", 0.0),
            patch.object(keeper, "SHARE", 1e9),
            patch.object(resuming, "AttemptClient", lambda _, assignment: _Client(self._server, assignment)),
        ):
            faults.arm(visit)
            try:
                yield
            finally:
                faults.arm(None)

    def _directory(self, assignment: Assignment) -> Path:
        return self._server.data / "worker" / "inside" / f"{assignment.run}-{assignment.attempt}"


class _Client(AttemptClient):
    """The calls of an attempt to a server in this process."""

    def __init__(self, server: Server, assignment: Assignment) -> None:
        self._http = _Here(server.http, assignment)  # type: ignore[assignment]


class _Here:
    """As much of an HTTP client as an attempt needs."""

    def __init__(self, http: httpx.Client, assignment: Assignment) -> None:
        self._http = http
        self._path = f"/api/worker/runs/{assignment.run}/attempts/{assignment.attempt}"
        self._headers = {"Authorization": f"Bearer {assignment.token}"}

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        headers = {**self._headers, **options.pop("headers", {})}
        return self._http.request(method, self._path + path, headers=headers, **options)

    def close(self) -> None:
        """The server's client is the test's."""
