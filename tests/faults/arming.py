"""Makes this process die at a named place (``jobs/faults.py``), as ``FITBOARD_KILL_AT`` asks.

Only the children of ``armed_worker.py`` do what stands here. In an installed Fitboard nothing does: there the variable
is a word without meaning.
"""

import os
import signal
from pathlib import Path

from jobs import faults

VARIABLE = "FITBOARD_KILL_AT"
"""Places and how often, like ``generation.after_rename:2,reporter.before_send``; ``@FILE`` reads them from a file."""

INTERVAL = "FAULT_INTERVAL"
"""Seconds from one generation to the next; the less there is of it, the less is trained again after a kill."""


def arm() -> None:
    """Die where the environment says, and save as often as it says."""
    if VARIABLE in os.environ:
        faults.arm(Places(os.environ[VARIABLE]))
    if INTERVAL in os.environ:
        from jobs import keeper  # here, because Keras comes with it

        keeper.INTERVAL, keeper.SHARE = float(os.environ[INTERVAL]), 1.0


class Places:
    """Sends SIGKILL to this process when it comes to one of the places for the so manieth time.

    A file is read when the process comes to the first place of all, so that a test can choose anew for each attempt.
    """

    def __init__(self, asked: str) -> None:
        self._asked = asked
        self._left: dict[str, int] | None = None

    def __call__(self, name: str) -> None:
        """The process is at ``name``."""
        if self._left is None:
            self._left = self._read()
        if name in self._left:
            self._left[name] -= 1
            if self._left[name] == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    def _read(self) -> dict[str, int]:
        text = self._asked
        if text.startswith("@"):
            file = Path(text[1:])
            text = file.read_text() if file.exists() else ""
        places = (place.strip().partition(":") for place in text.split(",") if place.strip())
        return {name: int(count or "1") for name, _, count in places}
