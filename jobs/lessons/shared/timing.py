"""How long one call of an expression takes, over vectors of growing length."""

import math
import time
from collections.abc import Callable, Sequence
from typing import Any

from jobs.exhibits import Exhibit, Table


def seconds_per_call(call: Callable[[], Any], budget: float = 0.02, rounds: int = 3) -> float:
    """How long a call takes: the best of some rounds, each of as many calls as fill the budget."""
    call()
    began = time.perf_counter()
    call()
    once = max(time.perf_counter() - began, 1e-7)
    calls = max(1, min(2000, int(budget / once)))
    best = math.inf
    for _ in range(rounds):
        began = time.perf_counter()
        for _ in range(calls):
            call()
        best = min(best, (time.perf_counter() - began) / calls)
    return best


def lengths(longest: int) -> list[int]:
    """1, 10, 100 … and the longest itself."""
    powers = [10**power for power in range(7) if 10**power < longest]
    return [*powers, longest]


def vectors(names: Sequence[str], length: int) -> dict[str, Any]:
    """A vector for each symbol, between 0.1 and 1."""
    import numpy as np

    return {name: np.linspace(0.1, 1.0 - 0.1 * place, length) for place, name in enumerate(names)}


def time_table(columns: Sequence[str], rows: Sequence[tuple[int, Sequence[float]]], note: str) -> Exhibit:
    """Microseconds for each length of vector; the first column of ``columns`` is what the last is held against."""
    table: list[list[str | bool | int | float | None]] = []
    for length, seconds in rows:
        ratio = seconds[0] / seconds[-1]
        told = f"{ratio:.1f} times faster" if ratio >= 1 else f"{1 / ratio:.1f} times slower"
        table.append([length, *(_microseconds(each) for each in seconds), told])
    return Exhibit(
        name="time",
        title=f"Time: {columns[-1]} and {columns[0]}",
        note=note,
        content=Table(columns=["elements", *columns, f"{columns[-1]} is"], rows=table),
    )


def _microseconds(seconds: float) -> str:
    return f"{seconds * 1e6:,.1f} µs" if seconds < 1e-3 else f"{seconds * 1e3:,.2f} ms"
