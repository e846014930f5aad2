"""The worker's side of questions: one process at a time, a time limit, and no question that takes others along."""

import os
import signal
from collections.abc import Iterator
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

import pytest

from jobs import forks
from jobs.answering import child, desk
from jobs.answering.client import AnswerClient
from jobs.protocol import Question
from tests.running import wait_until


def stubborn(_start: child.Start, worker: Connection) -> None:
    """In place of the process that answers: it does what the question's payload says."""
    while True:
        question: Question = worker.recv()
        if question.payload.get("die"):
            os._exit(7)
        if question.payload.get("hang"):
            signal.pause()
        worker.send(question.id)


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """What is told of questions that were given up: id and why."""
    found: list[tuple[str, str]] = []
    monkeypatch.setattr(
        AnswerClient, "hand_over", lambda _self, question, answer: found.append((question, answer.refusal.detail))
    )
    monkeypatch.setattr(child, "main", stubborn)
    return found


def turn(one: desk.Desk) -> None:
    """What the worker's loop does when something has happened."""
    assert one.process is not None
    assert one.line is not None
    ready = wait([one.process.sentinel, one.line], 30)
    assert ready, "nothing has happened for half a minute"
    if one.line in ready:
        one.heard()
    if one.process is not None and one.process.sentinel in ready:
        one.died()


def question(name: str, **payload: Any) -> Question:
    return Question(id=name, kind="preview", payload=payload)


@pytest.fixture
def started(tmp_path: Path) -> Iterator[tuple[desk.Desk, Clock]]:
    """A desk with a clock of its own."""
    clock = Clock()
    start = child.Start("http://127.0.0.1:9", "a key", tmp_path, None, tmp_path / "nowhere")
    one = desk.Desk(start, get_context("forkserver"), clock, lambda: None)
    yield one, clock
    one.kill()


def test_a_question_waits_while_there_is_no_fork_server(
    started: tuple[desk.Desk, Clock], told: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(_process: object) -> None:
        raise forks.ForkServerDied

    one, _ = started
    with monkeypatch.context() as dead:
        dead.setattr(forks, "start", gone)
        one.take(question("early"))
    assert (one.process, one.line, one.held, told) == (None, None, ["early"], [])
    one.warmed()
    while one.held:
        turn(one)
    assert told == []


def test_a_question_that_hangs_is_given_up_and_the_next_is_answered(
    started: tuple[desk.Desk, Clock], told: list[tuple[str, str]]
) -> None:
    one, clock = started
    one.take(question("slow", hang=True))
    late = question("late", hang=True)  # nobody waits for it any more by then; asked, it would keep the next waiting
    one.take(late)
    one.take(late)
    assert one.held == ["slow", "late"]
    clock.now = desk.LIMIT - 1
    one.escalate()
    assert one.process is not None
    assert one.process.is_alive()
    one.take(question("next"))
    clock.now = desk.LIMIT
    one.escalate()
    while one.held:
        turn(one)
    wait_until(lambda: told, what="the refusal")
    assert told == [
        ("slow", "This took more than 60 seconds, and was given up. Ask for less, or see the worker's output.")
    ]


def test_a_question_that_kills_two_processes_is_not_asked_again(
    started: tuple[desk.Desk, Clock], told: list[tuple[str, str]]
) -> None:
    one, _ = started
    one.take(question("deadly", die=True))
    one.take(question("next"))
    turn(one)
    assert one.held == ["deadly", "next"], "somebody else may have killed the first process"
    while one.held:
        turn(one)
    wait_until(lambda: told, what="the refusal")
    assert [name for name, _ in told] == ["deadly"]
    assert "exit code 7" in told[0][1]


def test_a_process_that_nobody_asks_ends_and_the_next_question_starts_another(
    started: tuple[desk.Desk, Clock], told: list[tuple[str, str]]
) -> None:
    one, clock = started
    one.take(question("first"))
    while one.held:
        turn(one)
    before = one.process
    assert before is not None
    clock.now = desk.IDLE
    one.escalate()
    one.take(question("second"))  # before anybody has noticed the end
    while one.held:
        turn(one)
    assert one.process is not before
    assert told == []
