"""What a worker does with what it is told, in which order."""

from pathlib import Path

from jobs.child import DataPlaces
from jobs.pool import Pool, PoolSettings
from jobs.protocol import Assignment, AttemptRef, SyncReply
from jobs.stopping import Why
from jobs.workfolder import WorkFolder


class Noted(Pool):
    """Notes what it would start and stop."""

    def __init__(self, folder: Path) -> None:
        places = DataPlaces(None, folder, downloads=False)
        settings = PoolSettings("http://127.0.0.1:9", "key", "w", 2, places, folder / "programs")
        super().__init__(settings, WorkFolder(folder, "w"))
        self.did: list[str] = []

    def _start(self, assignment: Assignment) -> None:
        self.did.append(f"start {assignment.run}")

    def _stop(self, ref: AttemptRef, why: Why) -> None:
        self.did.append(f"{why} {ref.run}")


def test_what_is_to_stop_stops_before_anything_starts(tmp_path: Path) -> None:
    pool = Noted(tmp_path)
    assignment = Assignment(run="new", attempt=1, token="t", lesson="first-network", params={})
    one, other, third = (AttemptRef(run=run, attempt=1) for run in ("canceled", "paused", "gone"))
    pool._obey(SyncReply(start=[assignment], cancel=[one], pause=[other], stale=[third]))
    assert pool.did == ["cancel canceled", "pause paused", "unwanted gone", "start new"]
    pool._link._loop.close()
