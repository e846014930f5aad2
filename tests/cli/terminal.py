"""The command line as a person uses it: a process of its own, its output, its exit code, its Ctrl-C."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil

from tests.running import environment, wait_until

ROOT = Path(__file__).resolve().parent.parent.parent


def fitboard(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end; its streams as text, wide enough that no line is broken."""
    return subprocess.run(
        [sys.executable, "-m", "app.cli", *arguments],
        cwd=ROOT,
        env=environment(**settings) | {"COLUMNS": "240"},
        capture_output=True,
        text=True,
        timeout=90,
        stdin=subprocess.DEVNULL,
    )


def _hear_ctrl_c() -> None:
    """What a shell starts in the background ignores SIGINT, and hands that down to us and our children."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Command:
    """A command that runs on; use it as a context manager, so that nothing of it is left."""

    def __init__(self, folder: Path, *arguments: str, **settings: str) -> None:
        self._log = folder / "output.txt"
        with open(self._log, "wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "app.cli", *arguments],
                cwd=ROOT,
                env=environment(**settings) | {"COLUMNS": "240", "PYTHONUNBUFFERED": "1"},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_hear_ctrl_c,
            )
        self.psutil = psutil.Process(self.process.pid)

    def __enter__(self) -> "Command":
        return self

    def __exit__(self, *_: object) -> None:
        family = [*self.family(), self.psutil]
        for member in family:
            if member.is_running():
                member.kill()
        self.process.wait()

    @property
    def output(self) -> str:
        """Everything printed so far, by the command and its children."""
        return self._log.read_text(errors="replace")

    def says(self, text: str, timeout: float = 60) -> str:
        """Wait until ``text`` stands in the output, and return the output."""
        wait_until(lambda: text in self.output or self._ended(), timeout, f"the words {text!r}")
        assert text in self.output, self.output
        return self.output

    def family(self) -> list[psutil.Process]:
        """The command's children and theirs."""
        return self.psutil.children(recursive=True) if self.psutil.is_running() else []

    def child(self, word: str) -> psutil.Process:
        """The one direct child whose command line holds ``word``."""
        found = wait_until(
            lambda: [one for one in self.psutil.children() if word in " ".join(_command_line(one))],
            what=f"a child with {word!r}",
        )
        return found[0]

    def interrupt(self, number: signal.Signals = signal.SIGINT) -> None:
        """What Ctrl-C does."""
        os.kill(self.process.pid, number)

    def ends(self, timeout: float = 30) -> int:
        """Wait for the end; the exit code."""
        return self.process.wait(timeout)

    def _ended(self) -> bool:
        return self.process.poll() is not None


def _command_line(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []
