"""Makes the graph exhibit of an expression: which node is called what, and what is left out because it does nothing."""

import re
from collections.abc import Hashable, Iterable

from jobs.exhibits import Exhibit, Graph, Node, Text

MOST_NODES, MOST_EDGES = 80, 160

SIGNS = {
    **dict.fromkeys(("add", "addv2", "addn"), "+"),
    "sub": "\N{MINUS SIGN}",
    "mul": "\N{MULTIPLICATION SIGN}",
    **dict.fromkeys(("truediv", "realdiv", "div"), "\N{DIVISION SIGN}"),
    "neg": "negate",
    "pow": "power",
    **dict.fromkeys(("sqr", "square"), "square"),
    "reciprocal": "1 \N{DIVISION SIGN}",
}
"""How operations are written, by their class in lower case; others by that name, in words."""


def called(operation: str) -> str:
    """What stands in a node: a sign, or the operation's name in words (``Log1p`` is ``log1p``)."""
    name = operation.strip("_")
    known = SIGNS.get(name.lower().replace("_", ""))
    return known or re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name).replace("_", " ").lower()


class Drawing:
    """Collects nodes by what they stand for; each gets a number for its name."""

    def __init__(self) -> None:
        self._nodes: list[Node] = []
        self._edges: list[tuple[str, str]] = []
        self._known: dict[Hashable, str] = {}
        self.operations = 0

    def find(self, thing: Hashable) -> str | None:
        """The node of something met before."""
        return self._known.get(thing)

    def same(self, thing: Hashable, node: str) -> str:
        """Note that something is what another node stands for already."""
        self._known[thing] = node
        return node

    def symbol(self, thing: Hashable, name: str) -> str:
        """A node for what is put in."""
        return self._add(thing, Node(id=self._next(), label=name[:40], role="input"))

    def constant(self, thing: Hashable, value: object) -> str:
        """A node for a number, or for several."""
        text = f"{value:.5g}" if isinstance(value, float) else str(value)
        return self._add(thing, Node(id=self._next(), label=text[:24], role="constant"))

    def operation(self, thing: Hashable, label: str, operands: Iterable[str]) -> str:
        """A node for what is done to ``operands``, in their order."""
        node = self._add(thing, Node(id=self._next(), label=label[:40]))
        self.operations += 1
        self._edges += [(operand, node) for operand in operands]
        return node

    def finish(self, last: str, name: str, title: str, note: str) -> Exhibit:
        """The exhibit, with a node for the result behind ``last``; in words where it would be too large to read."""
        nodes = [*self._nodes, Node(id="result", label="result", role="output")]
        edges = [*self._edges, (last, "result")]
        if len(nodes) <= MOST_NODES and len(edges) <= MOST_EDGES:
            return Exhibit(name=name, title=title, note=note, content=Graph(nodes=nodes, edges=edges))
        words = f"{self.operations} operations: too many to draw. A shorter expression has a picture here."
        return Exhibit(name=name, title=title, note=note, content=Text(text=words))

    def _add(self, thing: Hashable, node: Node) -> str:
        self._nodes.append(node)
        return self.same(thing, node.id)

    def _next(self) -> str:
        return f"n{len(self._nodes)}"
