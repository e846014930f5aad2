"""The reporter delivers everything once, in order, whatever the line does."""

import itertools
import threading
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from jobs.checkpoints import location
from jobs.client import AttemptClient, Refused
from jobs.journal import Journal
from jobs.protocol import CheckpointData, EndData, EventType, LogData, Outcome
from jobs.reporter import GATHERING, Reporter
from tests.jobs.receiver import Answer, Receiver

END = EndData(outcome=Outcome.COMPLETED)
LIMIT = 20.0


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()


def reporter_for(receiver: Receiver, directory: Path, **options: Any) -> Reporter:
    return Reporter(Journal(directory), AttemptClient(receiver.url, receiver.assignment()), **options)


def line(text: str) -> LogData:
    return LogData(level="info", message=text)


def saved(directory: Path, kind: str, epoch: int, **fields: Any) -> CheckpointData:
    content = f"{kind} {epoch}".encode()
    digest = sha256(content).hexdigest()
    told = {"kind": kind, "epoch": epoch, "sha256": digest, "bytes": len(content), **fields}
    data = CheckpointData.model_validate(told)
    location(directory, data).write_bytes(content)
    return data


def finish(reporter: Reporter) -> None:
    reporter.close(END)
    reporter.join(LIMIT)
    assert not reporter.is_alive()


def test_entries_arrive_in_order_and_the_end_last(receiver: Receiver, tmp_path: Path) -> None:
    reporter = reporter_for(receiver, tmp_path)
    reporter.start()
    for index in range(1200):
        reporter.report(EventType.LOG, line(str(index)))
    finish(reporter)
    assert [entry.data["message"] for entry in receiver.entries[:-1]] == [str(index) for index in range(1200)]
    assert receiver.entries[-1].type is EventType.END
    assert Journal(tmp_path).delivered


def test_an_entry_that_follows_a_rest_leaves_at_once(receiver: Receiver, tmp_path: Path) -> None:
    reporter = reporter_for(receiver, tmp_path, clock=itertools.count().__next__)  # a second passes at every look
    reporter.start()
    reporter.report(EventType.LOG, line("opens the connection"))
    receiver.wait(lambda: len(receiver.entries) == 1)
    quickest = LIMIT
    for count in range(2, 12):
        began = time.monotonic()
        reporter.report(EventType.LOG, line("now"))
        receiver.wait(lambda count=count: len(receiver.entries) == count)  # type: ignore[misc]
        quickest = min(quickest, time.monotonic() - began)
    finish(reporter)
    assert quickest < GATHERING / 2, "polling would take longer"


def test_entries_in_quick_succession_share_a_request(receiver: Receiver, tmp_path: Path) -> None:
    reporter = reporter_for(receiver, tmp_path, clock=lambda: 0.0)  # each comes the moment the last batch has left
    reporter.start()
    reporter.report(EventType.LOG, line("opens the connection"))
    receiver.wait(lambda: len(receiver.entries) == 1)
    for _ in range(20):
        reporter.report(EventType.LOG, line("now"))
    receiver.wait(lambda: len(receiver.entries) == 21)
    assert receiver.requests == 2
    finish(reporter)


def test_a_server_in_trouble_is_tried_again(receiver: Receiver, tmp_path: Path) -> None:
    answers: list[Answer] = [(503, {"detail": "busy"}), (500, {}), (429, {})]
    receiver.misbehave = lambda path: answers.pop() if answers else None
    reporter = reporter_for(receiver, tmp_path)
    reporter.start()
    reporter.report(EventType.LOG, line("one"))
    finish(reporter)
    assert [entry.n for entry in receiver.entries] == [1, 2]


def test_a_server_that_is_away_for_a_while_misses_nothing(tmp_path: Path) -> None:
    first = Receiver()
    reporter = reporter_for(first, tmp_path)
    reporter.start()
    reporter.report(EventType.LOG, line("one"))
    first.wait(lambda: len(first.entries) == 1)
    first.close()
    for text in ("two", "three"):
        began = time.monotonic()
        reporter.report(EventType.LOG, line(text))
        assert time.monotonic() - began < 1.0, "whoever trains never waits for the network"
    second = Receiver(first.port)
    second.entries = list(first.entries)
    finish(reporter)
    second.close()
    assert [entry.n for entry in second.entries] == [1, 2, 3, 4]


def test_an_answer_that_got_lost_only_means_sending_again(receiver: Receiver, tmp_path: Path) -> None:
    receiver.swallow = 2
    reporter = reporter_for(receiver, tmp_path)
    reporter.start()
    reporter.report(EventType.LOG, line("one"))
    finish(reporter)
    assert [entry.n for entry in receiver.entries] == [1, 2]
    assert receiver.requests >= 3


