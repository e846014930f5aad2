"""A disk that is really full: a file system of 200 KB, of this test alone, in a namespace of its own."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.repository import ROOT

MOUNT = 'mount -t tmpfs -o size=200k tmpfs "$1"'


def mounted(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a command where ``folder`` is a small file system that nobody else sees."""
    script = f'{MOUNT} && shift && exec "$@"'
    return subprocess.run(
        ["unshare", "--map-root-user", "--mount", "sh", "-c", script, "sh", str(folder), *command],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_on_a_full_disk_nothing_is_half_written_and_the_last_state_stays(tmp_path: Path) -> None:
    if shutil.which("unshare") is None or mounted(tmp_path, "true").returncode != 0:
        pytest.skip("this machine lets nobody but its administrator mount a file system")
    done = mounted(tmp_path, sys.executable, "-m", "tests.jobs.filling", str(tmp_path))
    assert (done.returncode, done.stdout) == (0, "all of it\n"), done.stderr
