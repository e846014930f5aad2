"""A picture of how something grows: panels with two logarithmic axes, as one SVG that can be read by day and by night.

Numbers in, text out; what is measured is said by :mod:`benchmarks.growth`.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 330, 330
"""Of one panel."""

LEFT, RIGHT, TOP, BOTTOM = 58, 18, 96, 50
"""What the axes leave free around the curves; the title and the names of the lines stand above."""

MOST_LINES = 3

STYLE = """
svg { font: 12px system-ui, sans-serif; --paper: #fff; --ink: #1c2530; --soft: #5a6675; --grid: #dde2e8;
      --a: #1f5fbf; --b: #b4460f; --c: #17734f }
@media (prefers-color-scheme: dark) {
  svg { --paper: #10161d; --ink: #e8edf3; --soft: #a3afbd; --grid: #2b3541; --a: #7db1ff; --b: #ffa26b; --c: #63cfa0 }
}
.paper { fill: var(--paper) } text { fill: var(--soft) } .title { fill: var(--ink); font-size: 14px; font-weight: 600 }
.name { fill: var(--ink) } .grid { stroke: var(--grid) } .line { fill: none; stroke-width: 2 }
.a { stroke: var(--a) } .b { stroke: var(--b); stroke-dasharray: 7 4 } .c { stroke: var(--c); stroke-dasharray: 2 4 }
.dot { stroke: none } .dot.a { fill: var(--a) } .dot.b { fill: var(--b) } .dot.c { fill: var(--c) }
""".strip()


@dataclass(frozen=True)
class Panel:
    """One pair of axes. ``lines`` holds by name points with both coordinates above 0, at most three lines."""

    title: str
    across: str
    up: str
    lines: Mapping[str, Sequence[tuple[float, float]]]


def picture(panels: Sequence[Panel], words: str) -> str:
    """The panels side by side; ``words`` say what is seen to who doesn't see it."""
    width = WIDTH * len(panels)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {HEIGHT}" width="{width}" height="{HEIGHT}" '
        f'role="img"><title>{escape(words)}</title>',
        f"<style>{STYLE}</style>",
        f'<rect class="paper" width="{width}" height="{HEIGHT}" rx="8"/>',
    ]
    for place, panel in enumerate(panels):
        parts += [f'<g transform="translate({place * WIDTH} 0)">', *_panel(panel), "</g>"]
    return "\n".join([*parts, "</svg>", ""])


def short(value: float) -> str:
    """A number on an axis: ``3k`` for 3,000."""
    return f"{value / 1000:g}k" if value >= 1000 else f"{value:g}"


@dataclass(frozen=True)
class _Axis:
    """A logarithmic scale from one round number to another, drawn between two places."""

    low: float
    high: float
    start: float
    stop: float

    @classmethod
    def over(cls, values: Sequence[float], start: float, stop: float) -> "_Axis":
        """One that holds these values, from a 1, 2 or 5 to a 1, 2 or 5."""
        rounds = [factor * 10.0**power for power in range(-3, 8) for factor in (1, 2, 5)]
        low = max(one for one in rounds if one <= min(values) * 1.0001)
        high = min(one for one in rounds if one >= max(values) * 0.9999 and one > low)
        return cls(low, high, start, stop)

    def at(self, value: float) -> float:
        """Where a value stands."""
        share = math.log(value / self.low) / math.log(self.high / self.low)
        return self.start + share * (self.stop - self.start)

    def ticks(self) -> list[float]:
        """The numbers to be written: 1, 2, 5 in each power of ten where there is room, else 1 and 10 alone."""
        powers = range(math.floor(math.log10(self.low)), math.ceil(math.log10(self.high)) + 1)
        factors = (1, 2, 5) if self.high / self.low <= 200 else (1,)
        found = [factor * 10.0**power for power in powers for factor in factors]
        return [one for one in found if self.low * 0.9999 <= one <= self.high * 1.0001]


def _panel(panel: Panel) -> list[str]:
    points = [point for line in panel.lines.values() for point in line]
    x = _Axis.over([across for across, _ in points], LEFT, WIDTH - RIGHT)
    y = _Axis.over([up for _, up in points], HEIGHT - BOTTOM, TOP)
    parts = [f'<text class="title" x="{LEFT}" y="26">{escape(panel.title)}</text>']
    for tick in x.ticks():
        at = f"{x.at(tick):.1f}"
        parts.append(f'<line class="grid" x1="{at}" x2="{at}" y1="{TOP}" y2="{HEIGHT - BOTTOM}"/>')
        parts.append(f'<text x="{at}" y="{HEIGHT - BOTTOM + 17}" text-anchor="middle">{short(tick)}</text>')
    for tick in y.ticks():
        at = f"{y.at(tick):.1f}"
        parts.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{at}" y2="{at}"/>')
        parts.append(f'<text x="{LEFT - 7}" y="{at}" dy="4" text-anchor="end">{short(tick)}</text>')
    middle = (LEFT + WIDTH - RIGHT) / 2
    parts.append(f'<text x="{middle:g}" y="{HEIGHT - 12}" text-anchor="middle">{escape(panel.across)}</text>')
    upright = f"translate(16 {(TOP + HEIGHT - BOTTOM) / 2:g}) rotate(-90)"
    parts.append(f'<text transform="{upright}" text-anchor="middle">{escape(panel.up)}</text>')
    for place, (kind, (name, line)) in enumerate(zip("abc"[:MOST_LINES], panel.lines.items(), strict=False)):
        row = 44 + 17 * place
        parts.append(f'<path class="line {kind}" d="M{LEFT} {row}h26"/>')
        parts.append(f'<text class="name" x="{LEFT + 33}" y="{row + 4}">{escape(name)}</text>')
        places = [f"{x.at(across):.1f} {y.at(up):.1f}" for across, up in line]
        parts.append(f'<path class="line {kind}" d="M{"L".join(places)}"/>')
        parts += [
            f'<circle class="dot {kind}" cx="{x.at(across):.1f}" cy="{y.at(up):.1f}" r="3"/>' for across, up in line
        ]
    return parts
