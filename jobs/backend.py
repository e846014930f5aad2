"""Which of Keras's backends a process uses, told without importing Keras."""

import os

DEFAULT = "tensorflow"
"""What a worker trains on where nobody says otherwise."""


def chosen() -> str:
    """The backend by Keras's own variable, ``KERAS_BACKEND``."""
    return os.environ.get("KERAS_BACKEND") or DEFAULT
