"""What a lesson shows beside its curves: tables, pictures, drawings, each with a title and a note.

An exhibit is plain data, so that a page draws it, a script reads it and a later version draws it better. A lesson shows
one by ``session.show``; one shown again under the same ``name`` takes the place of the former, which is how a picture
moves while a network trains.
"""

from typing import Annotated, Any, Literal, NamedTuple, Self

from pydantic import Field, FiniteFloat, model_validator

from jobs.protocol import Number, Wire, Word

Cell = str | bool | int | FiniteFloat | None

Base64 = Annotated[str, Field(pattern="^[A-Za-z0-9+/]*={0,2}$", max_length=400_000)]

Short = Annotated[str, Field(max_length=200)]


class Table(Wire):
    """Rows of words and numbers under column titles. ``first`` says that each row's first cell is its title."""

    kind: Literal["table"] = "table"
    columns: Annotated[list[Short], Field(min_length=1, max_length=40)]
    rows: Annotated[list[list[Cell]], Field(max_length=500)]
    first: bool = False


class Facts(Wire):
    """Names with their values, such as a result and what it took."""

    kind: Literal["facts"] = "facts"
    facts: Annotated[list[tuple[Short, Cell]], Field(min_length=1, max_length=60)]


class Text(Wire):
    """Lines in a fixed width: a model's summary, a piece of code. ``language`` is ``python`` or ``text``."""

    kind: Literal["text"] = "text"
    text: Annotated[str, Field(max_length=20_000)]
    language: Literal["python", "text"] = "text"


class Picture(Wire):
    """A PNG of few pixels, shown enlarged. ``right`` marks a prediction as right or wrong; None marks nothing."""

    png: Base64
    caption: Short = ""
    right: bool | None = None


class Pictures(Wire):
    """Pictures in a grid, ``columns`` wide where there is room; ``size`` is their width on the page in pixels."""

    kind: Literal["pictures"] = "pictures"
    pictures: Annotated[list[Picture], Field(min_length=1, max_length=144)]
    columns: Annotated[int, Field(ge=1, le=16)] = 8
    size: Annotated[int, Field(ge=24, le=320)] = 84


class Matrix(Wire):
    """A confusion matrix: ``counts[i][j]`` rows of class ``i`` were taken for class ``j``."""

    kind: Literal["matrix"] = "matrix"
    classes: Annotated[list[Short], Field(min_length=2, max_length=50)]
    counts: Annotated[list[list[Annotated[int, Field(ge=0)]]], Field(min_length=2, max_length=50)]

    @model_validator(mode="after")
    def _square(self) -> Self:
        if {len(self.counts), *map(len, self.counts)} != {len(self.classes)}:
            raise ValueError(f"counts must have {len(self.classes)} rows of {len(self.classes)}, one for each class")
        return self


class Line(Wire):
    """One curve; ``values`` are at the places ``x`` of its :class:`Lines`, None where there is none."""

    name: Short
    values: Annotated[list[FiniteFloat | None], Field(max_length=2000)]


class Lines(Wire):
    """Curves over a common axis that isn't the epochs of the run (those are metrics and have their own charts)."""

    kind: Literal["lines"] = "lines"
    x: Annotated[list[FiniteFloat], Field(min_length=2, max_length=2000)]
    lines: Annotated[list[Line], Field(min_length=1, max_length=8)]
    x_title: Short = ""
    y_title: Short = ""

    @model_validator(mode="after")
    def _as_long(self) -> Self:
        if any(len(line.values) != len(self.x) for line in self.lines):
            raise ValueError(f"each line must have {len(self.x)} values, one for each x")
        return self


class Point(NamedTuple):
    """A row of a two-dimensional problem: where it lies, its class, and whether it was held out.

    In JSON it is a list of these four: a plane has hundreds, and moves.
    """

    x: FiniteFloat
    y: FiniteFloat
    label: Annotated[int, Field(ge=0, le=9)]
    held_out: bool = False


