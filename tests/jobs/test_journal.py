"""The journal keeps what isn't acknowledged, whatever happens to the process that writes it."""

import resource
from pathlib import Path

import pytest

from jobs.journal import JOURNAL, Journal, outcome
from jobs.protocol import CheckpointData, EndData, EventType, LogData, Outcome


def line(text: str) -> LogData:
    return LogData(level="info", message=text)


def filled(directory: Path, count: int = 3) -> Journal:
    journal = Journal(directory)
    for index in range(count):
        journal.append(EventType.LOG, line(f"line {index + 1}"))
    return journal


def test_entries_are_numbered_from_one_without_gaps(tmp_path: Path) -> None:
    assert [entry.n for entry in filled(tmp_path).pending()] == [1, 2, 3]


def test_what_is_acknowledged_is_not_sent_again(tmp_path: Path) -> None:
    journal = filled(tmp_path)
    journal.acknowledge(2)
    assert [entry.n for entry in journal.pending()] == [3]
    journal.acknowledge(1)
    assert [entry.n for entry in journal.pending()] == [3]
    journal.acknowledge(3)
    assert journal.delivered


def test_a_journal_opened_again_goes_on_where_it_stood(tmp_path: Path) -> None:
    first = filled(tmp_path)
    first.acknowledge(2)
    again = Journal(tmp_path)  # the first isn't closed: its process was killed
    assert [entry.data["message"] for entry in again.pending()] == ["line 3"]
    assert again.append(EventType.LOG, line("line 4")).n == 4
    assert [entry.n for entry in Journal(tmp_path).pending()] == [3, 4]


@pytest.mark.parametrize("cut", [1, 2, 10, 60])
def test_a_torn_last_line_is_cut_off(tmp_path: Path, cut: int) -> None:
    filled(tmp_path)
    path = tmp_path / JOURNAL
    content = path.read_bytes()
    path.write_bytes(content[:-cut])
    again = Journal(tmp_path)
    assert [entry.n for entry in again.pending()] == [1, 2]
    again.append(EventType.LOG, line("line 3"))
    assert path.read_bytes().count(b"\n") == 3
    assert [entry.n for entry in Journal(tmp_path).pending()] == [1, 2, 3]


def test_rubbish_after_a_good_line_is_cut_off(tmp_path: Path) -> None:
    filled(tmp_path)
    with (tmp_path / JOURNAL).open("ab") as file:
        file.write(b"\0" * 4096)
    assert Journal(tmp_path).last == 3


@pytest.mark.parametrize("content", [b"", b"rubbish", b"00000000000000000099\n"])
def test_a_note_of_what_is_acknowledged_that_makes_no_sense_only_means_sending_again(
    tmp_path: Path, content: bytes
) -> None:
    filled(tmp_path)
    (tmp_path / "acknowledged").write_bytes(content)
    journal = Journal(tmp_path)
    assert journal.last == 3
    assert journal.acknowledged <= 3
    assert journal.append(EventType.LOG, line("line 4")).n == 4


def test_the_end_is_remembered(tmp_path: Path) -> None:
    journal = filled(tmp_path)
    assert not journal.ended
    journal.append(EventType.END, EndData(outcome=Outcome.COMPLETED))
    assert journal.ended
    assert Journal(tmp_path).ended
    assert outcome(tmp_path) == "completed"
    assert outcome(tmp_path / "nothing") == "over"


def test_announced_checkpoints_are_remembered(tmp_path: Path) -> None:
    journal = filled(tmp_path)
    journal.append(EventType.CHECKPOINT, CheckpointData(kind="best", epoch=0, sha256="a" * 64, bytes=1))
    assert Journal(tmp_path).announced == {"a" * 64}


def test_a_batch_ends_before_it_grows_too_large(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    for _ in range(5):
        journal.append(EventType.LOG, line("x" * 100_000))
    assert [entry.n for entry in journal.pending()] == [1, 2]
    journal.acknowledge(2)
    assert [entry.n for entry in journal.pending()] == [3, 4]
    assert [entry.n for entry in filled(tmp_path / "other", 20).pending(limit=7)] == list(range(1, 8))


def test_an_entry_that_cannot_be_written_is_still_pending(tmp_path: Path) -> None:
    journal = filled(tmp_path)
    before = (tmp_path / JOURNAL).read_bytes()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) + 10, hard))
    try:
        with pytest.raises(OSError, match="File too large"):
            journal.append(EventType.LOG, line("line 4"))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert [entry.n for entry in journal.pending()] == [1, 2, 3, 4]
    assert (tmp_path / JOURNAL).read_bytes() == before, "the part that was written is gone again"


def test_where_no_file_can_be_made_entries_are_kept_in_memory(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    journal = Journal(tmp_path / "file" / "attempt")
    for _ in range(2):
        with pytest.raises(OSError, match="Not a directory"):
            journal.append(EventType.LOG, line("one"))
    assert [entry.n for entry in journal.pending()] == [1, 2]
    journal.acknowledge(2)
    assert journal.delivered
