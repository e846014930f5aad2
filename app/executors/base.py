"""What the scheduler asks of whatever carries attempts out: our own workers today, a cluster's engine one day.

An executor owns no run and changes no status. It is told that runs wait or that an attempt shall stop, and it is asked
what has become of an attempt; what follows from the answer is the scheduler's business. Results don't pass through
here either: whoever trains reports over HTTP with the attempt's own token.
"""

from enum import Enum
from typing import Protocol

from jobs.protocol import AttemptRef


class State(Enum):
    """What an executor knows of an attempt."""

    ALIVE = "alive"
    """Somebody carries it out, or is still expected to say so."""

    LOST = "lost"
    """Nobody does any more, and nobody will say so."""


class Executor(Protocol):
    """Carries attempts out somewhere. All methods return at once; all but ``status`` belong to the event loop."""

    patience: float
    """Seconds after which an attempt of which nothing is heard counts as lost."""

    def submit(self, run: str) -> None:
        """A run waits: have it claimed as soon as there is room. Said again for a run that was handed back."""

    def cancel(self, attempt: AttemptRef) -> None:
        """Have an attempt stop within two seconds. Its end is reported like every other."""

    def pause(self, attempt: AttemptRef) -> None:
        """Have an attempt stop at its next generation. Its end is reported like every other."""

    def status(self, attempt: AttemptRef) -> State:
        """What has become of an attempt that the database holds for running."""

    def renew(self) -> None:
        """The server itself stood still: let every attempt's patience begin anew."""

    def tidy(self) -> None:
        """Forget what no longer matters. Called every few seconds."""

    def close(self) -> None:
        """The server is about to stop: answer whoever waits here, now and from here on."""
