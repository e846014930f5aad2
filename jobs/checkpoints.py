"""Files of saved states: what they are called, how they are written, and how a crash finds them again.

``best`` and ``last`` are models in Keras's own format, for people; both hold the optimizer too. A ``generation`` is
what a later attempt goes on from (:mod:`jobs.generations`). When they are written is said in :mod:`jobs.keeper`.
"""

import contextlib
import hashlib
from pathlib import Path
from typing import Any, Literal

from pydantic import ValidationError

from jobs.atomic import settle, write_atomically
from jobs.faults import kill_point
from jobs.protocol import Best, CheckpointData

Kind = Literal["best", "last", "generation"]

KINDS: tuple[Kind, ...] = ("generation", "best", "last")


def location(directory: Path, data: CheckpointData) -> Path:
    """Where a saved state's file lies until the server has it."""
    suffix = "npz" if data.kind == "generation" else "keras"
    return directory / f"{data.kind}-{data.epoch:06d}-{data.sha256[:16]}.{suffix}"


def write_model(
    model: Any, directory: Path, kind: Kind, epoch: int, best: Best | None, fold: int | None = None
) -> CheckpointData:
    """Save ``model`` as a ``.keras`` file, whole or not at all, with a note beside it that survives a crash."""
    temporary = directory / f".{kind}.tmp.keras"
    try:
        model.save(temporary)
        content = temporary.read_bytes()
        data = _describe(kind, epoch, content, best, fold)
        settle(temporary, location(directory, data))
    finally:
        temporary.unlink(missing_ok=True)  # a full disk leaves half of it
    write_atomically(_note(directory, kind), data.model_dump_json().encode())
    return data


def write_generation(content: bytes, directory: Path, epoch: int, fold: int | None = None) -> CheckpointData:
    """Save a generation's content, whole or not at all, with a note beside it. ``epoch`` is the one to go on with."""
    data = _describe("generation", epoch, content, None, fold)
    kill_point("generation.before_write")
    write_atomically(location(directory, data), content)
    kill_point("generation.after_rename")
    write_atomically(_note(directory, "generation"), data.model_dump_json().encode())
    kill_point("generation.after_note")
    return data


def unannounced(directory: Path, announced: set[str]) -> list[CheckpointData]:
    """The states that were saved but whose entry didn't get into the journal any more."""
    found = []
    for kind in KINDS:
        with contextlib.suppress(FileNotFoundError, ValidationError):
            data = CheckpointData.model_validate_json(_note(directory, kind).read_bytes())
            if data.sha256 not in announced and location(directory, data).exists():
                found.append(data)
    return found


def _describe(kind: Kind, epoch: int, content: bytes, best: Best | None, fold: int | None) -> CheckpointData:
    return CheckpointData(
        kind=kind,
        epoch=epoch,
        monitor=best.monitor if best else None,
        value=best.value if best else None,
        sha256=hashlib.sha256(content).hexdigest(),
        bytes=len(content),
        fold=fold,
    )


def _note(directory: Path, kind: str) -> Path:
    return directory / f"{kind}.json"
