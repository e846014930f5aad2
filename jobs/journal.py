"""The durable outbox of one attempt: numbered entries, one JSON object a line, and how many the server has.

The journal survives the process that writes it. An entry is handed to the operating system before anybody hears of
it, so a SIGKILL loses nothing; a line torn by one is cut off when the journal is opened again. What isn't
acknowledged is kept in memory too, so that sending never reads the file. Sending is :mod:`jobs.reporter`'s work.
"""

import contextlib
import os
from collections import deque
from collections.abc import Callable
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from jobs.faults import kill_point
from jobs.protocol import CheckpointData, EndData, Entry, EventType, Wire, now

JOURNAL = "journal.jsonl"
ACKNOWLEDGED = "acknowledged"

BATCH_BYTES = 256 * 1024
"""A batch is closed when its lines reach this size, so that a body limit on the way is never met."""


class Journal:
    """Entries of one attempt, in the folder ``directory``. Not thread-safe: its reporter holds the lock.

    Args:
        directory: made if it isn't there; a journal in it is continued. Where the disk is so full that not even this
            can be done, entries are kept in memory alone, so that the server can still be told why it all fails.
        clock: the time that entries carry.
    """

    def __init__(self, directory: Path, clock: Callable[[], datetime] = now) -> None:
        self.directory = directory
        self.last = 0
        self.acknowledged = _read_acknowledged(directory / ACKNOWLEDGED)
        self.ended = False
        self.announced: set[str] = set()
        self._clock = clock
        self._pending: deque[tuple[Entry, int]] = deque()
        self._file: int | None = None
        self._acknowledged_file: int | None = None
        self._broken: OSError | None = None
        try:
            directory.mkdir(parents=True, exist_ok=True)
            self._file = os.open(directory / JOURNAL, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
            self._acknowledged_file = os.open(directory / ACKNOWLEDGED, os.O_WRONLY | os.O_CREAT, 0o600)
            self._recover(self._file)
        except OSError as error:
            self._broken = error

    def append(self, kind: EventType, data: Wire | dict[str, Any]) -> Entry:
        """Write an entry; it has the next number.

        Raises:
            OSError: the disk is full, say. The entry is pending all the same, and the file is as it was.
        """
        content = data.model_dump(mode="json") if isinstance(data, Wire) else data
        entry = Entry(n=self.last + 1, type=kind, time=self._clock(), data=content)
        line = entry.model_dump_json().encode() + b"\n"
        self._take(entry, len(line))
        self._write(line)
        return entry

    def pending(self, limit: int = 500) -> list[Entry]:
        """The oldest entries that the server hasn't acknowledged, as many as make a good batch."""
        batch: list[Entry] = []
        size = 0
        for entry, length in islice(self._pending, limit):
            size += length
            if batch and size > BATCH_BYTES:
                break
            batch.append(entry)
        return batch

    @property
    def delivered(self) -> bool:
        """Whether nothing is left to send."""
        return not self._pending

    def acknowledge(self, n: int) -> None:
        """The server has stored every entry up to ``n``."""
        if n <= self.acknowledged:
            return
        self.acknowledged = n
        while self._pending and self._pending[0][0].n <= n:
            self._pending.popleft()
        # Fixed width in place: a reader sees the old number or the new one. A lost write only means sending again.
        if self._acknowledged_file is not None:
            with contextlib.suppress(OSError):
                os.pwrite(self._acknowledged_file, b"%020d\n" % n, 0)

    def close(self) -> None:
        """Release the files."""
        for descriptor in (self._file, self._acknowledged_file):
            if descriptor is not None:
                os.close(descriptor)
        self._file = self._acknowledged_file = None

    def _take(self, entry: Entry, length: int) -> None:
        self.last = entry.n
        if entry.type is EventType.END:
            self.ended = True
        elif entry.type is EventType.CHECKPOINT:
            self.announced.add(CheckpointData.model_validate(entry.data).sha256)
        if entry.n > self.acknowledged:
            self._pending.append((entry, length))

    def _write(self, line: bytes) -> None:
        if self._broken is not None or self._file is None:
            raise self._broken or OSError("the journal is closed")
        before = os.fstat(self._file).st_size
        try:
            written = 0
            while written < len(line):
                written += os.write(self._file, line[written:])
            kill_point("journal.after_append")
        except OSError:
            os.ftruncate(self._file, before)
            raise

    def _recover(self, file: int) -> None:
        size = os.fstat(file).st_size
        content = os.pread(file, size, 0)
        good = 0
        for line in content.splitlines(keepends=True):
            try:
                entry = Entry.model_validate_json(line)
            except ValidationError:
                break
            if not line.endswith(b"\n") or entry.n != self.last + 1:
                break
            self._take(entry, len(line))
            good += len(line)
        if good < size:
            os.ftruncate(file, good)
        self.acknowledged = min(self.acknowledged, self.last)


def outcome(directory: Path) -> str:
    """How the attempt whose journal is in ``directory`` ended, in a word, for a log."""
    try:
        last = (directory / JOURNAL).read_bytes().splitlines()[-1]
        return EndData.model_validate(Entry.model_validate_json(last).data).outcome
    except (OSError, IndexError, ValidationError):
        return "over"


def _read_acknowledged(path: Path) -> int:
    try:
        return int(path.read_bytes() or b"0")
    except (OSError, ValueError):
        return 0
