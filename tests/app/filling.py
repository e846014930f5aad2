"""Uploads to a folder that is really full: ``python -m tests.app.filling FOLDER``, in a file system of its own."""

import io
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

from app.errors import Problem
from app.uploads import Uploads
from jobs.datasets import Datasets
from tests.datafiles import own_pictures


def archive(images: int) -> io.BytesIO:
    """Pictures that can't be compressed much: 192 bytes each."""
    file = io.BytesIO()
    np.savez(file, **own_pictures(train=images, test=4, shape=(8, 8, 3), classes=2))
    return file


def main(folder: Path) -> None:
    """Upload what finds room, then what finds none."""
    plenty = shutil.disk_usage(folder)._replace(free=10**12)
    shutil.disk_usage = lambda _path: plenty  # type: ignore[assignment]  # another writer takes the room meanwhile
    datasets = Datasets(None, folder, False, uploads=folder)
    uploads = Uploads(folder, datasets, 10**9)
    uploads.add("first.npz", archive(500))
    with pytest.raises(Problem, match="No space left on device") as caught:
        uploads.add("second.npz", archive(900))
    assert caught.value.kind == "storage-failed"
    assert [path.name for path in folder.iterdir()] == ["first.npz"], list(folder.iterdir())
    assert datasets.state("first").rows == 500
    uploads.remove("first")
    uploads.add("second.npz", archive(500))
    print("all of it")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
