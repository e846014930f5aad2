"""Only the tests' own worker dies where ``FITBOARD_KILL_AT`` says; an installed Fitboard doesn't know the word."""

import os
import signal
import subprocess
import sys

from tests.faults.arming import VARIABLE
from tests.repository import ROOT

COMES_TWICE = "from jobs.faults import kill_point; kill_point('here'); kill_point('here'); print('alive')"


def come_twice(before: str = "") -> subprocess.CompletedProcess[str]:
    """A process that comes to a place twice, and shall die there at the second time."""
    return subprocess.run(
        [sys.executable, "-c", before + COMES_TWICE],
        env={**os.environ, VARIABLE: "elsewhere, here:2"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_a_process_of_an_installed_fitboard_lives_on() -> None:
    done = come_twice()
    assert (done.returncode, done.stdout) == (0, "alive\n")


def test_an_armed_process_dies_at_its_place() -> None:
    done = come_twice("from tests.faults import arming; arming.arm(); ")
    assert (done.returncode, done.stdout) == (-signal.SIGKILL, "")


def test_nothing_that_is_installed_reads_the_variable() -> None:
    reading = [path for room in ("app", "jobs") for path in (ROOT / room).rglob("*.py") if VARIABLE in path.read_text()]
    assert reading == []
