"""Pieces of listings that calculate an expression with NumPy alone."""

from jobs.lessons.shared.expressions import FUNCTIONS, Call, Expression, parts

NUMPY = dict.fromkeys((name for name in FUNCTIONS if name != "sigmoid"), "np.")
"""What stands before each function's name; the sigmoid is :data:`SIGMOID`."""

SIGMOID = "def sigmoid(value):\n    return 1 / (1 + np.exp(-value))\n"


def literal(value: float | list[float]) -> str:
    """A value as Python: a float, or an array of some."""
    return f"np.array({value!r})" if isinstance(value, list) else f"np.float64({value!r})"


def uses_sigmoid(tree: Expression) -> bool:
    """Whether NumPy needs to be told what a sigmoid is."""
    return any(isinstance(part, Call) and part.function == "sigmoid" for part in parts(tree))
