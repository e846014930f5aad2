"""How cost grows: a history's with its epochs, a list's with the runs, an event's with those who watch.

The other parts measure one size each against a goal; here the size changes and nothing is judged. The result is three
tables and a picture of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.plot import Panel, picture
from benchmarks.reading import fill, once, report, timed
from benchmarks.report import median, number, percentile
from benchmarks.watchers import PER_SECOND, audience
from tests.running import Running

EPOCHS = (1_000, 3_000, 10_000, 30_000, 100_000)
RUNS = (100, 300, 1_000, 3_000, 10_000, 30_000)
WATCHERS = (10, 30, 100, 300, 1_000)
EACH = 5
"""So many runs of each length are read, each once, and then again."""

SECONDS = 6
"""How long each number of watchers watches."""

HISTORIES = {"in full": "/history", "in 1,000 points": "/history?max_points=1000"}
LISTS = {"newest first": "", "searched by two words": "&q=deep+adam", "searched in vain": "&q=nobody-is-called-so"}


@dataclass(frozen=True)
class Table:
    """Milliseconds by size: ``lines`` has by name one value for each of ``sizes``."""

    what: str
    sizes: Sequence[int]
    lines: dict[str, list[float]]

    def markdown(self) -> str:
        """A row for each size."""
        head = f"| {self.what} | {' | '.join(self.lines)} |\n|---{'|---' * len(self.lines)}|"
        rows = [
            f"| {size:,} | {' | '.join(f'{number(values[place])} ms' for values in self.lines.values())} |"
            for place, size in enumerate(self.sizes)
        ]
        return "\n".join([head, *rows])

    def panel(self, title: str, up: str, names: Sequence[str]) -> Panel:
        """Some of the lines as they are drawn; nothing is drawn below a tenth of a millisecond."""
        lines = {
            name: [(size, max(value, 0.1)) for size, value in zip(self.sizes, self.lines[name], strict=True)]
            for name in names
        }
        return Panel(title, self.what, up, lines)


@dataclass(frozen=True)
class Growth:
    """What was measured."""

    histories: Table
    lists: Table
    watchers: Table

    def markdown(self) -> str:
        """The three tables."""
        return "\n\n".join(table.markdown() for table in (self.histories, self.lists, self.watchers))

    def svg(self) -> str:
        """The three as one picture."""
        first = [f"{name}, first" for name in HISTORIES]
        panels = (
            self.histories.panel("A history's first read", "median, ms", first),
            self.lists.panel("A list of 50", "median, ms", list(LISTS)),
            self.watchers.panel(f"An event seen, {PER_SECOND} a second", "ms", list(self.watchers.lines)),
        )
        return picture(panels, "How cost grows with epochs, runs and watchers; the numbers stand in the tables.")


def measure(folder: Path) -> Growth:
    """Measure everything, each on a server and a data folder of its own."""
    return Growth(_histories(Running(folder / "epochs")), _lists(folder / "runs"), _watchers(folder / "watchers"))


def _histories(running: Running) -> Table:
    lines: dict[str, list[float]] = {f"{name}, {which}": [] for name in HISTORIES for which in ("first", "again")}
    try:
        running.start_server()
        runs = {epochs: [report(running, epochs) for _ in range(EACH)] for epochs in EPOCHS}
        for name, path in HISTORIES.items():
            running.stop_server()
            running.start_server()
            for found in runs.values():
                paths = [f"/api/v1/runs/{run}{path}" for run in found]
                lines[f"{name}, first"].append(median(once(running, paths)))
                lines[f"{name}, again"].append(median(timed(running, paths[0], 20)))
    finally:
        running.stop()
    return Table("epochs", EPOCHS, lines)


def _lists(folder: Path) -> Table:
    lines: dict[str, list[float]] = {name: [] for name in LISTS}
    there = 0
    for runs in RUNS:
        running = Running(folder)
        try:
            fill(running, runs - there)
            there = runs
            running.start_server()
            for name, query in LISTS.items():
                lines[name].append(median(timed(running, f"/api/v1/runs?limit=50{query}")))
        finally:
            running.stop()
    return Table("runs", RUNS, lines)


def _watchers(folder: Path) -> Table:
    lines: dict[str, list[float]] = {"median": [], "p99": []}
    running = Running(folder)
    try:
        running.start_server()
        for watchers in WATCHERS:
            delays = audience(running, watchers, SECONDS).delays
            lines["median"].append(median(delays))
            lines["p99"].append(percentile(delays, 0.99))
    finally:
        running.stop()
    return Table("watchers", WATCHERS, lines)
