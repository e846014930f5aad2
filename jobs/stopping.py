"""How an attempt is told to stop, and how it can fail: the exceptions that end a training early."""

import threading
from typing import Literal

Why = Literal["cancel", "release", "refused"]


class Stop:
    """A flag that another thread raises, with the reason; the training looks at it after every batch."""

    def __init__(self) -> None:
        self.why: Why | None = None
        self._event = threading.Event()
        self.requested = self._event.is_set
        """Whether to stop; cheap enough for every batch."""

    def request(self, why: Why) -> None:
        """Ask for a stop. The first reason counts, except that a cancelation outranks handing the run back."""
        if self.why is None or (self.why == "release" and why != "release"):
            self.why = why
        self._event.set()


class Stopped(Exception):
    """The attempt was told to stop and did."""


class AttemptFailed(Exception):
    """The attempt can't go on, for a reason that is understood.

    Attributes:
        reason: a word for machines.
        title: what happened.
        detail: what was met, and what can be done.
    """

    def __init__(self, reason: str, title: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.title = title
        self.detail = detail
