"""Temporary files of the libraries, kept where they are removed whatever becomes of the process."""

import os
import tempfile
from pathlib import Path


def keep_temporary_files_in(folder: Path) -> None:
    """Have this process, and what it loads and starts, put temporary files there.

    TensorFlow writes a file for each function that it converts, PyTensor one for each that it compiles, Keras a folder
    for each model that it saves. They are removed when the interpreter ends, which a process that is killed or leaves
    at once never sees. A worker that trains for weeks would fill the system's folder for temporary files.
    """
    os.environ["TMPDIR"] = str(folder)
    tempfile.tempdir = str(folder)