@pytest.mark.parametrize("status", [409, 401, 404, 422])
def test_a_refused_attempt_is_told_so_and_sends_no_more(receiver: Receiver, tmp_path: Path, status: int) -> None:
    refusals: list[Refused] = []
    told = threading.Event()

    def on_refused(refused: Refused) -> None:
        refusals.append(refused)
        told.set()

    receiver.misbehave = lambda path: (status, {"type": "/errors/stale-attempt", "detail": "Attempt 1 is over."})
    client = AttemptClient(receiver.url, receiver.assignment())
    reporter = Reporter(Journal(tmp_path), client, on_refused=on_refused)
    reporter.start()
    reporter.report(EventType.LOG, line("one"))
    assert told.wait(LIMIT)
    finish(reporter)
    assert [(refused.status, refused.detail) for refused in refusals] == [(status, "Attempt 1 is over.")]
    assert receiver.requests == 1


def test_a_checkpoints_file_comes_before_its_entry_and_goes_when_it_is_stored(
    receiver: Receiver, tmp_path: Path
) -> None:
    reporter = reporter_for(receiver, tmp_path)
    order: list[str] = []
    receiver.misbehave = lambda path: order.append(path.rsplit("/", 1)[-1])
    reporter.start()
    data = saved(tmp_path, "best", 3)
    reporter.offer(data)
    receiver.wait(lambda: len(receiver.entries) == 1)
    assert order == ["best", "events"]
    assert receiver.entries[0].data["sha256"] == data.sha256
    finish(reporter)
    assert not location(tmp_path, data).exists()


def test_an_upload_that_arrives_damaged_is_sent_again(receiver: Receiver, tmp_path: Path) -> None:
    reporter = reporter_for(receiver, tmp_path)
    damaged = iter([True, True])
    receiver.misbehave = lambda path: (
        (422, {"detail": "damaged"}) if "checkpoints" in path and next(damaged, 0) else None
    )
    reporter.start()
    reporter.offer(saved(tmp_path, "best", 3))
    receiver.wait(lambda: len(receiver.entries) == 1)
    finish(reporter)
    assert reporter.refused is None
    assert len(receiver.uploads) == 1


def test_a_checkpoint_that_a_newer_one_supersedes_is_never_uploaded(receiver: Receiver, tmp_path: Path) -> None:
    reporter = reporter_for(receiver, tmp_path)
    for epoch in range(5):
        reporter.offer(saved(tmp_path, "best", epoch))
    reporter.offer(saved(tmp_path, "last", 4))
    assert len(list(tmp_path.glob("*.keras"))) == 2
    reporter.start()
    finish(reporter)
    assert [(entry.data.get("kind"), entry.data.get("epoch")) for entry in receiver.entries] == [
        ("best", 4),
        ("last", 4),
        (None, None),
    ]
    assert [kind for kind, _ in receiver.uploads] == ["best", "last"]


def test_improvements_stay_and_come_before_a_generation_that_takes_them_for_granted(
    receiver: Receiver, tmp_path: Path
) -> None:
    reporter = reporter_for(receiver, tmp_path)
    reporter.offer(saved(tmp_path, "generation", 0))
    for epoch in range(3):
        reporter.offer(saved(tmp_path, "improvement", epoch, name=f"weights-improvement-0{epoch}-0.50.keras"))
    reporter.offer(saved(tmp_path, "generation", 3))
    reporter.start()
    finish(reporter)
    told = [(entry.data.get("kind"), entry.data.get("epoch")) for entry in receiver.entries[:-1]]
    assert told == [("improvement", 0), ("improvement", 1), ("improvement", 2), ("generation", 3)]
    assert [kind for kind, _ in receiver.uploads] == ["improvement"] * 3 + ["generation"]


def test_entries_do_not_wait_for_uploads_that_are_not_wanted_yet(receiver: Receiver, tmp_path: Path) -> None:
    reporter = reporter_for(receiver, tmp_path)
    reporter.report(EventType.LOG, line("one"))
    reporter.offer(saved(tmp_path, "best", 0))
    order: list[str] = []
    receiver.misbehave = lambda path: order.append(path.rsplit("/", 1)[-1])
    reporter.start()
    finish(reporter)
    assert order[:3] == ["events", "best", "events"]


def test_a_journal_left_behind_is_delivered_with_its_checkpoints(receiver: Receiver, tmp_path: Path) -> None:
    dead = reporter_for(receiver, tmp_path)  # never started: its process died before it sent anything
    dead.report(EventType.LOG, line("one"))
    data = saved(tmp_path, "best", 2)
    dead.offer(data)
    dead.close(END)
    heir = reporter_for(receiver, tmp_path)
    heir.start()
    heir.close(EndData(outcome=Outcome.FAILED, reason="killed"))
    heir.join(LIMIT)
    assert [entry.type for entry in receiver.entries] == [EventType.LOG, EventType.CHECKPOINT, EventType.END]
    assert receiver.entries[-1].data["outcome"] == "completed", "the first end counts"
    assert receiver.uploads == [("best", data.sha256)]


def test_an_abandoned_reporter_leaves_everything_in_the_journal(tmp_path: Path) -> None:
    receiver = Receiver()
    receiver.close()
    reporter = reporter_for(receiver, tmp_path)
    reporter.start()
    reporter.report(EventType.LOG, line("one"))
    reporter.close(END)
    reporter.abandon()
    reporter.join(LIMIT)
    assert not reporter.is_alive()
    assert [entry.n for entry in Journal(tmp_path).pending()] == [1, 2]
