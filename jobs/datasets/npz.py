"""Which arrays an ``.npz`` archive holds, read from their headers by hand: no NumPy, no pickle, no pixel unpacked.

An ``.npz`` is a zip file with one ``.npy`` file per array. An ``.npy`` file begins with a magic string, a version, the
length of the header and the header: a Python literal that tells data type, order and shape (NumPy's
``numpy.lib.format``). Everything is bounded before it is read, because the file may be anything.
"""

import ast
import math
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, cast

LONGEST_HEADER = 4096
"""Bytes; NumPy writes 118 for an array of numbers."""

MAGIC = b"\x93NUMPY"

MOST_AT_ONCE = 1 << 20
"""Bytes of an archive that are read in one go. Its list of contents is: one of a million entries is refused by this."""

_NUMBERS = re.compile(r"[<>|][biuf](?P<bytes>[1248])")


class Malformed(Exception):
    """The archive isn't what it should be; the text goes on after the file's name."""


@dataclass(frozen=True)
class ArrayHeader:
    """What an array says of itself: ``dtype`` in NumPy's short form (``|u1`` is uint8), its shape, and whether its
    numbers are in Fortran's order, the first index running fastest."""

    dtype: str
    shape: tuple[int, ...]
    fortran: bool = False

    @property
    def itemsize(self) -> int:
        """How many bytes one number takes; 0 for what isn't an array of plain numbers."""
        plain = _NUMBERS.fullmatch(self.dtype)
        return int(plain["bytes"]) if plain else 0

    @property
    def bytes(self) -> int:
        """How many bytes the numbers take; only for plain numbers."""
        return math.prod(self.shape) * self.itemsize


class _Sparing:
    """An open file of which little is read at once, whatever its content claims. As much as ``zipfile`` needs."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.seek, self.tell, self.seekable = file.seek, file.tell, file.seekable

    def read(self, size: int = -1) -> bytes:
        """As a file does."""
        if size > MOST_AT_ONCE:
            raise Malformed(f" has a part of {size} bytes where at most {MOST_AT_ONCE} are read at once.")
        return self._file.read(size)


def read_headers(file: IO[bytes], keys: tuple[str, ...]) -> dict[str, ArrayHeader]:
    """The headers of these arrays in an open archive; other arrays in it don't matter.

    Raises:
        Malformed: it isn't a zip file, or one of the arrays is missing, encrypted, cut short or not an array.
        OSError: it can't be read.
    """
    with _opened(file) as archive:
        return {key: _read_header(archive, key) for key in keys}


def read_start(file: IO[bytes], key: str, most: int) -> bytes:
    """The first bytes of an array's numbers, at most ``most``, as they lie in the file.

    Raises:
        Malformed: as :func:`read_headers`; or they are cut short.
        OSError: it can't be read.
    """
    with _opened(file) as archive, archive.open(f"{key}.npy") as member:
        header, _ = _parse(member, key)
        wanted = min(header.bytes, most)
        parts, left = [], wanted
        while left and (part := member.read(min(left, MOST_AT_ONCE))):
            parts.append(part)
            left -= len(part)
    if left:
        raise Malformed(f": the array {key} is cut short.")
    return b"".join(parts)


def read_through(file: IO[bytes], keys: tuple[str, ...]) -> None:
    """Unpack these arrays, which must have been looked at, and keep nothing: their checksums are compared so.

    Raises:
        Malformed: as :func:`read_headers`; or they are damaged.
        OSError: it can't be read.
    """
    with _opened(file) as archive:
        for key in keys:
            with archive.open(f"{key}.npy") as member:
                while member.read(MOST_AT_ONCE):
                    pass


@contextmanager
def _opened(file: IO[bytes]) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(cast(IO[bytes], _Sparing(file))) as archive:
            yield archive
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise Malformed(f" is not an .npz archive that can be read ({str(error) or type(error).__name__}).") from None


def _read_header(archive: zipfile.ZipFile, key: str) -> ArrayHeader:
    try:
        info = archive.getinfo(f"{key}.npy")
    except KeyError:
        held = ", ".join(sorted(name.removesuffix(".npy")[:40] for name in archive.namelist())[:8]) or "nothing"
        raise Malformed(f" holds {held}, but no array {key}.") from None
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise Malformed(f" has the array {key} compressed in a way that NumPy doesn't use.")
    with archive.open(info) as member:
        header, begin = _parse(member, key)
    if header.itemsize and info.file_size != begin + header.bytes:
        raise Malformed(
            f": the array {key} says its shape is {header.shape}, but holds {info.file_size - begin} bytes."
        )
    return header


def _parse(member: IO[bytes], key: str) -> tuple[ArrayHeader, int]:
    """The header, and at which byte the numbers begin."""
    lead = member.read(8)
    width = {1: 2, 2: 4, 3: 4}.get(lead[6]) if len(lead) == 8 and lead.startswith(MAGIC) else None
    if width is None:
        raise Malformed(f" has in {key}.npy something that is not a NumPy array.")
    length = int.from_bytes(member.read(width), "little")
    if length > LONGEST_HEADER:
        raise Malformed(f": the array {key} has a header of {length} bytes; at most {LONGEST_HEADER} are read.")
    text = member.read(length).decode("latin-1")
    try:
        fields = ast.literal_eval(text.strip())
        dtype, shape, fortran = fields["descr"], fields["shape"], fields.get("fortran_order", False)
        sound = isinstance(dtype, str) and isinstance(shape, tuple) and all(type(n) is int and n >= 0 for n in shape)
    except (ValueError, SyntaxError, TypeError, KeyError, IndexError, AttributeError, MemoryError, RecursionError):
        sound = False
    if not sound:
        raise Malformed(f": the header of the array {key} cannot be understood.")
    return ArrayHeader(dtype, shape, bool(fortran)), 8 + width + length
