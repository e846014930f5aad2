"""What a queued run lacks before a worker can take it. Its place in the queue is in :mod:`app.runs.queries`."""

from collections.abc import Collection

from app.models import Run, Status


def lacking(run: Run, backends: Collection[str]) -> str | None:
    """The worker that a queued run waits for where none such is connected; None where nothing is missing.

    Args:
        run: one that has begun goes on with its backend alone.
        backends: those of the connected workers.
    """
    if run.status != Status.QUEUED:
        return None
    if run.backend is not None and run.backend not in backends:
        return f"a worker on {run.backend}"
    return None if backends else "a worker"
