"""A small network, neuron by neuron: where each stands, and its weights as lines by sign and size."""

from collections.abc import Sequence
from dataclasses import dataclass

from jobs.exhibits import Network, Weights

GAP = 150.0
"""From one column of neurons to the next; at least so much, where a picture has few."""

WIDTH = 640.0
SIDE, TOP, BOTTOM = 46.0, 62.0, 16.0
STEP, HIGHEST = 42.0, 460.0
"""From one neuron to the next, and how high a column may get: then neurons stand closer."""

RADII = (5.0, 12.0)
SIZES = 6
"""Lines have widths from 0 (next to nothing) to 6 (the largest weight of all)."""


@dataclass(frozen=True)
class Wires:
    """Some of a neuron's weights with the same sign and width, as one path."""

    positive: bool
    size: int
    path: str


@dataclass(frozen=True)
class Neuron:
    """A neuron with what comes in; ``words`` say its weights and its bias, and ``strength`` (0 to 9) colours it."""

    x: float
    y: float
    words: str
    positive: bool
    strength: int
    wires: tuple[Wires, ...]


@dataclass(frozen=True)
class Column:
    """A layer's neurons under its title; what the title has in brackets stands in a second line.

    ``anchor`` is how both stand to ``x``.
    """

    x: float
    title: str
    subtitle: str
    anchor: str
    neurons: tuple[Neuron, ...]


@dataclass(frozen=True)
class Rows:
    """A layer as a table: for each neuron its bias and its weights, under the names of where they come from."""

    title: str
    sources: tuple[str, ...]
    neurons: tuple[tuple[float, tuple[float, ...]], ...]


@dataclass(frozen=True)
class NetworkDrawing:
    """The whole picture; ``inputs`` are places with names, ``summary`` says it in words."""

    width: float
    height: float
    radius: float
    inputs: tuple[tuple[float, float, str], ...]
    columns: tuple[Column, ...]
    tables: tuple[Rows, ...]
    summary: str


def draw(content: Network) -> NetworkDrawing:
    """Put the layers side by side, inputs at the left."""
    counts = [len(content.inputs), *(len(layer.biases) for layer in content.layers)]
    width = max(WIDTH, 2 * SIDE + GAP * (len(counts) - 1))
    step = min(STEP, HIGHEST / max(max(counts) - 1, 1))
    height = TOP + BOTTOM + step * (max(counts) - 1) + 2 * RADII[1]
    radius = max(RADII[0], min(RADII[1], step * 0.36))
    middle = TOP + (height - TOP - BOTTOM) / 2
    places = [
        [
            (SIDE + (width - 2 * SIDE) * column / (len(counts) - 1), middle + step * (number - (count - 1) / 2))
            for number in range(count)
        ]
        for column, count in enumerate(counts)
    ]
    largest = max((abs(w) for layer in content.layers for row in layer.weights for w in row), default=0.0) or 1.0
    heaviest = max((abs(bias) for layer in content.layers for bias in layer.biases), default=0.0) or 1.0
    columns = []
    for number, layer in enumerate(content.layers):
        last = number == len(content.layers) - 1
        neurons = tuple(
            _neuron(layer, index, places[number], place, radius, largest, heaviest)
            for index, place in enumerate(places[number + 1])
        )
        title, _, rest = layer.title.partition(" (")
        anchor = "end" if last else "middle"
        columns.append(Column(places[number + 1][0][0], title, rest.removesuffix(")"), anchor, neurons))
    return NetworkDrawing(
        round(width, 1),
        round(height, 1),
        round(radius, 1),
        tuple((x, y, name) for (x, y), name in zip(places[0], content.inputs, strict=True)),
        tuple(columns),
        tuple(_tables(content)),
        _summary(content),
    )


def _neuron(
    layer: Weights,
    index: int,
    sources: Sequence[tuple[float, float]],
    place: tuple[float, float],
    radius: float,
    largest: float,
    heaviest: float,
) -> Neuron:
    weights = [row[index] for row in layer.weights]
    bias = layer.biases[index]
    paths: dict[tuple[bool, int], list[str]] = {}
    x, y = place
    for weight, (from_x, from_y) in zip(weights, sources, strict=True):
        size = round(SIZES * abs(weight) / largest)
        begin, end = from_x + radius, x - radius
        bend = (begin + end) / 2
        line = f"M{begin:.1f} {from_y:.1f}C{bend:.1f} {from_y:.1f} {bend:.1f} {y:.1f} {end:.1f} {y:.1f}"
        paths.setdefault((weight >= 0, size), []).append(line)
    wires = sorted(paths.items(), key=lambda item: item[0][1])
    listed = ", ".join(f"{weight:.2f}" for weight in weights[:8]) + (", …" if len(weights) > 8 else "")
    return Neuron(
        x,
        y,
        f"{layer.title}, neuron {index + 1}: bias {bias:.2f}, weights {listed}",
        bias >= 0,
        round(9 * abs(bias) / heaviest),
        tuple(Wires(positive, size, "".join(lines)) for (positive, size), lines in wires),
    )


def _tables(content: Network) -> list[Rows]:
    sources = tuple(content.inputs)
    tables = []
    for layer in content.layers:
        biases = layer.biases
        neurons = tuple((bias, tuple(row[index] for row in layer.weights)) for index, bias in enumerate(biases))
        tables.append(Rows(layer.title, sources, neurons))
        sources = tuple(f"neuron {number}" for number in range(1, len(biases) + 1))
    return tables


def _summary(content: Network) -> str:
    sizes = [len(layer.biases) for layer in content.layers]
    weights = sum(len(layer.weights) * size for layer, size in zip(content.layers, sizes, strict=True))
    shape = " to ".join(str(count) for count in (len(content.inputs), *sizes))
    _, layer, source, neuron, weight = max(
        (abs(weight), number, source, index, weight)
        for number, layer in enumerate(content.layers)
        for source, row in enumerate(layer.weights)
        for index, weight in enumerate(row)
    )
    named = content.inputs[source] if layer == 0 else f"neuron {source + 1}"
    return (
        f"From {shape} neurons, {weights:,} weights and {sum(sizes):,} biases. The largest weight is {weight:.2f}, "
        f"from {named} to neuron {neuron + 1} of {content.layers[layer].title}."
    )
