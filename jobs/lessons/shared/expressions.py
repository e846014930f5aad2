"""Small mathematical expressions such as ``log(1 + exp(a * b))``, as trees.

:func:`carry_out` turns a tree into whatever a library makes of ``+`` and ``exp``: a number, a symbolic graph;
:func:`source` writes it as Python. Text is read in :mod:`jobs.lessons.shared.formula`.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

FUNCTIONS = ("exp", "log", "sqrt", "tanh", "sigmoid", "sin", "cos", "abs", "sum", "mean")
"""What can be called, each with one argument; ``sum`` and ``mean`` make a scalar of a vector."""

_BINARY: Mapping[str, tuple[int, Callable[[Any, Any], Any]]] = {
    "+": (1, lambda left, right: left + right),
    "-": (1, lambda left, right: left - right),
    "*": (2, lambda left, right: left * right),
    "/": (2, lambda left, right: left / right),
    "**": (4, lambda left, right: left**right),
}
"""How strongly each sign binds, and what it does."""

_NEGATION, _ATOM = 3, 5


@dataclass(frozen=True)
class Number:
    """A constant."""

    value: float


@dataclass(frozen=True)
class Name:
    """A variable."""

    name: str


@dataclass(frozen=True)
class Call:
    """One of :data:`FUNCTIONS`, of one argument."""

    function: str
    argument: "Expression"


@dataclass(frozen=True)
class Negation:
    """A minus before something."""

    operand: "Expression"


@dataclass(frozen=True)
class Operation:
    """``left`` and ``right`` with a sign between them."""

    sign: str
    left: "Expression"
    right: "Expression"


Expression = Number | Name | Call | Negation | Operation


def parts(expression: Expression) -> Iterator[Expression]:
    """The expression and everything in it, from the left."""
    yield expression
    match expression:
        case Call(argument=inner) | Negation(operand=inner):
            yield from parts(inner)
        case Operation(left=left, right=right):
            yield from parts(left)
            yield from parts(right)


def names_in(expression: Expression) -> tuple[str, ...]:
    """The variables that an expression uses, in the alphabet's order."""
    return tuple(sorted({part.name for part in parts(expression) if isinstance(part, Name)}))


def carry_out(
    expression: Expression,
    values: Mapping[str, Any],
    functions: Mapping[str, Callable[[Any], Any]],
) -> Any:
    """Put ``values`` in the place of names and do what the expression says; with symbols this builds their graph.

    Numbers are Python's own, so what is made of numbers alone is calculated here and now.

    Args:
        expression: what to do.
        values: numbers, arrays or symbols by name.
        functions: what stands for each of :data:`FUNCTIONS`.
    """

    def of(part: Expression) -> Any:
        match part:
            case Number(value=value):
                return value
            case Name(name=name):
                return values[name]
            case Call(function=function, argument=argument):
                return functions[function](of(argument))
            case Negation(operand=operand):
                return -of(operand)
            case Operation(sign=sign, left=left, right=right):
                return _BINARY[sign][1](of(left), of(right))

    return of(expression)


def source(expression: Expression, prefixes: Mapping[str, str] = MappingProxyType({})) -> str:
    """The expression as Python, with no more parentheses than it needs.

    Args:
        expression: what to write.
        prefixes: what stands before a function's name, such as ``np.``.
    """

    def of(part: Expression) -> tuple[str, int]:
        match part:
            case Number(value=value):
                return repr(value), _ATOM
            case Name(name=name):
                return name, _ATOM
            case Call(function=function, argument=argument):
                return f"{prefixes.get(function, '')}{function}({of(argument)[0]})", _ATOM
            case Negation(operand=operand):
                return f"-{_within(of(operand), _NEGATION)}", _NEGATION
            case Operation(sign=sign, left=left, right=right):
                binds = _BINARY[sign][0]
                power = sign == "**"  # the one that is read from the right
                first = _within(of(left), binds + 1 if power else binds)
                # After ``**`` a sign needs no parentheses: 2 ** -a.
                second = _within(of(right), _NEGATION if power else binds + 1)
                return (f"{first}**{second}" if power else f"{first} {sign} {second}"), binds

    return of(expression)[0]


def in_numpy(expression: Expression, values: Mapping[str, Any]) -> Any:
    """The expression's value as NumPy calculates it, in float64; infinities and nan come without a warning."""
    import numpy as np

    functions = {name: getattr(np, name) for name in FUNCTIONS if name != "sigmoid"}
    functions["sigmoid"] = lambda value: 1 / (1 + np.exp(-value))
    with np.errstate(all="ignore"):
        return carry_out(expression, values, functions)


def _within(written: tuple[str, int], needed: int) -> str:
    text, binds = written
    return text if binds >= needed else f"({text})"
