"""Can a file be downloaded right now? Asked in the background, remembered for a minute.

A page must not hang because a name server doesn't answer, so nobody waits longer than ``patience``: an answer that
hasn't come by then counts as "no" until it does.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

REMEMBERED = 60.0
"""Seconds for which an answer holds."""

PATIENCE = 1.5
"""Seconds that one question may take."""


def answers(url: str) -> bool:
    """Whether a server hands out ``url``: a HEAD request, so that a proxy's or a login page's refusal counts as no."""
    import httpx

    try:
        return httpx.head(url, follow_redirects=True, timeout=5.0).is_success
    except (httpx.HTTPError, OSError):
        return False


@dataclass
class _Answer:
    value: bool = False
    due: float = 0.0  # from when on it must be asked again
    asked: float = 0.0
    pending: threading.Event | None = None


@dataclass
class Reach:
    """Remembers for each address whether it answers.

    Attributes:
        ask: the question itself; may take long, runs in a thread of its own.
        clock: seconds, never going back.
    """

    ask: Callable[[str], bool] = answers
    clock: Callable[[], float] = time.monotonic
    patience: float = PATIENCE
    _answers: dict[str, _Answer] = field(default_factory=dict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def __call__(self, url: str) -> bool:
        """Whether ``url`` answers; returns within ``patience`` seconds."""
        with self._lock:
            answer = self._answers.setdefault(url, _Answer())
            now = self.clock()
            if answer.pending is None and now >= answer.due:
                answer.pending = threading.Event()
                answer.asked = now
                threading.Thread(target=self._find_out, args=(url, answer), name="reach", daemon=True).start()
            pending = answer.pending
            waited = now - answer.asked
        if pending is not None and waited < self.patience:
            pending.wait(self.patience - waited)
        with self._lock:
            return answer.value and answer.pending is None

    def _find_out(self, url: str, answer: _Answer) -> None:
        try:
            value = self.ask(url)
        except Exception:
            value = False
        with self._lock:
            answer.value = value
            answer.due = self.clock() + REMEMBERED
            pending, answer.pending = answer.pending, None
        if pending is not None:
            pending.set()
