"""A directed graph, such as a symbolic expression: boxes from left to right, a line from what is used to its user."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.drawings import layering
from app.drawings.layering import Edge, Passing, Place
from jobs.exhibits import Graph

CHARACTER = 7.9
"""The width of a letter in the fixed width of the boxes, in pixels."""

HEIGHT, PADDING, LEAST = 34.0, 13.0, 38.0
APART, BETWEEN, EDGE = 18.0, 54.0, 8.0
"""Between boxes of a column, between columns, and around the whole."""

PASSAGE = 10.0
"""What a line that only passes through a column needs."""


@dataclass(frozen=True)
class Box:
    """A node: where its box lies and where its middle is."""

    label: str
    role: str
    x: float
    y: float
    width: float
    height: float
    middle_x: float
    middle_y: float


@dataclass(frozen=True)
class Arrow:
    """An edge as an SVG path, with the numbers of the boxes at its ends."""

    path: str
    start: int
    end: int


@dataclass(frozen=True)
class GraphDrawing:
    """The whole picture in pixels; ``summary`` says it in words."""

    width: float
    height: float
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    summary: str


def draw(content: Graph) -> GraphDrawing:
    """Lay the graph out."""
    names = [node.id for node in content.nodes]
    early = frozenset(node.id for node in content.nodes if node.role == "input")
    layers = layering.arrange(names, content.edges, early)
    widths = {node.id: max(LEAST, len(node.label) * CHARACTER + 2 * PADDING) for node in content.nodes}
    entering = _entering(content)
    halves: dict[Place, float] = {
        place: PASSAGE if isinstance(place, Passing) else (_height(entering[place]) + APART) / 2
        for places in layers.columns
        for place in places
    }
    y = {place: height + EDGE - APART / 2 for place, height in layering.heights(layers, halves).items()}
    lefts, rights = _columns(layers, widths)
    boxes = tuple(
        Box(
            node.label,
            node.role,
            round(x - widths[node.id] / 2, 1),
            round(y[node.id] - _height(entering[node.id]) / 2, 1),
            round(widths[node.id], 1),
            _height(entering[node.id]),
            round(x, 1),
            round(y[node.id], 1),
        )
        for node in content.nodes
        for x in [_middle(layers, lefts, rights, node.id)]
    )
    numbers = {name: number for number, name in enumerate(names)}
    arrows = []
    for node in content.nodes:
        for port, edge in enumerate(entering[node.id]):
            start, end = boxes[numbers[edge[0]]], boxes[numbers[edge[1]]]
            enters = end.middle_y + (port - (len(entering[node.id]) - 1) / 2) * 12
            points = [(start.x + start.width, start.middle_y)]
            for place in layers.ways[edge][1:-1]:
                assert isinstance(place, Passing)
                points += [(lefts[place.column], y[place]), (rights[place.column], y[place])]
            points.append((end.x - 1, enters))
            arrows.append(Arrow(_curve(points), numbers[edge[0]], numbers[edge[1]]))
    bottom = max(box.y + box.height for box in boxes)
    passed = [y[place] for places in layers.columns for place in places if isinstance(place, Passing)]
    return GraphDrawing(
        round(rights[-1] + EDGE, 1), round(max([bottom, *passed]) + EDGE, 1), boxes, tuple(arrows), _words(content)
    )


def _entering(content: Graph) -> Mapping[str, list[Edge]]:
    """The edges into each node, in their order: operands enter from top to bottom as they are written."""
    found: dict[str, list[Edge]] = {node.id: [] for node in content.nodes}
    for edge in content.edges:
        found[edge[1]].append(edge)
    return found


def _height(entering: list[Edge]) -> float:
    return max(HEIGHT, 12.0 * len(entering) + 8)


def _columns(layers: layering.Layers, widths: Mapping[str, float]) -> tuple[list[float], list[float]]:
    """Where each column begins and ends."""
    lefts, rights, x = [], [], EDGE
    for places in layers.columns:
        lefts.append(x)
        rights.append(x + max(widths[place] for place in places if isinstance(place, str)))
        x = rights[-1] + BETWEEN
    return lefts, rights


def _middle(layers: layering.Layers, lefts: list[float], rights: list[float], node: str) -> float:
    column = next(index for index, places in enumerate(layers.columns) if node in places)
    return (lefts[column] + rights[column]) / 2


def _curve(points: list[tuple[float, float]]) -> str:
    """A line that leaves and enters level, and is straight where it passes through a column."""
    (x, y), *rest = points
    path = f"M{x:.1f} {y:.1f}"
    for index, (to_x, to_y) in enumerate(rest):
        if index % 2:  # through a column
            path += f"H{to_x:.1f}"
        else:
            bend = (x + to_x) / 2
            path += f"C{bend:.1f} {y:.1f} {bend:.1f} {to_y:.1f} {to_x:.1f} {to_y:.1f}"
        x, y = to_x, to_y
    return path


def _words(content: Graph) -> str:
    """What each box is made of, for those who don't see the lines."""
    labels = {node.id: node.label for node in content.nodes}
    entering = _entering(content)
    told = [
        f"{labels[node.id]} of {', '.join(labels[edge[0]] for edge in entering[node.id])}"
        for node in content.nodes
        if entering[node.id]
    ]
    if not told:
        return f"A graph of one box: {content.nodes[0].label}." if len(content.nodes) == 1 else "A graph without lines."
    return f"A graph of {len(content.nodes)} boxes. {'; '.join(told)}."
