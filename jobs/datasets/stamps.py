"""Remembering what was found out about a file until the file changes."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import Generic, TypeVar

T = TypeVar("T")

REMEMBERED = 500
"""So many answers are kept, those that were asked for last."""


class ByStamp(Generic[T]):
    """Finds something out about a file once, and again only when its time of change or its size is another.

    Several things can be found out about one file: ``about`` tells them apart.

    Several threads may ask at once; the same may then be found out twice, never wrongly.
    """

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[Path, Hashable], tuple[tuple[int, int], T]] = OrderedDict()
        self._lock = threading.Lock()

    def __call__(self, path: Path, find_out: Callable[[], T], about: Hashable = None) -> T:
        """What ``find_out`` says of ``path``; what it raises is passed on and not remembered."""
        stamp = _stamp(path)  # before it is read: a change meanwhile is then noticed the next time
        with self._lock:
            known = self._known.get((path, about))
        if known is None or known[0] != stamp:
            known = stamp, find_out()
        with self._lock:
            self._known[path, about] = known
            self._known.move_to_end((path, about))
            while len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        return known[1]


def _stamp(path: Path) -> tuple[int, int]:
    try:
        about = path.stat()
    except OSError:  # removed a moment ago: reading it will tell
        return 0, 0
    return about.st_mtime_ns, about.st_size
