"""Which arrays an ``.npz`` archive holds, read from their headers by hand: no NumPy, no pickle, no pixel unpacked.

An ``.npz`` is a zip file with one ``.npy`` file per array. An ``.npy`` file begins with a magic string, a version, the
length of the header and the header: a Python literal that tells data type, order and shape (NumPy's
``numpy.lib.format``). Everything is bounded before it is read, because the file may be anything.
"""

import ast
import math
import zipfile
import zlib
from dataclasses import dataclass
from typing import IO

LONGEST_HEADER = 4096
"""Bytes; NumPy writes 118 for an array of numbers."""

MAGIC = b"\x93NUMPY"


class Malformed(Exception):
    """The archive isn't what it should be; the text goes on after the file's name."""


@dataclass(frozen=True)
class ArrayHeader:
    """What an array says of itself: ``dtype`` in NumPy's short form (``|u1`` is uint8), and its shape."""

    dtype: str
    shape: tuple[int, ...]

    @property
    def bytes(self) -> int:
        """How many bytes the numbers take; only for types of one byte."""
        return math.prod(self.shape)


def read_headers(file: IO[bytes], keys: tuple[str, ...]) -> dict[str, ArrayHeader]:
    """The headers of these arrays in an open archive; other arrays in it don't matter.

    Raises:
        Malformed: it isn't a zip file, or one of the arrays is missing, encrypted, cut short or not an array.
        OSError: it can't be read.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            return {key: _read_header(archive, key) for key in keys}
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
    if header.dtype == "|u1" and info.file_size != begin + header.bytes:
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
        dtype, shape = fields["descr"], fields["shape"]
        sound = isinstance(dtype, str) and isinstance(shape, tuple) and all(type(n) is int and n >= 0 for n in shape)
    except (ValueError, SyntaxError, TypeError, KeyError, IndexError, MemoryError, RecursionError):
        sound = False
    if not sound:
        raise Malformed(f": the header of the array {key} cannot be understood.")
    return ArrayHeader(dtype, shape), 8 + width + length
