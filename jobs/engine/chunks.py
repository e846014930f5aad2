"""How many steps go into one compiled call: as many as take a moment, measured as they go."""

import time
from collections.abc import Callable, Iterator

MOMENT = 0.2
"""Seconds that one call shall take: long against what a call costs, short against a cancel and a progress bar."""


class Chunks:
    """Cuts stretches of steps into calls of about :data:`MOMENT` seconds.

    Args:
        clock: seconds, never going back.
    """

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        self._per_step: float | None = None

    def of(self, steps: int) -> Iterator[tuple[int, int]]:
        """Yield ``(start, stop)`` until all steps are done; each must be executed before the next is asked for."""
        start = 0
        while start < steps:
            stop = min(start + self._length(), steps)
            began = self._clock()
            yield start, stop
            self._note((self._clock() - began) / (stop - start))
            start = stop

    def _length(self) -> int:
        return 1 if self._per_step is None else max(int(MOMENT / self._per_step), 1)

    def _note(self, per_step: float) -> None:
        # The slower of two: a call that seems short must not be followed by one that takes too long.
        per_step = max(per_step, 1e-9)
        self._per_step = per_step if self._per_step is None else max(per_step, self._per_step * 0.8)
