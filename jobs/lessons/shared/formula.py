"""Reads small mathematical expressions from text; nothing of it is ever evaluated as code.

The grammar is Python's own, cut down to what a formula needs::

    sum      = product (("+" | "-") product)*
    product  = signed (("*" | "/") signed)*
    signed   = ("-" | "+") signed | power
    power    = atom ("**" signed)?
    atom     = number | name | function "(" sum ")" | "(" sum ")"

What comes out is a tree of :mod:`jobs.lessons.shared.expressions`. Which names there are is the caller's business.
"""

import math
import re
from collections.abc import Callable, Collection, Mapping

from jobs.lessons.shared.expressions import (
    FUNCTIONS,
    Call,
    Expression,
    Name,
    Negation,
    Number,
    Operation,
    carry_out,
    names_in,
    parts,
    source,
)

MOST_CHARACTERS = 200
MOST_OPERATIONS = 24
MOST_NESTED = 12

_OF_NUMBERS: Mapping[str, Callable[[float], float]] = {
    **{name: getattr(math, name) for name in ("exp", "log", "sqrt", "tanh", "sin", "cos")},
    **{"abs": abs, "sum": float, "mean": float, "sigmoid": lambda value: 1 / (1 + math.exp(-value))},
}

_TOKEN = re.compile(r"\s*(?:(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?P<name>[A-Za-z_]\w*)|(?P<sign>\*\*|\S))")


def parse(text: str, names: Collection[str]) -> Expression:
    """Read an expression over ``names``.

    Raises:
        ValueError: a sentence about what was met where, and what to write instead.
    """
    if len(text) > MOST_CHARACTERS:
        raise ValueError(f"{len(text)} characters are too many. Write at most {MOST_CHARACTERS}")
    found = _Reader(text, tuple(names)).read()
    if not any(isinstance(part, Name) for part in parts(found)):
        raise ValueError(f"{text!r} has no variable in it. Use at least one of {_listed(names)}")
    _refuse_endless_constants(found)
    return found


def _listed(names: Collection[str]) -> str:
    return ", ".join(names)


def _refuse_endless_constants(expression: Expression) -> None:
    """Refuse a part made of numbers alone that has no finite value: Python itself would stumble over it."""
    for part in parts(expression):
        if not names_in(part) and not math.isfinite(_worth(part)):
            raise ValueError(f"{source(part)!r} has no finite value. Write numbers there that have one")


def _worth(expression: Expression) -> float:
    """The value of an expression without names, nan where there is none; the server has no NumPy to ask."""
    try:
        value = carry_out(expression, {}, _OF_NUMBERS)
    except (ArithmeticError, ValueError):
        return math.nan
    return math.nan if isinstance(value, complex) else float(value)


class _Reader:
    """Reads one text by recursive descent; ``_at`` is the token that comes next."""

    def __init__(self, text: str, names: tuple[str, ...]) -> None:
        self._names = names
        self._tokens = [
            (kind, match[kind], match.start(kind) + 1)
            for match in _TOKEN.finditer(text)
            if (kind := match.lastgroup) is not None
        ]
        self._tokens.append(("end", "the end", len(text.rstrip()) + 1))
        self._at = 0
        self._operations = 0
        self._nested = 0

    def read(self) -> Expression:
        found = self._sum()
        kind, text, _ = self._tokens[self._at]
        if kind != "end":
            raise self._wrong("Close it with one more “(” before it or remove it" if text == ")" else self._between())
        return found

    def _sum(self) -> Expression:
        return self._chain("+-", self._product)

    def _product(self) -> Expression:
        return self._chain("*/", self._signed)

    def _chain(self, signs: str, operand: Callable[[], Expression]) -> Expression:
        found = operand()
        while (sign := self._take(*signs)) is not None:
            found = Operation(sign, found, self._counted(operand))
        return found

    def _signed(self) -> Expression:
        sign = self._take("-", "+")
        if sign is None:
            return self._power()
        inner = self._deeper(self._signed)
        return inner if sign == "+" else Negation(self._counted(lambda: inner))

    def _power(self) -> Expression:
        base = self._atom()
        if self._take("**") is None:
            return base
        return Operation("**", base, self._counted(lambda: self._deeper(self._signed)))

    def _atom(self) -> Expression:
        kind, text, _ = self._tokens[self._at]
        if kind == "number":
            value = float(text)
            if not math.isfinite(value):
                raise self._wrong("Write a number below 1.8e308")
            self._at += 1
            return Number(value)
        if kind == "name":
            return self._named(text)
        if text == "(":
            return self._parentheses()
        raise self._wrong(f"A number, one of {_listed(self._names)}, a function or “(” belongs there")

    def _named(self, text: str) -> Expression:
        if text in FUNCTIONS:
            self._at += 1
            if self._tokens[self._at][1] != "(":
                raise self._wrong(f"Write what {text} is to be taken of in parentheses, such as {text}(a)")
            called = Call(text, self._counted(self._parentheses))
            # Of numbers alone it is a number: a library might take another precision for it.
            if names_in(called):
                return called
            _refuse_endless_constants(called)
            return Number(_worth(called))
        if text not in self._names:
            raise self._wrong(f"The variables are {_listed(self._names)}, the functions {', '.join(FUNCTIONS)}")
        self._at += 1
        return Name(text)

    def _parentheses(self) -> Expression:
        opened = self._tokens[self._at][2]
        self._at += 1
        found = self._deeper(self._sum)
        if self._take(")") is None:
            raise self._wrong(f"The “(” at character {opened} needs its “)”, or a sign is missing")
        return found

    def _take(self, *signs: str) -> str | None:
        kind, text, _ = self._tokens[self._at]
        if kind == "sign" and text in signs:
            self._at += 1
            return text
        return None

    def _counted(self, read: Callable[[], Expression]) -> Expression:
        self._operations += 1
        if self._operations > MOST_OPERATIONS:
            raise self._wrong(f"That is more than {MOST_OPERATIONS} operations. Write a shorter expression")
        return read()

    def _deeper(self, read: Callable[[], Expression]) -> Expression:
        self._nested += 1
        if self._nested > MOST_NESTED:
            raise self._wrong(f"Parentheses and signs are nested more than {MOST_NESTED} deep. Take some away")
        found = read()
        self._nested -= 1
        return found

    def _between(self) -> str:
        return "One of the signs + - * / ** belongs between two values"

    def _wrong(self, remedy: str) -> ValueError:
        kind, text, place = self._tokens[self._at]
        met = "nothing more" if kind == "end" else f"{text[:20]!r}"
        return ValueError(f"{met} at character {place}. {remedy}")
