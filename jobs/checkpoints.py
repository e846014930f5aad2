"""Files of saved states: what they are called, how they are written, and how a crash finds them again.

``best``, ``last`` and each ``improvement`` are models in Keras's own format, for people; they hold the optimizer too. A
``generation`` is what a later attempt goes on from (:mod:`jobs.generations`). When they are written is said in
:mod:`jobs.keeper`. The same state makes the same file, whenever it is written: an epoch that is trained again after an
interruption leaves nothing new.
"""

import contextlib
import hashlib
import io
import json
import zipfile
from pathlib import Path
from typing import Any, Literal

from pydantic import ValidationError

from jobs.atomic import settle, write_atomically
from jobs.faults import kill_point
from jobs.protocol import Best, CheckpointData

Kind = Literal["best", "last", "generation", "improvement"]

KINDS: tuple[Kind, ...] = ("generation", "best", "last")
"""The kinds of which only the newest counts. Improvements are more than one."""

NOTE = ".json"
"""How a note's name ends: what it is of comes before."""

METADATA, CONFIG = "metadata.json", "config.json"
"""Where a ``.keras`` file says when it was saved, and of what its network consists."""

SHARED = "shared_object_id"
"""By what Keras tells there that two layers share an object: its address in memory."""


def location(directory: Path, data: CheckpointData) -> Path:
    """Where a saved state's file lies until the server has it."""
    suffix = "npz" if data.kind == "generation" else "keras"
    return directory / f"{data.kind}-{data.epoch:06d}-{data.sha256[:16]}.{suffix}"


def write_model(
    model: Any,
    directory: Path,
    kind: Kind,
    epoch: int,
    best: Best | None,
    fold: int | None = None,
    name: str | None = None,
) -> CheckpointData:
    """Save ``model`` as a ``.keras`` file, whole or not at all, with a note beside it that survives a crash."""
    temporary = directory / f".{kind}.tmp.keras"
    try:
        model.save(temporary)
        content = reproducible(temporary.read_bytes())
        temporary.write_bytes(content)
        data = _describe(kind, epoch, content, best, fold, name)
        settle(temporary, location(directory, data))
    finally:
        temporary.unlink(missing_ok=True)  # a full disk leaves half of it
    write_atomically(_note(directory, data.called), data.model_dump_json().encode())
    return data


def reproducible(content: bytes) -> bytes:
    """A ``.keras`` file's content without what tells one writing of the same state from another.

    That is when it and its members were written, and where in memory the objects lay that its layers share: they are
    numbered instead, which says as well which are the same.
    """
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(made, "w") as new:
        for member in old.infolist():
            inside = old.read(member)
            if member.filename == METADATA:
                told = json.loads(inside)
                told.pop("date_saved", None)
                inside = json.dumps(told).encode()
            elif member.filename == CONFIG:
                inside = json.dumps(_numbered(json.loads(inside), {})).encode()
            new.writestr(zipfile.ZipInfo(member.filename), inside, member.compress_type)
    return made.getvalue()


def _numbered(value: Any, numbers: dict[int, int]) -> Any:
    """A configuration with its shared objects numbered from 1, in order."""
    if isinstance(value, list):
        return [_numbered(one, numbers) for one in value]
    if not isinstance(value, dict):
        return value
    return {
        key: numbers.setdefault(one, len(numbers) + 1)
        if key == SHARED and isinstance(one, int)
        else _numbered(one, numbers)
        for key, one in value.items()
    }


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
    improvements = sorted(directory.glob(f"*.keras{NOTE}"))
    for note in [*improvements, *(_note(directory, kind) for kind in KINDS)]:
        with contextlib.suppress(FileNotFoundError, ValidationError):
            data = CheckpointData.model_validate_json(note.read_bytes())
            if data.sha256 not in announced and location(directory, data).exists():
                found.append(data)
    return found


def _describe(
    kind: Kind, epoch: int, content: bytes, best: Best | None, fold: int | None, name: str | None = None
) -> CheckpointData:
    return CheckpointData(
        kind=kind,
        name=name,
        epoch=epoch,
        monitor=best.monitor if best else None,
        value=best.value if best else None,
        sha256=hashlib.sha256(content).hexdigest(),
        bytes=len(content),
        fold=fold,
    )


def _note(directory: Path, called: str) -> Path:
    return directory / f"{called}{NOTE}"
