"""A full disk: which runs that pause for it may go on, looked at every few seconds.

There must be room for what a run saves, and a run that found the disk full again waits longer each time: its worker may
have a disk of its own, which can't be seen from here.
"""

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

LEAST = 32 * 1024 * 1024
"""Bytes that must be free in any case: the database grows too."""

COPIES = 4
"""For so many times a run's largest saved file there must be room: two generations, the best model and the last."""

SHORTEST, LONGEST = 4.0, 300.0
"""Seconds that a run waits at least: at first, and when the disk was full again and again."""


@dataclass
class _Waiting:
    since: float
    patience: float = SHORTEST
    left: bool = False


class Room:
    """Who may go on.

    Args:
        free: the bytes that the data folder still takes.
        clock: monotonic seconds.
    """

    def __init__(self, free: Callable[[], int], clock: Callable[[], float] = monotonic) -> None:
        self._free = free
        self._clock = clock
        self._waiting: dict[str, _Waiting] = {}

    def due(self, paused: Mapping[str, int]) -> list[str]:
        """The ids of the runs that may go on.

        Args:
            paused: by the id of each run that pauses for a full disk, the bytes of its largest saved file.
        """
        now = self._clock()
        for run, one in list(self._waiting.items()):
            if run not in paused and now - one.since > LONGEST + one.patience:
                del self._waiting[run]  # it has trained for long enough since
        if not paused:
            return []
        free = self._free()
        found = []
        for run, size in paused.items():
            one = self._waiting.setdefault(run, _Waiting(now))
            if one.left:  # it is back
                one.since, one.patience, one.left = now, min(one.patience * 2, LONGEST), False
            if now - one.since >= one.patience and free >= LEAST + COPIES * size:
                one.since, one.left = now, True
                found.append(run)
        return found


def free_in(folder: Path) -> Callable[[], int]:
    """What tells the bytes that a folder's disk still takes."""
    return lambda: shutil.disk_usage(folder).free
