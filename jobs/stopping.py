"""How an attempt is told to stop, and how it can fail: the exceptions that end a training early."""

import threading
from typing import Literal, get_args

Why = Literal["release", "pause", "cancel", "unwanted"]
"""From handing the run back to nobody wanting to hear of the attempt any more."""

RANK: tuple[Why, ...] = get_args(Why)


def stronger(present: Why | None, why: Why) -> Why:
    """Of two reasons the one that counts: the first, unless a later one leaves less of the run."""
    return why if present is None or RANK.index(why) > RANK.index(present) else present


class Stop:
    """A flag that another thread raises, with the reason; the training looks at it after every batch."""

    def __init__(self) -> None:
        self.why: Why | None = None
        self._event = threading.Event()
        self.requested = self._event.is_set
        """Whether to stop; cheap enough for every batch."""
        self.wait = self._event.wait
        """Wait so many seconds for it, and say whether to stop."""

    def request(self, why: Why) -> None:
        """Ask for a stop."""
        self.why = stronger(self.why, why)
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
