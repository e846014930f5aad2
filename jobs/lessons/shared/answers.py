"""What is said about the answer of a symbolic graph: beside NumPy's, beside a nudge, and where it isn't finite."""

import math
from collections.abc import Mapping, Sequence

from jobs.exhibits import Exhibit, Facts, Table, Text
from jobs.lessons.shared.expressions import Expression, in_numpy
from jobs.lessons.shared.symbolic import arrays

CLOSE = 1e-9
"""Relative: how far two libraries may be apart in float64 before something is wrong."""


def each(value: float | list[float]) -> list[float]:
    """The numbers in a value, one or several."""
    return value if isinstance(value, list) else [value]


def written(value: float | list[float]) -> str:
    """A value in words: up to twelve digits, infinities and nan by name."""
    if isinstance(value, list):
        return f"[{', '.join(map(written, value))}]"
    if math.isnan(value):
        return "not a number"
    if math.isinf(value):
        return "infinity" if value > 0 else "-infinity"
    return f"{value:.12g}"


def caution(value: float | list[float]) -> str:
    """What it means that a value, or a part of it, isn't finite; empty where all is well."""
    numbers = each(value)
    if any(map(math.isnan, numbers)):
        return (
            "There is no number that answers this: the root or logarithm of a negative number, 0 / 0, or infinity "
            "minus infinity. Floating-point numbers have nan for it, and whatever is calculated with nan is nan."
        )
    if any(map(math.isinf, numbers)):
        return (
            "The result is infinite: something was divided by zero, or grew beyond 1.8e308, the largest number of 64 "
            "bits. Nothing stops, the value inf just goes on."
        )
    return ""


def apart(one: float | list[float], other: float | list[float]) -> float | None:
    """The largest relative difference; 0 where both have the same infinity or nan, None where only one has."""
    worst = 0.0
    for first, second in zip(each(one), each(other), strict=True):
        if (math.isnan(first) and math.isnan(second)) or first == second:
            continue
        if not (math.isfinite(first) and math.isfinite(second)):
            return None
        worst = max(worst, abs(first - second) / max(abs(first), abs(second)))
    return worst


def agreement(library: str, ours: float | list[float], numpys: float | list[float]) -> str:
    """Whether the library and NumPy agree, and what it means if they don't."""
    distance = apart(ours, numpys)
    if distance is None:
        return (
            f"{library} says {written(ours)} and NumPy {written(numpys)}: the optimised graph takes another way to the "
            "same formula, one that steps around the trouble, or into it."
        )
    if distance == 0:
        return f"{library} and NumPy agree to the last digit."
    if distance < CLOSE:
        return f"{library} and NumPy differ by {distance:.1g} of the value: rounding, as usual in 64 bits."
    return (
        f"{library} and NumPy differ by {distance:.1g} of the value, more than rounding explains: somewhere two nearly "
        "equal numbers are subtracted, and the two ways of calculating lose different digits there."
    )


def nudged(tree: Expression, given: Mapping[str, float | list[float]], name: str, index: int) -> float:
    """The gradient by trying: how the sum of the result changes when one number changes a little."""
    import numpy as np

    ends = []
    centre = each(given[name])[index]
    step = 6e-6 * max(1.0, abs(centre))
    for sign in (1, -1):
        moved = arrays(given)
        moved[name] = np.array(each(given[name]))
        moved[name][index] += sign * step
        if not isinstance(given[name], list):
            moved[name] = moved[name][0]
        ends.append(np.sum(in_numpy(tree, moved)))
    with np.errstate(all="ignore"):
        return float((ends[0] - ends[1]) / (2 * step))


def result_facts(facts: Sequence[tuple[str, str | int | None]], note: str) -> Exhibit:
    """The result and what goes with it."""
    return Exhibit(name="result", title="The result", note=note, content=Facts(facts=list(facts)))


def gradient_table(
    tree: Expression, given: Mapping[str, float | list[float]], gradients: Mapping[str, float | list[float]]
) -> Exhibit:
    """Each number's gradient, beside what comes out when that number is nudged."""
    rows: list[list[str | bool | int | float | None]] = []
    for name, value in given.items():
        for index, (number, slope) in enumerate(zip(each(value), each(gradients[name]), strict=True)):
            title = f"{name}[{index}]" if isinstance(value, list) else name
            tried = nudged(tree, given, name, index)
            rows.append([title, number, *(each if math.isfinite(each) else None for each in (slope, tried))])
    return Exhibit(
        name="gradient",
        title="The gradient",
        note=(
            "How much the result (of a vector, its sum) grows when a symbol grows by a little. The library derived it "
            "from the graph by the chain rule, exactly; the last column moves the number a little to both sides and "
            "looks. A dash is a value that isn't finite."
        ),
        content=Table(columns=["symbol", "value", "gradient", "by nudging"], rows=rows, first=True),
    )


def code(text: str, title: str, note: str) -> Exhibit:
    """Python on the run's page."""
    return Exhibit(name="code", title=title, note=note, content=Text(text=text, language="python"))
