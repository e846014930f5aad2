"""Areas where a grid of values reaches a level, as SVG paths. Marching squares, in plain Python."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

Place = tuple[float, float]

_EDGES: dict[int, tuple[tuple[int, int], ...]] = {
    # Corners that reach the level, as bits: top left 1, top right 2, bottom right 4, bottom left 8. Pairs of sides,
    # from where to where the outline goes with the area on its right; sides: top 0, right 1, bottom 2, left 3.
    1: ((0, 3),), 2: ((1, 0),), 3: ((1, 3),), 4: ((2, 1),), 6: ((2, 0),), 7: ((2, 3),),
    8: ((3, 2),), 9: ((0, 2),), 11: ((1, 2),), 12: ((3, 1),), 13: ((0, 1),), 14: ((3, 0),),
}  # fmt: skip
_APART = {5: ((0, 3), (2, 1)), 10: ((1, 0), (3, 2))}
_TOGETHER = {5: ((0, 1), (2, 3)), 10: ((1, 2), (3, 0))}
"""A saddle: opposite corners reach the level. Its middle decides whether they belong together."""


@dataclass(frozen=True)
class Area:
    """All places that reach a level: the filled ``path``, and its ``outline`` without the picture's own edge."""

    path: str
    outline: str


def areas(
    values: Sequence[float], columns: int, levels: Sequence[float], width: float, height: float
) -> tuple[Area, ...]:
    """For each level the places where the values reach it.

    Args:
        values: row by row from the top left corner of the picture to its bottom right one, ``columns`` in a row.
        columns: how many in a row.
        levels: ascending.
        width, height: of the picture.
    """
    rows = len(values) // columns
    outside = min(*values, *levels) - 1.0
    # A frame of values that reach no level, at no distance: it closes every outline along the picture's own edge.
    wide = columns + 2
    framed = [outside] * wide
    for start in range(0, rows * columns, columns):
        framed += [outside, *values[start : start + columns], outside]
    framed += [outside] * wide
    xs = [0.0, *(width * (number / (columns - 1)) for number in range(columns)), width]
    ys = [0.0, *(height * (number / (rows - 1)) for number in range(rows)), height]
    links: list[dict[int, int]] = [{} for _ in levels]
    places: list[dict[int, Place]] = [{} for _ in levels]
    for row in range(rows + 1):
        for column in range(columns + 1):
            at = row * wide + column
            a, b, d, c = framed[at], framed[at + 1], framed[at + wide], framed[at + wide + 1]
            low, high = min(a, b, c, d), max(a, b, c, d)
            for number, level in enumerate(levels):
                if low < level <= high:
                    case = (a >= level) + 2 * (b >= level) + 4 * (c >= level) + 8 * (d >= level)
                    pairs = _EDGES.get(case) or (_TOGETHER if (a + b + c + d) / 4 >= level else _APART)[case]
                    # A side's number is the same from both cells: twice its first corner, one more if it goes down.
                    sides = (2 * at, 2 * (at + 1) + 1, 2 * (at + wide), 2 * at + 1)
                    for begin, end in pairs:
                        links[number][sides[begin]] = sides[end]
                        places[number][sides[begin]] = _place(begin, (a, b, c, d), level, xs, ys, row, column)
    found = []
    for link, place in zip(links, places, strict=True):
        loops = [_thinned(loop) for loop in _loops(link, place)]
        found.append(Area("".join(map(_closed, loops)), "".join(_open(loop, width, height) for loop in loops)))
    return tuple(found)


def _place(
    side: int,
    corners: tuple[float, float, float, float],
    level: float,
    xs: Sequence[float],
    ys: Sequence[float],
    row: int,
    column: int,
) -> Place:
    """Where the level lies on a cell's side, as if values between its corners changed evenly."""
    a, b, c, d = corners
    first, second = ((a, b), (b, c), (d, c), (a, d))[side]
    share = (level - first) / (second - first)
    if side in (0, 2):
        return xs[column] + (xs[column + 1] - xs[column]) * share, ys[row + (side == 2)]
    return xs[column + (side == 1)], ys[row] + (ys[row + 1] - ys[row]) * share


def _closed(loop: Sequence[Place]) -> str:
    return f"M{'L'.join(f'{x:.1f} {y:.1f}' for x, y in loop)}Z" if loop else ""


def _open(loop: Sequence[Place], width: float, height: float) -> str:
    """The loop, with gaps where it runs along the picture's edge."""
    parts, drawing = [], False
    for number, (x, y) in enumerate(loop):
        before_x, before_y = loop[number - 1]
        along = (x == before_x and x in (0.0, width)) or (y == before_y and y in (0.0, height))
        if along:
            drawing = False
            continue
        if not drawing:
            parts.append(f"M{before_x:.1f} {before_y:.1f}")
        parts.append(f"L{x:.1f} {y:.1f}")
        drawing = True
    return "".join(parts)


def _loops(links: dict[int, int], places: dict[int, Place]) -> Iterator[list[Place]]:
    while links:
        start, side = links.popitem()
        loop = [places[start]]
        while side != start:
            loop.append(places[side])
            side = links.pop(side)
        yield loop


def _thinned(loop: list[Place]) -> list[Place]:
    """Without places on a straight line between their neighbours: along the picture's edge most are."""
    loop = [place for number, place in enumerate(loop) if place != loop[number - 1]]  # corners come twice
    kept = []
    for number, (x, y) in enumerate(loop):
        (before_x, before_y), (after_x, after_y) = loop[number - 1], loop[(number + 1) % len(loop)]
        if abs((x - before_x) * (after_y - y) - (y - before_y) * (after_x - x)) > 1e-6:
            kept.append((x, y))
    return kept
