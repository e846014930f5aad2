"""Images as files and back: PNG in base64 out, PNG and JPEG in. TensorFlow does the work, wherever the backend is."""

import base64
import binascii
import struct
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jobs.asking import Unanswerable
from jobs.exhibits import encode_png

LARGEST = 4096 * 4096
"""Pixels of the largest picture that is opened; one of more could fill the memory."""

GAP = 2
"""Pixels between the images of a grid."""


def png(image: NDArray[np.uint8]) -> str:
    """An image of shape (height, width, channels), 1, 3 or 4 channels, as a PNG in base64."""
    return base64.b64encode(encode_png(image)).decode()


def grid(images: NDArray[np.uint8], rows: int, columns: int) -> NDArray[np.uint8]:
    """Images side by side, row by row, with grey between them.

    Args:
        images: shape (rows * columns, height, width, channels).
        rows: of the grid, as is ``columns``.
    """
    _, height, width, channels = images.shape
    sheet = np.full((rows * (height + GAP) - GAP, columns * (width + GAP) - GAP, channels), 128, dtype="uint8")
    for index, image in enumerate(images):
        top, left = index // columns * (height + GAP), index % columns * (width + GAP)
        sheet[top : top + height, left : left + width] = image
    return sheet


def from_base64(text: str) -> bytes:
    """The bytes of a picture; a browser's data address is taken too.

    Raises:
        Unanswerable: it isn't base64.
    """
    try:
        return base64.b64decode(text.partition(",")[2] if text.startswith("data:") else text, validate=True)
    except (binascii.Error, ValueError):
        raise Unanswerable("not_base64", "image is not in base64. Send a PNG or JPEG encoded in base64.") from None


def decoded(content: bytes, channels: int) -> NDArray[np.uint8]:
    """A PNG or JPEG as an array of shape (height, width, channels); what is transparent becomes black.

    Args:
        content: the file.
        channels: 1 for grey, 3 for colour.

    Raises:
        Unanswerable: it is neither PNG nor JPEG, is damaged, or too large.
    """
    import tensorflow as tf

    size = dimensions(content)
    if size is None:
        raise Unanswerable("not_an_image", "image is neither a PNG nor a JPEG. Send one of these.")
    width, height = size
    if width * height > LARGEST or width * height == 0:
        raise Unanswerable(
            "too_large", f"image has {width} by {height} pixels. Send one of at most {LARGEST / 1e6:.0f} million."
        )
    try:
        with tf.device("/CPU:0"):
            if content.startswith(_PNG):
                image = np.asarray(tf.io.decode_png(content, channels=4))
                # In whole numbers of two bytes: a picture as large as may be takes a few hundred megabytes otherwise.
                colours = ((image[..., :3] * image[..., 3:].astype("uint16") + 127) // 255).astype("uint8")
            else:
                colours = np.asarray(tf.io.decode_jpeg(content, channels=3))
    except tf.errors.InvalidArgumentError:
        raise Unanswerable("not_an_image", "image is damaged. Send a whole PNG or JPEG.") from None
    if channels == 1:  # the weights of ITU-R BT.601, which TensorFlow and most others use too
        grey = colours @ np.array([[0.299], [0.587], [0.114]], dtype="float32")
        return np.asarray(np.rint(grey), dtype="uint8")
    return np.asarray(colours)


def resized(image: NDArray[np.uint8], height: int, width: int) -> NDArray[np.uint8]:
    """An image at another size, smoothed as it shrinks, whole and without distortion: the rest is black."""
    import tensorflow as tf

    with tf.device("/CPU:0"):
        scale = min(height / image.shape[0], width / image.shape[1])
        inner = max(round(image.shape[0] * scale), 1), max(round(image.shape[1] * scale), 1)
        small = tf.image.resize(image, inner, antialias=True)
        padded = tf.image.resize_with_crop_or_pad(small, height, width)
    return np.asarray(np.rint(np.clip(np.asarray(padded), 0, 255)), dtype="uint8")


_PNG = b"\x89PNG\r\n\x1a\n"


def dimensions(content: bytes) -> tuple[int, int] | None:
    """Width and height of a PNG or JPEG by its header alone; None where it is neither."""
    if content.startswith(_PNG) and content[12:16] == b"IHDR" and len(content) >= 24:
        width, height = struct.unpack(">II", content[16:24])
        return int(width), int(height)
    if not content.startswith(b"\xff\xd8"):
        return None
    at = 2
    while at + 9 <= len(content) and content[at] == 0xFF:
        marker = content[at + 1]
        if marker == 0xFF:  # a fill byte
            at += 1
        elif 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", content[at + 5 : at + 9])
            return int(width), int(height)
        else:
            at += 2 + int(struct.unpack(">H", content[at + 2 : at + 4])[0])
    return None


def shown(values: NDArray[Any]) -> NDArray[np.uint8]:
    """Numbers from 0 to 255 as pixels; what lies beyond is cut off."""
    return np.asarray(np.rint(np.clip(values, 0, 255)), dtype="uint8")


def stretched(values: NDArray[Any]) -> NDArray[np.uint8]:
    """Any numbers as pixels: the smallest of all becomes black, the largest white."""
    low, high = float(values.min()), float(values.max())
    return shown((values - low) * (255.0 / (high - low) if high > low else 0.0))
