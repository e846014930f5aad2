"""Named places at which a process can be made to die, so that tests can show that nothing is lost there.

``FITBOARD_KILL_AT=generation.after_rename:2`` ends a process by SIGKILL when it comes to that place for the second
time; several places are separated by commas. ``FITBOARD_KILL_AT=@FILE`` reads the places from a file, when a process
comes to the first of all. Without the variable a place costs a look into an empty dictionary.
"""

import os
import signal
from pathlib import Path

VARIABLE = "FITBOARD_KILL_AT"

_left: dict[str, int] | None = None


def kill_point(name: str) -> None:
    """Die here, if that is asked for."""
    global _left
    if _left is None:
        _left = _asked()
    if name in _left:
        _left[name] -= 1
        if _left[name] == 0:
            os.kill(os.getpid(), signal.SIGKILL)


def _asked() -> dict[str, int]:
    text = os.environ.get(VARIABLE, "")
    if text.startswith("@"):
        try:
            text = Path(text[1:]).read_text()
        except FileNotFoundError:
            text = ""
    places = (place.strip().partition(":") for place in text.split(",") if place.strip())
    return {name: int(count or "1") for name, _, count in places}
