"""A worker's folder is its own while it lives, and its heir's after that."""

import os
from pathlib import Path
from unittest.mock import patch

import pytest

from jobs.protocol import Assignment
from jobs.workfolder import ASSIGNMENT, FolderInUse, WorkFolder


def assignment(run: str) -> Assignment:
    return Assignment(run=run, attempt=1, token="secret", lesson="first-network", params={"epochs": 3})


def test_two_workers_of_one_name_are_one_too_many(tmp_path: Path) -> None:
    first = WorkFolder(tmp_path, "a")
    with pytest.raises(FolderInUse, match="A worker named 'a' is running already"):
        WorkFolder(tmp_path, "a")
    first.close()
    WorkFolder(tmp_path, "a").close()


def test_an_assignment_is_for_this_users_eyes_only(tmp_path: Path) -> None:
    folder = WorkFolder(tmp_path, "a")
    directory = folder.open(assignment("r1"))
    assert (directory / ASSIGNMENT).stat().st_mode & 0o077 == 0
    assert folder.leftovers() == [(assignment("r1"), directory)]
    folder.remove(directory)
    assert folder.leftovers() == []
    folder.close()
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_worker_had_in_its_scratch_folder_is_gone(tmp_path: Path) -> None:
    killed = WorkFolder(tmp_path, "a")
    (killed.scratch / "half a model").mkdir()
    (killed.scratch / "a function").touch()
    os.close(killed._lock)
    heir = WorkFolder(tmp_path, "a")
    assert list(heir.scratch.iterdir()) == []
    heir.close()
    assert list(tmp_path.iterdir()) == []


def test_an_attempt_begins_without_waiting_for_the_disk(tmp_path: Path) -> None:
    folder = WorkFolder(tmp_path, "a")
    with patch("os.fsync") as waited:
        folder.open(assignment("r1"))
    waited.assert_not_called()
    folder.close()


def test_what_a_dead_worker_left_goes_to_the_next_and_what_a_living_one_has_does_not(tmp_path: Path) -> None:
    dead, living = WorkFolder(tmp_path, "dead"), WorkFolder(tmp_path, "living")
    (dead.open(assignment("r1")) / "journal.jsonl").write_text("kept\n")
    living.open(assignment("r2"))
    dead.close()
    heir = WorkFolder(tmp_path, "heir")
    [(found, directory)] = heir.leftovers()
    assert found == assignment("r1")
    assert (directory / "journal.jsonl").read_text() == "kept\n"
    assert not (tmp_path / "dead").exists()
    assert [each.run for each, _ in living.leftovers()] == ["r2"]


def test_a_half_written_assignment_is_passed_over(tmp_path: Path) -> None:
    folder = WorkFolder(tmp_path, "a")
    (folder.open(assignment("r1")) / ASSIGNMENT).write_text('{"run": "r1", "att')
    assert folder.leftovers() == []
    folder.close()
