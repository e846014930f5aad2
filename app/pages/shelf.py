"""Which datasets are here, for pages that must not wait.

Looking at a file takes milliseconds, but whether a missing one could be downloaded takes a question over the
network. A page waits a moment for the answer, then shows what is known; the next view has it.
"""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooSlow
from dataclasses import dataclass

from jobs.datasets import DatasetInvalid, Datasets, DatasetUnavailable, Source
from jobs.datasets.problems import UnfitReading

PATIENCE = 0.15
"""Seconds that a page waits for all datasets together."""


@dataclass(frozen=True)
class Shelf:
    """One dataset as a page shows it; ``state`` is ``here``, ``download``, ``absent``, ``invalid`` or ``asking``.

    ``unit`` is what one of the rows is: ``row`` or ``image``.
    """

    name: str
    title: str
    state: str
    rows: int | None
    detail: str
    unit: str = "row"


class Shelves:
    """Looks at datasets without keeping a page waiting.

    Args:
        datasets: the machine's datasets.
        patience: how many seconds one look may take.
    """

    def __init__(self, datasets: Datasets, patience: float = PATIENCE) -> None:
        self._datasets = datasets
        self._patience = patience
        self._pool = ThreadPoolExecutor(4, thread_name_prefix="shelf")
        self._known: dict[str, Shelf] = {}

    def look(self, names: Iterable[str] | None = None) -> list[Shelf]:
        """The datasets with these names, or all, in their order."""
        wanted = list(self._datasets.names() if names is None else names)
        asked = {name: self._pool.submit(self._state, name) for name in wanted}
        left = self._patience
        found = []
        for name, future in asked.items():
            try:
                self._known[name] = future.result(left)
            except TooSlow:
                left = 0.0
            found.append(self._known.get(name) or Shelf(name, name, "asking", None, "Looking for it…"))
        return found

    def close(self) -> None:
        """Let go of the threads."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _state(self, name: str) -> Shelf:
        try:
            state = self._datasets.state(name)
        except UnfitReading as error:  # it can be read once somebody says how
            return Shelf(name, name, "here", None, error.detail)
        except DatasetInvalid as error:
            return Shelf(name, name, "invalid", None, error.detail)
        except DatasetUnavailable as error:  # an own file that has just gone
            return Shelf(name, name, "absent", None, error.detail)
        kinds = {Source.DOWNLOAD: "download", Source.ABSENT: "absent"}
        return Shelf(name, state.title, kinds.get(state.source, "here"), state.rows, state.detail, state.unit)
