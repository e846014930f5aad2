"""A real Fitboard for tests: a server process and a worker process on a free port with a data folder of their own.

The fixtures ``fitboard`` (one for the whole session) and ``make_fitboard`` (one per test, with settings of its own) in
``conftest.py`` hand these out. Nothing here is a stand-in: the processes are started as ``fitboard up`` starts them.
"""

import atexit
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

import httpx

from app import launch
from app.settings import Settings

T = TypeVar("T")

SERVER_LIMIT = 30.0
WORKER_LIMIT = 120.0
"""Seconds until a test gives up waiting for the process; a worker imports TensorFlow first."""


def wait_until(condition: Callable[[], T], timeout: float = 30.0, what: str = "", interval: float = 0.05) -> T:
    """Ask again and again until the answer is truthy, and return it.

    Raises:
        AssertionError: it wasn't within ``timeout`` seconds; says ``what`` was waited for and the last answer.
    """
    until = time.monotonic() + timeout
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > until:
            raise AssertionError(f"Waited {timeout:g} s in vain for {what or condition}; the last answer: {answer!r}")
        time.sleep(interval)


def free_port() -> int:
    """A TCP port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(**settings: str) -> dict[str, str]:
    """Ours without any FITBOARD_ setting and without a display, and then ``settings`` (an empty one is left out)."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FITBOARD_")}
    kept.pop("DISPLAY", None)
    kept.pop("WAYLAND_DISPLAY", None)
    return kept | {name: value for name, value in settings.items() if value != ""}


class Running:
    """A server process and, unless told otherwise, a worker process.

    Attributes:
        folder: holds ``data/`` and the logs ``server.log`` and ``worker.log``.
        temporary: where its processes put temporary files. It lies in the system's own folder for them: a socket's
            path must be short.
        url: where the server listens, without a slash at the end.
        token: the server's token, when one is set.
        http: a client for that address that sends the token.
    """

    def __init__(self, folder: Path, **settings: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.port = int(settings.setdefault("FITBOARD_PORT", str(free_port())))
        settings.setdefault("FITBOARD_DATA_DIR", str(folder / "data"))
        settings.setdefault("FITBOARD_DOWNLOADS", "false")
        self.data = Path(settings["FITBOARD_DATA_DIR"])
        self.temporary = Path(tempfile.mkdtemp(prefix="fitboard-"))
        settings.setdefault("TMPDIR", str(self.temporary))
        self.env = environment(**settings)
        self.token = settings.get("FITBOARD_TOKEN") or None
        host = settings.get("FITBOARD_HOST", "127.0.0.1").strip("[]")
        self.url = f"http://{'[::1]' if ':' in host else '127.0.0.1'}:{self.port}"
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        self.http = httpx.Client(base_url=self.url, headers=headers, timeout=30, trust_env=False)
        self.server: subprocess.Popen[bytes] | None = None
        self.worker: subprocess.Popen[bytes] | None = None
        atexit.register(self.stop)

    def start_server(self) -> None:
        """Start the server and wait until it answers."""
        self.server = self._spawn(launch.server_command(), "server")
        wait_until(self._serves, SERVER_LIMIT, "the server to answer at /health", interval=0.02)

    def start_worker(self, wait: bool = True) -> None:
        """Start a worker, and wait until the server has heard from it."""
        self.worker = self._spawn([sys.executable, "-m", "app.cli", "worker"], "worker")
        if wait:
            wait_until(self._has_worker, WORKER_LIMIT, "the worker to report to the server", interval=0.1)

    def wait_for_a_free_worker(self) -> None:
        """Wait until a worker has imported everything and has nothing to do."""
        free = lambda: any(worker["free"] for worker in self.http.get("/health").json()["workers"])  # noqa: E731
        wait_until(free, WORKER_LIMIT, "a warm worker without work", interval=0.1)

    def stop_worker(self) -> None:
        """End the worker as ``fitboard up`` does."""
        if self.worker is not None:
            launch.stop(self.worker, launch.WORKER_GRACE)
            self.worker = None

    def stop_server(self) -> None:
        """End the server as ``fitboard up`` does."""
        if self.server is not None:
            launch.stop(self.server, launch.SERVER_GRACE)
            self.server = None

    def stop(self) -> None:
        """End everything. May be called again."""
        self.stop_worker()
        self.stop_server()
        self.http.close()
        shutil.rmtree(self.temporary, ignore_errors=True)
        with suppress(ValueError):
            atexit.unregister(self.stop)

    def kill(self, child: subprocess.Popen[bytes]) -> None:
        """SIGKILL one process, as a full memory or a power cut would."""
        child.kill()
        child.wait()

    def left_behind(self) -> list[str]:
        """Temporary files that nobody has removed; but for the fork servers' sockets: a worker that ends takes its
        own along, and one that is killed leaves it."""
        return sorted(path.name for path in self.temporary.iterdir() if not path.name.startswith("pymp-"))

    def settings(self) -> Settings:
        """The settings as the server reads them."""
        names = {
            name.removeprefix("FITBOARD_").lower(): value
            for name, value in self.env.items()
            if name.startswith("FITBOARD_")
        }
        return Settings(**names)  # type: ignore[arg-type]

    def log(self, name: str) -> str:
        """What the ``server`` or the ``worker`` has printed so far."""
        path = self.folder / f"{name}.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def run(self, lesson: str = "first-network", **params: Any) -> dict[str, Any]:
        """Queue a run by the public API and return it."""
        answer = self.http.post("/api/v1/runs", json={"lesson": lesson, "params": params})
        assert answer.status_code == 201, answer.text
        created: dict[str, Any] = answer.json()
        return created

    def read(self, run: str) -> dict[str, Any]:
        """The run as it stands."""
        answer = self.http.get(f"/api/v1/runs/{run}")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def finished(self, run: str, timeout: float = 90.0) -> dict[str, Any]:
        """Wait for the run's end and return it."""
        over = ("completed", "failed", "canceled")
        wait_until(lambda: self.read(run)["status"] in over, timeout, f"the end of run {run}", interval=0.1)
        return self.read(run)

    def _serves(self) -> bool:
        assert self.server is not None
        assert self.server.poll() is None, f"The server ended with {self.server.returncode}:\n{self.log('server')}"
        try:
            return self.http.get("/health").status_code == 200
        except httpx.TransportError:
            return False

    def _has_worker(self) -> bool:
        assert self.worker is not None
        assert self.worker.poll() is None, f"The worker ended with {self.worker.returncode}:\n{self.log('worker')}"
        return bool(self.http.get("/health").json()["workers"])

    def _spawn(self, command: list[str], name: str) -> subprocess.Popen[bytes]:
        with open(self.folder / f"{name}.log", "ab") as output:
            return launch.spawn(command, self.env, output)
