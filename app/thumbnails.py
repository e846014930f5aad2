"""Pictures of a dataset's images as PNG, made without NumPy: by hand, because the server has nothing that could."""

import base64
import struct
import zlib
from dataclasses import dataclass

LARGEST = 64
"""Pixels of a thumbnail's longer side; of a larger image every so-manyth is taken."""


@dataclass(frozen=True)
class Thumbnail:
    """A picture for a page: ``source`` is a data address."""

    source: str
    width: int
    height: int
    caption: str


def thumbnail(pixels: bytes, shape: tuple[int, int, int], caption: str) -> Thumbnail:
    """A picture of an image's pixels, row by row, channels last.

    Args:
        pixels: height times width times channels bytes.
        shape: height, width, and 1 channel for grey or 3 for colour.
        caption: what stands under it.
    """
    height, width, channels = shape
    step = max(1, -(-max(height, width) // LARGEST))
    rows = []
    for top in range(0, height, step):
        row = pixels[top * width * channels : (top + 1) * width * channels]
        kept = bytearray(-(-width // step) * channels)
        for channel in range(channels):
            kept[channel::channels] = row[channel :: step * channels]
        rows.append(bytes(kept))
    content = png(rows, len(rows[0]) // channels, channels)
    source = f"data:image/png;base64,{base64.b64encode(content).decode()}"
    return Thumbnail(source, len(rows[0]) // channels, len(rows), caption)


def png(rows: list[bytes], width: int, channels: int) -> bytes:
    """A PNG of 8 bits per channel; ``rows`` from top to bottom."""
    colour = {1: 0, 3: 2}[channels]
    header = struct.pack(">IIBBBBB", width, len(rows), 8, colour, 0, 0, 0)
    packed = zlib.compress(b"".join(b"\0" + row for row in rows), 6)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", packed) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
