"""A watcher that never gives up: it reads a run's events, comes back after every break, and keeps what it saw."""

import json
import threading
import time
from typing import Any

from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

from tests.running import Running


class Watcher:
    """Watches ``run`` from its first event on until the socket says that there will be no more.

    Attributes:
        seen: every event, in the order of its arrival.
        breaks: how often the line broke.
    """

    def __init__(self, running: Running, run: str) -> None:
        self.seen: list[dict[str, Any]] = []
        self.breaks = 0
        self._address = f"ws://127.0.0.1:{running.port}/api/v1/runs/{run}/events"
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="watcher", daemon=True)
        self._thread.start()

    def finished(self, timeout: float = 30.0) -> list[dict[str, Any]]:
        """Wait for the last event and return them all."""
        self._thread.join(timeout)
        assert not self._thread.is_alive(), f"the socket is still open after {len(self.seen)} events"
        return self.seen

    def _watch(self) -> None:
        while True:
            after = self.seen[-1]["seq"] if self.seen else 0
            try:
                with connect(f"{self._address}?after={after}", open_timeout=5) as socket:
                    for frame in socket:
                        self.seen.append(json.loads(frame))
                    if socket.close_code == 1000:
                        return
            except (OSError, WebSocketException, TimeoutError):
                time.sleep(0.1)
            self.breaks += 1
