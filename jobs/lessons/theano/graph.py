"""PyTensor's graphs as pictures: as they were written, and as they were compiled."""

from typing import Any

from jobs.exhibits import Exhibit
from jobs.lessons.shared.graphs import Drawing, called

SILENT = {"DimShuffle", "ExpandDims", "Squeeze", "DeepCopyOp", "TensorFromScalar", "ScalarFromTensor", "Cast"}
"""Operations that change how numbers are held and not the numbers: the picture is clearer without."""


class Reader:
    """Reads one graph. ``fused`` says how many operations the compiler has put into loops with others."""

    def __init__(self) -> None:
        self._drawing = Drawing()
        self.fused = 0

    @property
    def operations(self) -> int:
        """How many there are."""
        return self._drawing.operations

    def exhibit(self, result: Any, name: str, title: str, note: str) -> Exhibit:
        """The graph that leads to the variable ``result``."""
        return self._drawing.finish(self._node(result), name, title, note)

    def _node(self, variable: Any) -> str:
        found = self._drawing.find(variable)
        if found is not None:
            return found
        if hasattr(variable, "data"):  # a constant
            return self._drawing.constant(variable, _number(variable.data))
        apply = variable.owner
        if apply is None:
            return self._drawing.symbol(variable, variable.name or "?")
        operands = [self._node(each) for each in apply.inputs]
        scalar = getattr(apply.op, "scalar_op", apply.op)
        inner = getattr(scalar, "fgraph", None)
        if inner is not None:
            return self._drawing.same(variable, self._fused(inner, operands, apply.outputs.index(variable)))
        kind = type(scalar).__name__
        if kind in SILENT:
            return self._drawing.same(variable, operands[0])
        if type(apply.op).__name__ == "Sum":  # which holds the "+" that it adds up with
            kind = "Sum"
        return self._drawing.operation(variable, called(kind), operands)

    def _fused(self, inner: Any, operands: list[str], place: int) -> str:
        """The operations inside of one that the compiler has made of several."""
        for symbol, operand in zip(inner.inputs, operands, strict=True):
            self._drawing.same(symbol, operand)
        before = self._drawing.operations
        node = self._node(inner.outputs[place])
        self.fused += self._drawing.operations - before
        return node


def _number(data: Any) -> object:
    import numpy as np

    value = np.asarray(data)
    return float(value.reshape(-1)[0]) if value.size == 1 else f"{value.size} numbers"
