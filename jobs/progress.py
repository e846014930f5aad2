"""How a worker knows that a child gets on: the child says so, and how long it may be silent."""

import contextlib
import statistics
import time
from collections import deque
from collections.abc import Callable

INTERVAL = 1.0
"""Seconds between two signs of life, at least."""

PATIENCE = 60.0
TIMES = 10.0
"""A child may be silent for a minute, or for ten times as long as a step mostly takes; the longer of the two."""

AT_FIRST = 600.0
"""Before the first step, seconds from one sign of life to the next: data are loaded and programs compiled, and nobody
knows how long that takes."""


class Progress:
    """Tells the worker, at most once a second, that the training gets on.

    Args:
        tell: takes the seconds that may pass until the next sign of life.
        clock: seconds, never going back.
    """

    def __init__(self, tell: Callable[[float], None], clock: Callable[[], float] = time.monotonic) -> None:
        self._tell = tell
        self._clock = clock
        self._last: float | None = None
        self._told = float("-inf")
        self._steps: deque[float] = deque(maxlen=99)
        self._patience = AT_FIRST

    def alive(self) -> None:
        """Something has happened, a download got on or a stage began; only steps show how long a step takes."""
        self._say()

    def made(self) -> None:
        """A step is done, or a stretch of steps."""
        now = self._clock()
        if self._last is None:
            self._told = float("-inf")  # from here on it is another patience
        else:
            self._steps.append(now - self._last)
        self._last = now
        usual = statistics.median(self._steps) if self._steps else 0.0
        self._patience = max(PATIENCE, TIMES * usual)
        self._say()

    def _say(self) -> None:
        now = self._clock()
        if now - self._told >= INTERVAL:
            self._told = now
            with contextlib.suppress(OSError):  # the worker has gone; whoever listens to it notices
                self._tell(self._patience)
