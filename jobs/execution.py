"""An attempt from its assignment to its end: a lesson is run in a session, and whatever happens becomes an ``end``."""

import contextlib
import errno
import traceback

from jobs.datasets.problems import DatasetProblem
from jobs.engine import Choice
from jobs.lessons import registry
from jobs.protocol import Assignment, EndData, ErrorData, Outcome
from jobs.stopping import AttemptFailed, Stop, Stopped
from jobs.training import Session


def earlier_choice(assignment: Assignment) -> Choice | None:
    """How an earlier attempt of this run has trained; None for the first."""
    if assignment.route is None or assignment.jit_compile is None:
        return None
    way = "compiled epochs" if assignment.route == "compiled" else "plain Keras fit"
    return Choice(assignment.route, assignment.jit_compile, f"As in attempt {assignment.attempt - 1}: {way}.")


def execute(assignment: Assignment, session: Session, stop: Stop) -> EndData:
    """Carry an attempt out and say how it ended. Whatever happens is in the answer; nothing is raised."""
    try:
        end = _attempt(assignment, session)
    except Exception as error:
        end = _ended_by(error, session, stop)
    if end.outcome is not Outcome.COMPLETED:
        try:
            session.keep_checkpoints()
        except Exception as error:
            with contextlib.suppress(OSError):
                session.log(f"The last state could not be saved: {_last_line(error)}", "warning")
    return end


def _attempt(assignment: Assignment, session: Session) -> EndData:
    lesson = registry.find(assignment.lesson)
    try:
        if lesson is None:
            raise ValueError(f"There is no lesson {assignment.lesson!r}.")
        params = lesson.params.model_validate(assignment.params)
    except ValueError as error:
        return _failed("error", "The worker does not know this lesson or its parameters", _last_line(error))
    session.check_stop()
    lesson.run(params, session)
    return EndData(outcome=Outcome.COMPLETED)


def _ended_by(error: Exception, session: Session, stop: Stop) -> EndData:
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
        session.log("".join(traceback.format_exception(error)).rstrip(), "error")
    return _failed("error", "The training failed", _last_line(error))


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


def _last_line(error: Exception) -> str:
    return traceback.format_exception_only(error)[-1].strip()[:1000]
