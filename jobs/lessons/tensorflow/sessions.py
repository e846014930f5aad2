"""The expression as TensorFlow's first version had it: a graph of placeholders, and a session that runs it."""

from collections.abc import Callable, Mapping
from typing import Any

from jobs.lessons.shared.expressions import Expression, carry_out
from jobs.lessons.shared.symbolic import plain


def functions() -> dict[str, Callable[[Any], Any]]:
    """What TensorFlow calls the functions of an expression."""
    import tensorflow as tf

    known = {name: getattr(tf, name) for name in ("exp", "sqrt", "tanh", "sigmoid", "sin", "cos", "abs")}
    return {**known, "log": tf.math.log, "sum": tf.reduce_sum, "mean": tf.reduce_mean}


class Placeholders:
    """A graph of its own, built at once, with a session that is open inside ``with``.

    Args:
        tree: the expression.
        given: what the placeholders are fed; also decides their shapes.
    """

    def __init__(self, tree: Expression, given: Mapping[str, float | list[float]]) -> None:
        import numpy as np
        import tensorflow as tf

        self._v1 = tf.compat.v1
        self._graph = tf.Graph()
        with self._graph.as_default():
            self._symbols = {
                name: self._v1.placeholder(tf.float64, (len(value),) if isinstance(value, list) else (), name)
                for name, value in given.items()
            }
            self._result = carry_out(tree, self._symbols, functions())
        # Arrays: a list would be made one at every run, which takes longer than the run.
        self._feed = {self._symbols[name]: np.asarray(value, "float64") for name, value in given.items()}
        self._gradients: list[Any] = []
        self._session: Any = None

    def __enter__(self) -> "Placeholders":
        self._session = self._v1.Session(graph=self._graph)
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()

    @property
    def graph(self) -> Any:
        """The graph as a ``GraphDef``."""
        return self._graph.as_graph_def()

    @property
    def result(self) -> str:
        """The name of the node that the expression ends in."""
        return str(self._result.op.name)

    def derive(self) -> None:
        """Add the gradients to the graph."""
        import tensorflow as tf

        with self._graph.as_default():
            self._gradients = tf.gradients(self._result, list(self._symbols.values()))

    def answer(self) -> Any:
        """The result as a NumPy array."""
        return self._session.run(self._result, self._feed)

    def run(self) -> tuple[float | list[float], list[Any]]:
        """The result, and the graph that the session has run for it, cleaned up: one part for each device."""
        value, graphs = self._watched(self._result)
        return plain(value), graphs

    def slopes(self) -> dict[str, float | list[float]]:
        """The gradients by name."""
        return dict(zip(self._symbols, map(plain, self._session.run(self._gradients, self._feed)), strict=True))

    def optimised_slope(self, name: str) -> list[Any]:
        """The graph that the session runs for one gradient, in parts."""
        return self._watched(self._gradients[list(self._symbols).index(name)])[1]

    def _watched(self, wanted: Any) -> tuple[Any, list[Any]]:
        notes = self._v1.RunMetadata()
        options = self._v1.RunOptions(output_partition_graphs=True)
        value = self._session.run(wanted, self._feed, options=options, run_metadata=notes)
        return value, list(notes.partition_graphs)