class Plane(Wire):
    """What a network answers over a plane, with rows upon it.

    ``answers`` are probabilities of class 1 in percent, row by row from the top left corner to the bottom right one,
    ``columns`` in a row; ``extent`` is left, right, bottom, top.
    """

    kind: Literal["plane"] = "plane"
    columns: Annotated[int, Field(ge=2, le=100)]
    answers: Annotated[list[Annotated[int, Field(ge=0, le=100)]], Field(min_length=4, max_length=10_000)]
    extent: tuple[FiniteFloat, FiniteFloat, FiniteFloat, FiniteFloat]
    points: Annotated[tuple[Point, ...], Field(max_length=1000)] = ()

    @model_validator(mode="after")
    def _whole(self) -> Self:
        rows, rest = divmod(len(self.answers), self.columns)
        if rest or rows < 2:
            raise ValueError(f"{len(self.answers)} answers are no two or more rows of {self.columns}")
        left, right, bottom, top = self.extent
        if not (left < right and bottom < top):
            raise ValueError(f"extent {self.extent} is not left, right, bottom, top")
        return self


class Node(Wire):
    """A node of a graph; ``role`` colours it: what goes in, what is done, what comes out."""

    id: Short
    label: Short
    role: Literal["input", "operation", "constant", "output"] = "operation"


class Graph(Wire):
    """A directed graph without circles, such as a symbolic expression; an edge goes from what is used to its user."""

    kind: Literal["graph"] = "graph"
    nodes: Annotated[list[Node], Field(min_length=1, max_length=80)]
    edges: Annotated[list[tuple[Short, Short]], Field(max_length=160)]

    @model_validator(mode="after")
    def _has_no_circle(self) -> Self:
        """Refuse edges to nodes that aren't there, and circles: neither can be drawn."""
        names = {node.id for node in self.nodes}
        if len(names) < len(self.nodes):
            raise ValueError("two nodes have the same id. Give each its own")
        for edge in self.edges:
            if not names.issuperset(edge):
                raise ValueError(f"the edge {list(edge)} ends in no node. Name two of the nodes")
        waiting = {name: {start for start, end in self.edges if end == name} for name in names}
        while ready := {name for name, starts in waiting.items() if not starts}:
            waiting = {name: starts - ready for name, starts in waiting.items() if name not in ready}
        if waiting:
            raise ValueError(f"the edges go round in a circle at {sorted(waiting)[0]!r}. Leave one of them out")
        return self


class Weights(Wire):
    """A layer of a :class:`Network`: ``weights[i][j]`` from neuron ``i`` before it to its neuron ``j``."""

    title: Short
    weights: Annotated[list[list[FiniteFloat]], Field(min_length=1, max_length=64)]
    biases: Annotated[list[FiniteFloat], Field(min_length=1, max_length=64)]


class Network(Wire):
    """A small network of dense layers, neuron by neuron, with the names of its inputs."""

    kind: Literal["network"] = "network"
    inputs: Annotated[list[Short], Field(min_length=1, max_length=64)]
    layers: Annotated[list[Weights], Field(min_length=1, max_length=10)]

    @model_validator(mode="after")
    def _joined(self) -> Self:
        before = len(self.inputs)
        for layer in self.layers:
            neurons = len(layer.biases)
            if len(layer.weights) != before or {len(row) for row in layer.weights} != {neurons}:
                raise ValueError(f"layer {layer.title!r} needs {before} rows of {neurons} weights, one for each bias")
            before = neurons
        return self


Content = Annotated[
    Table | Facts | Text | Pictures | Matrix | Lines | Plane | Graph | Network, Field(discriminator="kind")
]


class Exhibit(Wire):
    """One thing shown.

    Attributes:
        name: by which a later one replaces it; also its place in the address of the page.
        title: a heading.
        note: what to look at, in a sentence or two.
        epoch: after which epoch (from 0) it looked like this; None for what doesn't change with epochs. Not
            for cross-validations, in which each fold has all epochs.
        content: what is shown, by ``kind``.
    """

    name: Word
    title: Short
    note: Annotated[str, Field(max_length=1000)] = ""
    epoch: Number | None = None
    content: Content


def image(png: bytes, caption: str = "", right: bool | None = None) -> Picture:
    """A picture of a PNG's bytes."""
    import base64

    return Picture(png=base64.b64encode(png).decode(), caption=caption, right=right)


def shrunk(pixels: Any, most: int = 96) -> Any:
    """Every so-manyth of ``pixels``, shape (height, width, …), ``most`` a side at most: enough for a picture."""
    step = max(1, -(-max(pixels.shape[:2]) // most))
    return pixels[::step, ::step]


def encode_png(pixels: Any) -> bytes:
    """A PNG of ``pixels``, uint8 of shape (height, width, 1, 3 or 4). Imports TensorFlow."""
    import tensorflow as tf

    with tf.device("/CPU:0"):
        return bytes(tf.io.encode_png(pixels, compression=1).numpy())
