"""A training held back so that people can watch it: nothing of what it computes changes."""

import time
from collections.abc import Callable

import keras


class Pace(keras.callbacks.Callback):  # type: ignore[misc]
    """Ends an epoch only when it is due, ``per_second`` in a second at most.

    Args:
        per_second: how many; 0 holds nothing back.
        wait: waits so many seconds, or leaves by an exception if the attempt shall stop.
        clock: seconds, never going back.
    """

    def __init__(
        self, per_second: int, wait: Callable[[float], None], clock: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__()
        self._per_second = per_second
        self._wait = wait
        self._clock = clock
        # A tuple, because a generation shall not remember the time of another process's clock.
        self._due: tuple[float] | None = None

    def on_epoch_end(self, epoch: int, logs: object = None) -> None:
        """Wait until it is time. Here and not before an epoch, so that the time that is left counts it in."""
        if self._per_second:
            now = self._clock()
            due = now if self._due is None else self._due[0]
            if due > now:
                self._wait(due - now)
            # What is late stays late: else a slow moment would be followed by a rush.
            self._due = (max(due, now) + 1 / self._per_second,)
