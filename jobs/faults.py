"""Named places at which a test can make a process die, to show that nothing is lost there.

Here are the places and nothing that kills: an installed Fitboard has nobody behind them, whatever its environment
says. A test hands :func:`arm` what shall happen at a place; the tests' own worker does so in its children
(``tests/faults/arming.py``).
"""

from collections.abc import Callable

Visit = Callable[[str], None]
"""Takes the name of the place that a process has come to."""

_visit: Visit | None = None


def kill_point(name: str) -> None:
    """A process is at the place ``name``."""
    if _visit is not None:
        _visit(name)


def arm(visit: Visit | None) -> None:
    """From now on call ``visit`` at each place, or nobody any more."""
    global _visit
    _visit = visit
