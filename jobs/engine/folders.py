"""Rows that are images in a folder: named once, read and decoded batch by batch, never all in memory."""

import os
from pathlib import Path
from typing import Any

import numpy as np

from jobs.engine.rows import Rows

ENDINGS = (b".png", b".jpg", b".jpeg")


def image_folder(root: Path, *, height: int, width: int, channels: int = 3) -> tuple[Rows, tuple[str, ...]]:
    """The images under ``root/class name/``, as rows.

    They are in the order of their names, byte by byte, on every machine. A model gets them as float32 between 0 and 1,
    stretched to one size. Names that begin with a dot are left out.

    Args:
        root: the folder, with a folder for each class.
        height: of an image that the model gets, in pixels, as is ``width``.
        channels: 1 for grey, 3 for colours.

    Returns:
        The rows, whose ``y`` is the number of an image's class, and the classes' names by number.

    Raises:
        ValueError: there are no images.
        OSError: a folder can't be read.
    """
    top = os.fsencode(root)
    classes = sorted(entry.name for entry in os.scandir(top) if entry.is_dir() and not entry.name.startswith(b"."))
    named = [[os.path.join(name, file) for file in _images(os.path.join(top, name))] for name in classes]
    files = [file for of_class in named for file in of_class]
    if not files:
        raise ValueError(f"{root} holds no images. Put PNG or JPEG files into it, in a folder for each class.")
    before = os.path.join(top, b"")  # outside of ``read``, which TensorFlow traces
    labels = np.repeat(np.arange(len(classes)), [len(of_class) for of_class in named])

    def read(files: Any) -> Any:
        import tensorflow as tf

        def image(file: Any) -> Any:
            return _read(tf.strings.join([before, file]), height, width, channels)

        return tf.map_fn(image, files, fn_output_signature=tf.TensorSpec((height, width, channels), tf.float32))

    return Rows(np.array(files), labels, read=read), tuple(os.fsdecode(name) for name in classes)


def _images(folder: bytes) -> list[bytes]:
    names = sorted(os.listdir(folder))
    return [name for name in names if name.lower().endswith(ENDINGS) and not name.startswith(b".")]


def _read(path: Any, height: int, width: int, channels: int) -> Any:
    """One image, within ``tf.data``."""
    import tensorflow as tf

    image = tf.io.decode_image(tf.io.read_file(path), channels, expand_animations=False)
    image = tf.cond(
        tf.reduce_all(tf.equal(tf.shape(image)[:2], (height, width))),
        lambda: tf.cast(image, tf.float32),
        lambda: tf.image.resize(image, (height, width), antialias=True),
    )
    return tf.ensure_shape(image / 255.0, (height, width, channels))
