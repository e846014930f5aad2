"""One measured line each, and the table of them."""

import platform
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import psutil


@dataclass(frozen=True)
class Measured:
    """A quantity, what it has to reach, and what was measured; all in ``unit``.

    Smaller is better, unless ``at_least`` says that the goal is a lower bound.
    """

    what: str
    goal: float
    value: float
    unit: str
    how: str
    at_least: bool = False

    @property
    def reached(self) -> bool:
        """Whether the goal is met."""
        return self.value >= self.goal if self.at_least else self.value <= self.goal

    def row(self) -> str:
        """A line of a Markdown table."""
        mark = "yes" if self.reached else "**no**"
        sign = "≥" if self.at_least else "≤"
        goal, value = f"{sign} {_goal(self.goal)} {self.unit}", f"{number(self.value)} {self.unit}"
        return f"| {self.what} | {goal.strip()} | {value.strip()} | {mark} | {self.how} |"


def _goal(value: float) -> str:
    return f"{value:,.0f}" if value >= 10_000 else f"{value:g}"


def number(value: float) -> str:
    """Three significant digits, or all of a large whole number."""
    if value >= 10_000:
        return f"{value:,.0f}"
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def percentile(values: Sequence[float], share: float) -> float:
    """The value that ``share`` of the values don't exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, round(share * len(ordered) + 0.5) - 1))]


def median(values: Sequence[float]) -> float:
    """The middle value."""
    return statistics.median(values)


def machine() -> str:
    """The machine and the versions, in one sentence."""
    memory = psutil.virtual_memory().total / 2**30
    packages = ", ".join(
        f"{name} {version(name)}" for name in ("keras", "tensorflow", "fastapi", "sqlalchemy", "plotly")
    )
    return (
        f"{_processor()}, {psutil.cpu_count()} cores, {memory:.0f} GB, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}, {packages}."
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or "unknown processor"
    return next(
        (line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown processor"
    )


def table(rows: Sequence[Measured]) -> str:
    """All lines as a Markdown table."""
    head = "| what | goal | measured | reached | how |\n|---|---|---|---|---|"
    return "\n".join([head, *(row.row() for row in rows)])
