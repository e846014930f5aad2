"""A process that imports what listings import, and then runs each listing that it is told of in a fork of itself.

``repeating.py`` starts it with ``python -I``: no module of ours can be found from here. A line of standard input is
the folder of a ``listing.py``, in JSON; the line answered is the exit code. What the listing prints goes to
``stdout.txt`` and ``stderr.txt`` in that folder.
"""

import json
import os
import runpy
import sys
import traceback
from typing import NoReturn

import keras
import numpy
import sklearn.datasets
import tensorflow

__all__ = ["keras", "numpy", "sklearn", "tensorflow"]


def serve() -> None:
    """Run listings until nobody asks any more."""
    for line in iter(sys.stdin.buffer.readline, b""):
        child = os.fork()
        if child == 0:
            run(json.loads(line))
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


def run(folder: str) -> NoReturn:
    """Be the process of one listing."""
    os.chdir(folder)
    for descriptor, name in ((0, os.devnull), (1, "stdout.txt"), (2, "stderr.txt")):
        opened = os.open(name, os.O_RDWR | os.O_CREAT, 0o600)
        os.dup2(opened, descriptor)
        os.close(opened)
    code = 0
    try:
        runpy.run_path("listing.py", run_name="__main__")
    except BaseException:
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    # At once, as a worker's child does: what the libraries clean up in the end they clean up for a process of theirs.
    os._exit(code)


if __name__ == "__main__":
    serve()
