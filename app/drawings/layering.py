"""Places for the nodes of a directed graph: columns by the longest way to them, few crossings, short lines.

The classic three steps. Every node gets a column, behind everything that it uses; a line over several columns gets a
place to pass through in each. Within a column the order is improved by turns, each node towards the middle of its
neighbours. Last, nodes are moved towards their neighbours' height as far as the order allows. Sizes are not known here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

TURNS = 12

Edge = tuple[str, str]


@dataclass(frozen=True)
class Passing:
    """Where the line of an edge passes through a column: a place like a node's, without a box."""

    edge: Edge
    column: int


Place = str | Passing


@dataclass(frozen=True)
class Layers:
    """The columns from left to right, each from top to bottom; ``ways`` are the places that each edge goes along."""

    columns: tuple[tuple[Place, ...], ...]
    ways: Mapping[Edge, tuple[Place, ...]]


def arrange(nodes: Sequence[str], edges: Sequence[Edge], early: frozenset[str] = frozenset()) -> Layers:
    """Columns for ``nodes``, whose ``edges`` make no circle. ``early`` ones start at the left, used however late."""
    edges = tuple(dict.fromkeys(edges))
    column = _columns(nodes, edges, early)
    ways: dict[Edge, tuple[Place, ...]] = {}
    columns: list[list[Place]] = [[] for _ in range(max(column.values()) + 1)]
    for node in nodes:
        columns[column[node]].append(node)
    for edge in edges:
        passing = [Passing(edge, at) for at in range(column[edge[0]] + 1, column[edge[1]])]
        ways[edge] = (edge[0], *passing, edge[1])
        for one in passing:
            columns[one.column].append(one)
    return Layers(_ordered(columns, list(ways.values())), ways)


def crossings(layers: Layers) -> int:
    """How often lines cross."""
    return _crossings(layers.columns, list(layers.ways.values()))


def heights(layers: Layers, needed: Mapping[Place, float]) -> dict[Place, float]:
    """The height of each place's middle, from 0: near its neighbours', no two closer than both ``needed`` (halves)."""
    before, after = _neighbours(list(layers.ways.values()))
    found: dict[Place, float] = {}
    for places in layers.columns:
        found |= _spread(places, [0.0] * len(places), needed)
    for turn in range(TURNS):
        forward = turn % 2 == 0
        for places in layers.columns if forward else reversed(layers.columns):
            wished = []
            for place in places:
                near = (before if forward else after).get(place) or before.get(place, []) + after.get(place, [])
                wished.append(sum(found[one] for one in near) / len(near) if near else found[place])
            found |= _spread(places, wished, needed)
    top = min(height - needed[place] for place, height in found.items())
    return {place: height - top for place, height in found.items()}


def _columns(nodes: Sequence[str], edges: Sequence[Edge], early: frozenset[str]) -> dict[str, int]:
    used = {node: [a for a, b in edges if b == node] for node in nodes}
    users = {node: [b for a, b in edges if a == node] for node in nodes}
    column: dict[str, int] = {}

    def place(node: str) -> int:
        if node not in column:
            column[node] = max((place(one) + 1 for one in used[node]), default=0)
        return column[node]

    for node in nodes:
        place(node)
    for node in nodes:  # what uses nothing, a constant say, stands just before its first use
        if not used[node] and users[node] and node not in early:
            column[node] = min(column[user] for user in users[node]) - 1
    return column


def _neighbours(ways: Sequence[Sequence[Place]]) -> tuple[dict[Place, list[Place]], dict[Place, list[Place]]]:
    before: dict[Place, list[Place]] = {}
    after: dict[Place, list[Place]] = {}
    for way in ways:
        for one, next_one in pairwise(way):
            after.setdefault(one, []).append(next_one)
            before.setdefault(next_one, []).append(one)
    return before, after


def _ordered(columns: Sequence[Sequence[Place]], ways: Sequence[Sequence[Place]]) -> tuple[tuple[Place, ...], ...]:
    before, after = _neighbours(ways)
    ports = _ports(ways)
    now = [list(places) for places in columns]
    best, fewest = [list(places) for places in now], _crossings(now, ways)
    for turn in range(TURNS):
        forward = turn % 2 == 0
        for index in range(len(now)) if forward else reversed(range(len(now))):
            at = {place: number for places in now for number, place in enumerate(places)}
            near = before if forward else after
            wished = {
                place: sum(at[one] + (0 if forward else ports[place, one]) for one in near[place]) / len(near[place])
                if near.get(place)
                else float(at[place])
                for place in now[index]
            }
            now[index].sort(key=lambda place, wished=wished: wished[place])  # type: ignore[misc]
        count = _crossings(now, ways)
        if count < fewest:
            best, fewest = [list(places) for places in now], count
    return tuple(map(tuple, best))


def _crossings(columns: Sequence[Sequence[Place]], ways: Sequence[Sequence[Place]]) -> int:
    at = {place: (index, number) for index, places in enumerate(columns) for number, place in enumerate(places)}
    ports = _ports(ways)
    between: list[list[tuple[float, float]]] = [[] for _ in columns]
    for way in ways:
        for one, next_one in pairwise(way):
            between[at[one][0]].append((at[one][1], at[next_one][1] + ports[one, next_one]))
    return sum(
        (first[0] - second[0]) * (first[1] - second[1]) < 0
        for lines in between
        for number, first in enumerate(lines)
        for second in lines[:number]
    )


def _ports(ways: Sequence[Sequence[Place]]) -> dict[tuple[Place, Place], float]:
    """How far down each line enters its node, in parts of a place: in the order of the edges."""
    entering: dict[Place, list[Place]] = {}
    for way in ways:
        for one, next_one in pairwise(way):
            entering.setdefault(next_one, []).append(one)
    return {(one, place): port / len(ones) / 2 for place, ones in entering.items() for port, one in enumerate(ones)}


def _spread(places: Sequence[Place], wished: Sequence[float], needed: Mapping[Place, float]) -> dict[Place, float]:
    """As near to the wishes as the order and the needed room allow: groups that push each other share the cost."""
    offsets = [0.0]
    for one, next_one in pairwise(places):
        offsets.append(offsets[-1] + needed[one] + needed[next_one])
    groups: list[tuple[float, int]] = []  # the mean of the wishes in a group, and how many are in it
    for wish, offset in zip(wished, offsets, strict=True):
        groups.append((wish - offset, 1))
        while len(groups) > 1 and groups[-2][0] > groups[-1][0]:
            (second, more), (first, some) = groups.pop(), groups.pop()
            groups.append(((first * some + second * more) / (some + more), some + more))
    starts = [start for start, count in groups for _ in range(count)]
    return {place: start + offset for place, start, offset in zip(places, starts, offsets, strict=True)}
