"""The script that repeats a run of the second lesson with TensorFlow and NumPy alone."""

import textwrap
from typing import TYPE_CHECKING

from jobs.lessons.shared.expressions import source
from jobs.lessons.shared.plain_numpy import NUMPY, SIGMOID, literal, uses_sigmoid

if TYPE_CHECKING:
    from jobs.lessons.shared.symbolic import SymbolicParams

TENSORFLOW = {
    **dict.fromkeys(("exp", "sqrt", "tanh", "sigmoid", "sin", "cos", "abs"), "tf."),
    "log": "tf.math.",
    **dict.fromkeys(("sum", "mean"), "tf.reduce_"),
}
"""What stands before each function's name."""


def formula(params: "SymbolicParams") -> str:
    """The expression as a Python function over tensors."""
    names = ", ".join(params.given())
    return f"def formula({names}):\n    return {source(params.tree(), TENSORFLOW)}\n"


def session(params: "SymbolicParams") -> str:
    """The way of the course's time: a graph of placeholders, and a session that is fed."""
    given = params.given()
    names = ", ".join(given)
    symbols = "".join(
        f'    {name} = v1.placeholder(tf.float64, {(len(value),) if isinstance(value, list) else ()}, "{name}")\n'
        for name, value in given.items()
    )
    feed = ", ".join(f"{name}: {value!r}" for name, value in given.items())
    return (
        "graph = tf.Graph()\nwith graph.as_default():\n"
        f"{symbols}    result = formula({names})\n    gradients = tf.gradients(result, [{names}])\n"
        f"with v1.Session(graph=graph) as session:\n    feed = {{{feed}}}\n"
        '    print("session", session.run(result, feed).tolist())\n'
        f'    for name, slope in zip("{names}".split(", "), session.run(gradients, feed)):\n'
        '        print("gradient", name, slope.tolist())\n'
    )


def function(params: "SymbolicParams") -> str:
    """Today's way: a function that TensorFlow traces into a graph, and a tape that remembers."""
    given = params.given()
    names = ", ".join(given)
    tensors = "".join(f"{name} = tf.constant({value!r}, tf.float64)\n" for name, value in given.items())
    return (
        f"compiled = tf.function(formula)\n{tensors}"
        f"with tf.GradientTape() as tape:\n    tape.watch([{names}])\n    result = compiled({names})\n"
        'print("function", result.numpy().tolist())\n'
        f'for name, slope in zip("{names}".split(", "), tape.gradient(result, [{names}])):\n'
        '    print("gradient", name, slope.numpy().tolist())\n'
    )


def script(params: "SymbolicParams", _jit_compile: bool, _backend: str) -> str:
    """The whole listing."""
    tree, given = params.tree(), params.given()
    values = "".join(f"    {name} = {literal(value)}\n" for name, value in given.items())
    about = textwrap.fill(
        f"{params.expression} in TensorFlow, with a session and with tf.function. Needs tensorflow and numpy.",
        116,
        break_long_words=False,
    )
    pieces = [
        f'"""{about}"""\n',
        "import numpy as np\nimport tensorflow as tf\n",
        f"v1 = tf.compat.v1\n\n\n{formula(params)}\n",
        f"{SIGMOID}\n" if uses_sigmoid(tree) else "",
        f"# As it was: build a graph, then run it in a session.\n{session(params)}",
        f"# As it is: call a function, which TensorFlow makes a graph of.\n{function(params)}",
        "# The same without a graph.\n"
        f'with np.errstate(all="ignore"):\n{values}    print("numpy", ({source(tree, NUMPY)}).tolist())\n',
    ]
    return "\n".join(piece for piece in pieces if piece)
