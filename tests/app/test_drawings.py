"""Where a graph's boxes and lines stand: nothing overlaps, all leads to the right, few lines cross."""

import itertools
import re

import pytest
from pydantic import ValidationError

from app.drawings import graph, layering
from jobs.exhibits import Graph, Node


def made(edges: str, inputs: str = "ab") -> Graph:
    """A graph from words such as ``a>add``, the two ends of an edge."""
    pairs = [tuple(edge.split(">")) for edge in edges.split()]
    names = list(dict.fromkeys(name for pair in pairs for name in pair))
    nodes = [Node(id=name, label=name, role="input" if name in inputs else "operation") for name in names]
    return Graph(nodes=nodes, edges=[(start, end) for start, end in pairs])


SOFTPLUS = made("b>mul a>mul mul>exp one>add exp>add add>log a>sqr log>plus sqr>plus plus>result")
GRAPHS = pytest.mark.parametrize(
    "content",
    [
        made("a>add b>add add>result"),
        SOFTPLUS,
        made("a>square a>square square>result", "a"),
        made("a>p b>p a>q b>q a>r b>r p>s q>s r>s s>result a>s"),
        Graph(nodes=[Node(id="0", label="0", role="constant")], edges=[]),
    ],
)


@GRAPHS
def test_boxes_do_not_overlap_and_lie_inside(content: Graph) -> None:
    drawing = graph.draw(content)
    for one, other in itertools.combinations(drawing.boxes, 2):
        beside = one.x + one.width < other.x or other.x + other.width < one.x
        above = one.y + one.height < other.y or other.y + other.height < one.y
        assert beside or above, (one.label, other.label)
    for box in drawing.boxes:
        assert 0 < box.x < box.x + box.width < drawing.width
        assert 0 < box.y < box.y + box.height < drawing.height
        assert len(box.label) * 7.8 < box.width


@GRAPHS
def test_every_line_leads_to_the_right_from_its_box_to_its_box(content: Graph) -> None:
    drawing = graph.draw(content)
    assert len(drawing.arrows) == len(content.edges)
    for arrow in drawing.arrows:
        start, end = drawing.boxes[arrow.start], drawing.boxes[arrow.end]
        numbers = [float(number) for number in re.findall(r"[\d.]+", arrow.path)]
        assert numbers[:2] == [pytest.approx(start.x + start.width, abs=0.1), pytest.approx(start.middle_y, abs=0.1)]
        assert numbers[-2] == pytest.approx(end.x - 1, abs=0.1)
        assert end.y < numbers[-1] < end.y + end.height
        assert start.x + start.width < end.x


def test_operands_enter_in_their_order_each_at_a_place_of_its_own() -> None:
    drawing = graph.draw(made("a>sub b>sub a>sub sub>result"))
    entering = [float(arrow.path.split(" ")[-1]) for arrow in drawing.arrows if drawing.boxes[arrow.end].label == "sub"]
    assert entering == sorted(set(entering))
    assert len(entering) == 3


def test_a_graph_that_can_be_drawn_without_crossings_is() -> None:
    names = [node.id for node in SOFTPLUS.nodes]
    assert layering.crossings(layering.arrange(names, SOFTPLUS.edges, frozenset("ab"))) == 0
    tangled = [("a", "4"), ("b", "3"), ("c", "2"), ("d", "1")]
    assert layering.crossings(layering.arrange([*"abcd1234"], tangled)) == 0


def test_a_constant_stands_just_before_its_use_and_an_input_at_the_left() -> None:
    drawing = graph.draw(SOFTPLUS)
    x = {box.label: box.x for box in drawing.boxes}
    assert x["a"] == x["b"] == min(x.values())
    assert x["mul"] < x["one"] < x["add"]


def test_the_picture_is_told_in_words() -> None:
    assert graph.draw(made("a>add b>add add>result")).summary == "A graph of 4 boxes. add of a, b; result of add."


@pytest.mark.parametrize(
    ("edges", "told"),
    [
        ([("a", "b"), ("b", "a")], "in a circle"),
        ([("a", "a")], "in a circle"),
        ([("a", "x")], "ends in no node"),
    ],
)
def test_what_cannot_be_drawn_is_no_graph(edges: list[tuple[str, str]], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        Graph(nodes=[Node(id="a", label="a"), Node(id="b", label="b")], edges=edges)


def test_two_nodes_of_one_name_are_no_graph() -> None:
    with pytest.raises(ValidationError, match="same id"):
        Graph(nodes=[Node(id="a", label="a"), Node(id="a", label="b")], edges=[])
