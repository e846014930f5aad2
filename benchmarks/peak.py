"""The most memory that a worker's attempts had at once in their own process, seen from outside."""

import contextlib
import threading
from types import TracebackType

import psutil

from tests.running import Running


class Peak:
    """Looks after the attempts of a worker while the block runs; then ``megabytes`` is the largest resident set."""

    def __init__(self, running: Running) -> None:
        assert running.worker is not None
        self.megabytes = 0.0
        self._worker = psutil.Process(running.worker.pid)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look)

    def __enter__(self) -> "Peak":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(0.05):
            for process in self._worker.children(recursive=True):
                with contextlib.suppress(psutil.NoSuchProcess):
                    self.megabytes = max(self.megabytes, process.memory_info().rss / 2**20)
