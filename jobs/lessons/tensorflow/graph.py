"""TensorFlow's graphs as pictures, from the form in which it tells them: a list of nodes with their inputs' names."""

from typing import Any

from jobs.exhibits import Exhibit
from jobs.lessons.shared.graphs import Drawing, called

SILENT = {"Identity", "StopGradient", "_Retval", "Cast"}
"""Operations that pass their input on: the picture is clearer without."""

SEND, RECEIVE = {"_Send", "_HostSend"}, {"_Recv", "_HostRecv"}
"""How a value gets from one device to another."""

SUMS = {"Sum", "Mean"}
"""Operations whose second input is only the axes that they go along."""


class Reader:
    """Reads a graph from its ``GraphDef``; one that was run on several devices has a part for each."""

    def __init__(self, *parts: Any) -> None:
        nodes = [node for part in parts for node in part.node]
        self._nodes = {node.name: node for node in nodes}
        self._sent = {_passed(node): node.input[0] for node in nodes if node.op in SEND}
        self._drawing = Drawing()

    @property
    def operations(self) -> int:
        """How many there are."""
        return self._drawing.operations

    def exhibit(self, last: str, name: str, title: str, note: str) -> Exhibit:
        """The graph that leads to the node called ``last``."""
        return self._drawing.finish(self._node(last), name, title, note)

    def returned(self) -> str:
        """The node that a session's graph ends in."""
        return next(str(name) for name, node in self._nodes.items() if node.op == "_Retval")

    def _node(self, name: str) -> str:
        found = self._drawing.find(name)
        if found is not None:
            return found
        node = self._nodes[name]
        if node.op == "Placeholder":
            return self._drawing.symbol(name, name)
        if node.op == "_Arg":  # how a session calls a placeholder: _arg_a_0_0
            return self._drawing.symbol(name, name.removeprefix("_arg_").rsplit("_", 2)[0])
        if node.op == "Const":
            return self._drawing.constant(name, _number(node))
        if node.op in RECEIVE:
            return self._drawing.same(name, self._node(_plain(self._sent[_passed(node)])))
        inputs = [_plain(each) for each in node.input if not each.startswith("^")]
        if node.op in SUMS:
            inputs = inputs[:1]
        operands = [self._node(each) for each in inputs]
        if node.op in SILENT:
            return self._drawing.same(name, operands[0])
        return self._drawing.operation(name, called(node.op), operands)


def _plain(name: str) -> str:
    """The node's name in the name of one of its outputs."""
    return name.split(":")[0]


def _passed(node: Any) -> str:
    """By which name one device sends what another receives."""
    return str(node.attr["tensor_name"].s)


def _number(node: Any) -> object:
    import tensorflow as tf

    value = tf.make_ndarray(node.attr["value"].tensor)
    return float(value.reshape(-1)[0]) if value.size == 1 else f"{value.size} numbers"
