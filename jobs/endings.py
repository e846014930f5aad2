"""How an attempt's failure is told: the ``end`` that each kind of exception comes to."""

import contextlib
import errno
import traceback
from collections.abc import Callable

from pydantic import ValidationError

from jobs.datasets.problems import DatasetProblem
from jobs.protocol import EndData, ErrorData, Outcome
from jobs.stopping import AttemptFailed, Stop, Stopped


def ended_by(error: Exception, stop: Stop, log: Callable[[str], None]) -> EndData:
    """What is told of an attempt that ``error`` has ended; ``log`` takes the traceback of one that nobody foresaw."""
    if isinstance(error, Stopped):
        if stop.why == "release":
            return EndData(outcome=Outcome.RELEASED, reason="worker-stopped")
        if stop.why == "pause":
            return EndData(outcome=Outcome.PAUSED, reason="paused")
        return EndData(outcome=Outcome.CANCELED, reason="canceled")
    if isinstance(error, AttemptFailed):
        return _failed(error.reason, error.title, error.detail)
    if isinstance(error, DatasetProblem):
        return _failed("data", "The data could not be used", error.detail)
    if isinstance(error, MemoryError) or _exhausted(error):
        detail = "The machine has no memory left for this model. Use smaller layers or a smaller batch size."
        return _failed("out-of-memory", "Out of memory", detail)
    if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return disk_full()
    with contextlib.suppress(OSError):
        log("".join(traceback.format_exception(error)).rstrip())
    return _failed("error", _title(error), last_line(error))


def _exhausted(error: Exception) -> bool:
    """Whether the device's memory didn't suffice: TensorFlow has a class for it, JAX a word in the message."""
    return type(error).__name__ == "ResourceExhaustedError" or "RESOURCE_EXHAUSTED:" in str(error)


def disk_full() -> EndData:
    """An attempt that can't write its files; what it has saved before is there."""
    detail = "There is no space left for checkpoints and journal. The run goes on by itself when there is room again."
    error = ErrorData(title="The disk is full", detail=detail)
    return EndData(outcome=Outcome.PAUSED, reason="disk-full", error=error)


def _failed(reason: str, title: str, detail: str) -> EndData:
    return EndData(outcome=Outcome.FAILED, reason=reason, error=ErrorData(title=title, detail=detail))


def _title(error: Exception) -> str:
    if isinstance(error, ValidationError | KeyError):
        return "The worker does not know this lesson or its parameters"
    return "The training failed"


def last_line(error: Exception) -> str:
    """An exception in a line."""
    return traceback.format_exception_only(error)[-1].strip()[:1000]
