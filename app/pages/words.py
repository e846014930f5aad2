"""How values are written on pages: durations, sizes, times, numbers, and the words for a run's status.

The same rules stand in ``static/js/words.js`` for what changes while a page is open.
"""

from datetime import datetime

from app.charts import short
from app.models import Status
from app.runs import lifecycle

STATUS = {
    Status.QUEUED: "Queued",
    Status.RUNNING: "Running",
    Status.PAUSED: "Paused",
    Status.COMPLETED: "Completed",
    Status.FAILED: "Failed",
    Status.CANCELED: "Canceled",
}

ASKED = {lifecycle.CANCEL_REQUESTED: "Stopping", lifecycle.PAUSE_REQUESTED: "Pausing"}
"""What a running run is called that was asked for something, by its reason."""

NOTHING = "—"
"""What stands where there is no value."""


def duration(seconds: float | None) -> str:
    """A length of time in at most two units: ``0.4 s``, ``12 s``, ``3 min 5 s``, ``2 h 10 min``."""
    if seconds is None:
        return NOTHING
    if seconds < 0.05:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 9.95:
        return f"{seconds:.1f} s".replace(".0 s", " s")
    whole = round(seconds)
    minutes, rest = divmod(whole, 60)
    if minutes == 0:
        return f"{whole} s"
    hours, minutes_left = divmod(minutes, 60)
    if hours == 0:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    days, hours_left = divmod(hours, 24)
    if days == 0:
        return f"{hours} h {minutes_left} min" if minutes_left else f"{hours} h"
    return f"{days} d {hours_left} h" if hours_left else f"{days} d"


def size(count: int) -> str:
    """A file's size in decimal units: ``38 kB``, ``1.2 MB``."""
    amount = float(count)
    for unit in ("B", "kB", "MB", "GB"):
        if amount < 999.5 or unit == "GB":
            break
        amount /= 1000
    return f"{amount:.0f} {unit}" if unit == "B" or amount >= 10 else f"{amount:.1f} {unit}"


def count(value: int | None, one: str, many: str | None = None) -> str:
    """A number with its noun: ``1 run``, ``12 runs``, ``12,345 rows``."""
    value = value or 0
    return f"{value:,} {one if value == 1 else many or one + 's'}"


def metric(value: object) -> str:
    """A metric's value in four significant digits, or a dash."""
    return short(float(value)) if isinstance(value, int | float) else NOTHING


def moment(time: datetime | None) -> str:
    """A time for machines: RFC 3339 in UTC, for ``<time datetime>``."""
    return "" if time is None else time.isoformat(timespec="seconds").replace("+00:00", "Z")


def clock(time: datetime | None) -> str:
    """A time for people who have no JavaScript to turn it into their own zone's: ``23 Nov 2025, 21:49 UTC``."""
    return NOTHING if time is None else f"{time.day} {time:%b %Y, %H:%M} UTC"


def status(value: str, reason: str | None = None) -> str:
    """The word for a status; while a worker is asked for something, for that."""
    return (value == Status.RUNNING and ASKED.get(reason or "")) or STATUS[Status(value)]
