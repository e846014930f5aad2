"""Starting and stopping processes: what ``fitboard up`` does.

``Launch`` runs server and worker as children, keeps the worker alive, and stops both cleanly. Nothing here knows runs
or lessons; the server's own process is in :mod:`app.serve`, the terminal commands are in :mod:`app.cli`.
"""

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
import webbrowser
from collections.abc import Mapping
from contextlib import suppress
from types import FrameType
from typing import IO

from app.serve import Say, link, listen, make_folder
from app.settings import Settings

SERVER_GRACE = 6.0
WORKER_GRACE = 10.0
"""Seconds to stop by themselves before they are killed. A worker hands its runs back to the queue meanwhile."""

START_LIMIT = 60.0
"""Seconds until the server must answer; a migration of a large database is part of it."""


def spawn(command: list[str], env: Mapping[str, str], output: IO[bytes] | None = None) -> subprocess.Popen[bytes]:
    """Start a child in a session of its own, so that a Ctrl-C reaches us alone and we stop it in order.

    On Linux the child is told (SIGTERM) when this process dies without having stopped it. ``output`` takes what
    it prints; without, that goes where ours goes.
    """
    return subprocess.Popen(
        command,
        env=env,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        stdout=output,
        stderr=output,
        preexec_fn=_die_with_parent,
    )


_libc = ctypes.CDLL(None) if sys.platform == "linux" else None
_PR_SET_PDEATHSIG = 1


def _die_with_parent() -> None:
    if _libc is not None:
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)


def stop(child: subprocess.Popen[bytes], grace: float) -> None:
    """SIGTERM, and SIGKILL to its whole session when it hasn't ended after ``grace`` seconds."""
    with suppress(ProcessLookupError):
        child.terminate()
    try:
        child.wait(grace)
    except subprocess.TimeoutExpired:
        pass
    finally:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def server_command() -> list[str]:
    """How the server is started as a child."""
    return [sys.executable, "-m", "app.serve", "--quiet"]


def worker_command(settings: Settings, server: str, name: str | None = None) -> list[str]:
    """How a worker for ``server`` is started; its key and datasets folder go by :func:`worker_environment`."""
    command = [sys.executable, "-m", "jobs.worker", "--server", server]
    command += ["--work-dir", str(settings.data_dir / "worker"), "--cache-dir", str(settings.data_dir / "datasets")]
    command += ["--programs-dir", str(settings.data_dir / "cache" / "programs")]
    if settings.slots is not None:
        command += ["--slots", str(settings.slots)]
    if name is not None:
        command += ["--name", name]
    return command


def worker_environment(settings: Settings) -> dict[str, str]:
    """The environment of a worker: ours with the worker key, without the token, which it has no need of."""
    environment = {**os.environ, "FITBOARD_WORKER_KEY": settings.worker_secret}
    environment.pop("FITBOARD_TOKEN", None)
    return environment


def answers(settings: Settings) -> bool:
    """Whether the server says at /health that it can serve."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(f"{settings.origin}/health", timeout=5) as answer:
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError):
        return False


def browser_for(environment: Mapping[str, str]) -> webbrowser.BaseBrowser | None:
    """A browser with a window, or None: none is wanted (``FITBOARD_BROWSER=0``), or nobody would see it."""
    if environment.get("FITBOARD_BROWSER", "").lower() in ("0", "no", "false", "off") or environment.get("CI"):
        return None
    if sys.platform == "linux" and not (environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY")):
        return None
    try:
        found = webbrowser.get()
    except webbrowser.Error:
        return None
    # A text browser would take over this very terminal.
    text = isinstance(found, webbrowser.GenericBrowser) and not isinstance(found, webbrowser.BackgroundBrowser)
    return None if text else found


class Launch:
    """Server and worker as children of this process, from start to a clean end."""

    def __init__(self, settings: Settings, say: Say, browser: webbrowser.BaseBrowser | None) -> None:
        self._settings = settings
        self._say = say
        self._browser = browser
        self._stopping = threading.Event()
        self._server: subprocess.Popen[bytes] | None = None
        self._worker: subprocess.Popen[bytes] | None = None
        self._worker_started = 0.0
        self._pause = 1.0

    def run(self) -> int:
        """Everything from start to end; returns the exit code: 0 after a signal, else the server's or 1.

        Raises:
            SettingsError: the address can't be listened on.
        """
        listen(self._settings).close()
        make_folder(self._settings)  # with the worker key, before either child could ask for it
        for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(name, self._on_signal)
        try:
            self._server = spawn(server_command(), os.environ)
            if not self._wait_for_server():
                return 0 if self._stopping.is_set() else self._server.returncode or 1
            self._start_worker()
            self._greet()
            return self._watch()
        finally:
            self._stop()

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        if self._stopping.is_set():  # the second Ctrl-C: at once
            for child in (self._worker, self._server):
                if child is not None and child.poll() is None:
                    with suppress(ProcessLookupError, PermissionError):
                        os.killpg(child.pid, signal.SIGKILL)
        self._stopping.set()

    def _wait_for_server(self) -> bool:
        assert self._server is not None
        until = time.monotonic() + START_LIMIT
        while not self._stopping.is_set():
            if self._server.poll() is not None:
                if self._server.returncode != 2:  # with 2 it has said what to change
                    self._say(f"The server did not start (exit code {self._server.returncode}); see above why.")
                return False
            if answers(self._settings):
                return True
            if time.monotonic() > until:
                self._say(f"The server has not answered for {START_LIMIT:.0f} seconds; stopping it.")
                return False
            self._stopping.wait(0.05)
        return False

    def _start_worker(self) -> None:
        self._worker = spawn(worker_command(self._settings, self._settings.origin), worker_environment(self._settings))
        self._worker_started = time.monotonic()

    def _greet(self) -> None:
        self._say(f"Fitboard is at {link(self._settings)}")
        self._say(f"Runs and data lie in {self._settings.data_dir.absolute()}. Ctrl-C stops everything.")
        if self._browser is not None:
            threading.Thread(target=self._browser.open, args=(link(self._settings),), daemon=True).start()

    def _watch(self) -> int:
        assert self._server is not None
        assert self._worker is not None
        while not self._stopping.wait(0.25):
            if self._server.poll() is not None:
                self._say(f"The server ended unexpectedly (exit code {self._server.returncode}). Start Fitboard again.")
                return 1
            if self._worker.poll() is not None:
                self._restart_worker()
        return 0

    def _restart_worker(self) -> None:
        """Start the worker again; the more often it dies young, the longer we wait before."""
        assert self._worker is not None
        lived = time.monotonic() - self._worker_started
        self._pause = 1.0 if lived > 60 else min(self._pause * 2, 30.0)
        self._say(
            f"The worker ended unexpectedly (exit code {self._worker.returncode}); starting it again in "
            f"{self._pause:.0f} s. Queued runs wait for it."
        )
        if not self._stopping.wait(self._pause):
            self._start_worker()

    def _stop(self) -> None:
        running = [child for child in (self._worker, self._server) if child is not None and child.poll() is None]
        if self._stopping.is_set() and running:
            self._say("Stopping.")
        if self._worker is not None:
            stop(self._worker, WORKER_GRACE)
        if self._server is not None:
            stop(self._server, SERVER_GRACE)
