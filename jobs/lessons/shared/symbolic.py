"""The parameters of the two lessons about symbolic graphs: an expression, and the values of its symbols.

Symbols are called ``a``, ``b`` and ``c``; each has one value (a scalar) or up to eight (a vector).
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationInfo, field_validator

from jobs.lessons.base import Integer, Params, Real
from jobs.lessons.shared.expressions import Expression, names_in
from jobs.lessons.shared.formula import MOST_CHARACTERS, parse

SYMBOLS = ("a", "b", "c")

Values = Annotated[tuple[Real, ...], Field(min_length=1, max_length=8)]


def _values(name: str, default: float) -> Any:
    return Field(
        default=(default,),
        title=f"Value of {name}",
        description=f"One number makes {name} a scalar, several with commas between make it a vector.",
        json_schema_extra={"group": "Values"},
    )


class SymbolicParams(Params):
    """An expression, and the values that its symbols are given."""

    expression: Annotated[str, Field(max_length=MOST_CHARACTERS)] = Field(
        default="a + b",
        title="Expression",
        description=(
            "Over a, b and c, with + - * / ** and parentheses, exp, log, sqrt, tanh, sigmoid, sin, cos, abs, and over "
            "vectors sum and mean."
        ),
        json_schema_extra={"group": "Expression"},
    )
    with_respect_to: Literal["a", "b", "c"] = Field(
        default="a",
        title="With respect to",
        description="Whose gradient is drawn as a graph: how the result changes when this symbol does.",
        json_schema_extra={"group": "Expression"},
    )
    a: Values = _values("a", 1.5)
    b: Values = _values("b", 2.5)
    c: Values = _values("c", 1.0)
    longest: Integer = Field(
        default=100_000,
        ge=10,
        le=1_000_000,
        title="Longest vector timed",
        description="The expression is timed over vectors of 1, 10, 100 … elements, up to this many.",
        json_schema_extra={"group": "Timing", "unit": "elements"},
    )

    @field_validator("expression")
    @classmethod
    def _is_read(cls, text: str) -> str:
        parse(text, SYMBOLS)
        return text

    @field_validator("b", "c")
    @classmethod
    def _fits(cls, values: tuple[float, ...], info: ValidationInfo) -> tuple[float, ...]:
        """Vectors that the expression brings together are of one length."""
        if "expression" not in info.data or len(values) == 1:
            return values
        used = names_in(parse(info.data["expression"], SYMBOLS))
        for other in SYMBOLS[: SYMBOLS.index(str(info.field_name))]:
            count = len(info.data.get(other, ()))
            if {other, info.field_name} <= set(used) and count not in (0, 1, len(values)):
                raise ValueError(f"{len(values)} values do not go with the {count} of {other}. Give {count}, or one")
        return values

    def tree(self) -> Expression:
        """The expression, read."""
        return parse(self.expression, SYMBOLS)

    def given(self) -> dict[str, float | list[float]]:
        """The values of the symbols that the expression uses: a number for a scalar, a list for a vector."""
        known = {"a": self.a, "b": self.b, "c": self.c}
        return {name: known[name][0] if len(known[name]) == 1 else list(known[name]) for name in names_in(self.tree())}


def arrays(given: Mapping[str, float | list[float]]) -> dict[str, Any]:
    """The values as NumPy's float64, scalars and arrays."""
    import numpy as np

    return {name: np.array(value) if isinstance(value, list) else np.float64(value) for name, value in given.items()}


def plain(value: Any) -> Any:
    """A library's answer as numbers of Python's, in lists where it is a vector."""
    import numpy as np

    return np.asarray(value, dtype="float64").tolist()
