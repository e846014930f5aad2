"""A later attempt gets the newest saved state that is whole, however long the server is away."""

from collections.abc import Iterator
from hashlib import sha256

import numpy as np
import pytest

from jobs.client import Refused
from jobs.generations import Generation
from jobs.protocol import CheckpointData
from jobs.resuming import fetch
from tests.jobs.receiver import Answer, Receiver


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()


def offered(receiver: Receiver, epoch: int, damaged: bool = False) -> CheckpointData:
    """A generation that the server has."""
    content = Generation(epoch, (np.arange(3),), None, {}, [], False).encode()
    digest = sha256(content).hexdigest()
    receiver.generations[digest] = content[:-1] + b"?" if damaged else content
    return CheckpointData(kind="generation", epoch=epoch, sha256=digest, bytes=len(content))


def never(_seconds: float) -> bool:
    return False


def test_the_newest_is_taken(receiver: Receiver) -> None:
    said: list[str] = []
    both = [offered(receiver, 5), offered(receiver, 3)]
    found = fetch(receiver.url, receiver.assignment(generations=both), stopped=never, say=said.append)
    assert found is not None
    assert (found.epoch, said, receiver.requests) == (5, [], 1)


def test_one_that_is_damaged_is_passed_over_and_the_log_says_so(receiver: Receiver) -> None:
    said: list[str] = []
    both = [offered(receiver, 5, damaged=True), offered(receiver, 3)]
    found = fetch(receiver.url, receiver.assignment(generations=both), stopped=never, say=said.append)
    assert found is not None
    assert found.epoch == 3
    assert said == ["The state saved before epoch 6 is of no use: its bytes are not those that were saved."]


def test_without_a_sound_one_the_training_begins_anew_and_the_log_says_so(receiver: Receiver) -> None:
    said: list[str] = []
    both = [offered(receiver, 5, damaged=True), offered(receiver, 3, damaged=True)]
    assert fetch(receiver.url, receiver.assignment(generations=both), stopped=never, say=said.append) is None
    assert said[-1] == "There is no saved state to go on from; the training begins anew."


def test_a_first_attempt_asks_for_nothing(receiver: Receiver) -> None:
    assert fetch(receiver.url, receiver.assignment(), stopped=never, say=print) is None
    assert receiver.requests == 0


def test_a_server_in_trouble_is_asked_again_until_the_attempt_shall_stop(receiver: Receiver) -> None:
    answers: list[Answer] = [(503, {"detail": "busy"})] * 2
    receiver.misbehave = lambda path: answers.pop() if answers else None
    assignment = receiver.assignment(generations=[offered(receiver, 5)])
    waited: list[float] = []

    def not_yet(seconds: float) -> bool:
        waited.append(seconds)
        return False

    found = fetch(receiver.url, assignment, stopped=not_yet, say=print)
    assert found is not None
    assert len(waited) == 2
    receiver.misbehave = lambda path: (503, {"detail": "busy"})
    assert fetch(receiver.url, assignment, stopped=lambda seconds: True, say=print) is None


def test_a_refusal_ends_the_attempt(receiver: Receiver) -> None:
    receiver.misbehave = lambda path: (409, {"detail": "stale"})
    with pytest.raises(Refused, match="stale"):
        fetch(receiver.url, receiver.assignment(generations=[offered(receiver, 5)]), stopped=never, say=print)
