"""``fitboard datasets`` against a real server: list, upload, delete, and what is refused."""

from pathlib import Path

import numpy as np

from tests.cli.terminal import fitboard
from tests.conftest import MakeFitboard
from tests.datafiles import own_pictures


def test_a_dataset_is_uploaded_listed_and_deleted(make_fitboard: MakeFitboard, tmp_path: Path) -> None:
    running = make_fitboard(worker=False)
    np.savez_compressed(tmp_path / "my bars.npz", **own_pictures())
    there = ("--server", running.url)

    added = fitboard("datasets", "--add", str(tmp_path / "my bars.npz"), *there)
    assert (added.returncode, added.stderr) == (0, "")
    assert added.stdout.startswith("my bars: 60 training and 20 test images of 12 by 16 pixels in colour in 3 classes")

    listed = fitboard("datasets", *there).stdout.splitlines()
    assert listed[-1].split("  ")[0] == "my bars"
    assert any(line.startswith("digits") for line in listed)

    again = fitboard("datasets", "--add", str(tmp_path / "my bars.npz"), *there)
    assert again.returncode == 2
    assert "There is a dataset my bars already" in again.stderr
    missing = fitboard("datasets", "--add", str(tmp_path / "nothing.npz"), *there)
    assert missing.returncode == 2
    assert "cannot be read: No such file or directory" in missing.stderr

    deleted = fitboard("datasets", "--delete", "my bars", *there)
    assert (deleted.returncode, deleted.stdout) == (0, "my bars is deleted.\n")
    assert fitboard("datasets", "--delete", "my bars", *there).returncode == 2
