"""Small colour pictures of ten shapes, drawn by formula: what stands in for CIFAR-10 without a network.

Each picture shows one shape of random place, size, tilt and light colour before a dim, blotchy background, under
noise; only the outline tells the class. An outline is a signed distance (in units of the shape's radius; negative
inside): clipping it to one pixel's width gives smooth edges. The same pictures come out every time.

The module needs NumPy alone and nothing else of Fitboard. ``python -m jobs.datasets.shapes`` writes the pictures to
``shapes.npz`` in the current folder, with the keys of Keras's archives: that is what a listing reads.
"""

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Floats = Any
"""Arrays of float32, which stay float32 in every step: NumPy's types can't say that."""

CLASSES = ("circle", "square", "triangle", "hexagon", "star", "cross", "ring", "crescent", "heart", "arrow")
TRAIN, TEST = 4000, 1000
SIZE = 32
SEED = 2016
TILT = 25
"""Degrees to either side."""


def draw_shapes() -> "tuple[NDArray[np.uint8], NDArray[np.int64], NDArray[np.uint8], NDArray[np.int64]]":
    """``x_train, y_train, x_test, y_test``: x uint8 of shape (images, 32, 32, 3), y int64 of shape (images,)."""
    import numpy as np

    rng = np.random.default_rng(SEED)
    labels = np.concatenate([rng.permutation(np.arange(count) % len(CLASSES)) for count in (TRAIN, TEST)])
    images = np.concatenate([draw(part, rng) for part in np.split(labels, 10)])
    return images[:TRAIN], labels[:TRAIN], images[TRAIN:], labels[TRAIN:]


def draw(labels: "NDArray[np.int64]", rng: "np.random.Generator") -> "NDArray[np.uint8]":
    """One picture per label, uint8 of shape (labels, 32, 32, 3)."""
    import numpy as np

    count = len(labels)
    background = _background(count, rng)
    # Of four light colours the one that differs most from the background; some are still hard to see.
    colours = 0.35 + 0.65 * rng.random((count, 4, 3), "float32")
    contrast = np.abs(colours - background.mean((1, 2))[:, None]).sum(2)
    fill = colours[np.arange(count), contrast.argmax(1)]
    cover = _coverage(labels, rng)[..., None]
    light = 1 + 0.25 * _blotches(count, 1, rng)  # the shape isn't of one flat colour either
    picture = background + cover * (fill[:, None, None] * light - background)
    picture += 0.05 * rng.standard_normal(picture.shape, "float32")
    pixels: NDArray[np.uint8] = np.clip(picture * 255 + 0.5, 0, 255).astype("uint8")
    return pixels


def _background(count: int, rng: "np.random.Generator") -> Floats:
    base = 0.15 + 0.4 * rng.random((count, 1, 1, 3), "float32")
    return base + 0.18 * _blotches(count, 3, rng)


def _blotches(count: int, channels: int, rng: "np.random.Generator") -> Floats:
    """Soft spots, mostly between -1 and 1: a coarse grid of random numbers, smoothly enlarged."""
    import numpy as np

    coarse = 2 * rng.random((count, 4 * 4, channels), "float32") - 1
    place = np.linspace(0, 3, SIZE, dtype="float32")
    weights = np.maximum(0, 1 - np.abs(place[:, None] - np.arange(4, dtype="float32")))
    return (np.kron(weights, weights) @ coarse).reshape(count, SIZE, SIZE, channels)


def _coverage(labels: "NDArray[np.int64]", rng: "np.random.Generator") -> Floats:
    """How much of each pixel the shape covers, 0 to 1, of shape (labels, 32, 32)."""
    import numpy as np

    count = len(labels)
    radius = rng.uniform(8, 13, (count, 1, 1)).astype("float32")
    room = 0.7 * (SIZE / 2 - 0.85 * radius)
    middle_x, middle_y = (SIZE / 2 + room * rng.uniform(-1, 1, (count, 1, 1)) for _ in "xy")
    angle = math.radians(TILT) * rng.uniform(-1, 1, (count, 1, 1))
    cos, sin = np.cos(angle), np.sin(angle)
    pixel = np.arange(SIZE, dtype="float32") + 0.5
    x = (pixel[None, None, :] - middle_x) / radius
    y = (middle_y - pixel[None, :, None]) / radius  # upwards, though rows are counted downwards
    u, v = (cos * x + sin * y).astype("float32"), (cos * y - sin * x).astype("float32")
    cover = np.empty(u.shape, "float32")
    for label, outline in enumerate(_OUTLINES):
        chosen = labels == label
        cover[chosen] = np.clip(0.5 - outline(u[chosen], v[chosen]) * radius[chosen], 0, 1)
    return cover


def _circle(u: Floats, v: Floats) -> Floats:
    return _length(u, v) - 0.9


def _length(u: Floats, v: Floats) -> Floats:
    import numpy as np

    return np.sqrt(u * u + v * v)


def _box(u: Floats, v: Floats, width: float, height: float) -> Floats:
    import numpy as np

    return np.maximum(np.abs(u) - width, np.abs(v) - height)


def _square(u: Floats, v: Floats) -> Floats:
    return _box(u, v, 0.8, 0.8)


def _triangle(u: Floats, v: Floats) -> Floats:
    import numpy as np

    side = np.abs(u) * 0.8660254 + v * 0.5
    return np.maximum(side, -v) - 0.55


def _hexagon(u: Floats, v: Floats) -> Floats:
    import numpy as np

    side = np.abs(u) * 0.8660254 + np.abs(v) * 0.5
    return np.maximum(side, np.abs(v)) - 0.84


def _star(u: Floats, v: Floats) -> Floats:
    """Five points: folded into a tenth of the circle, one straight line from an inner to an outer corner."""
    import numpy as np

    tenth = math.pi / 5
    turned = np.abs(np.mod(np.arctan2(u, v), 2 * tenth) - tenth)
    length = _length(u, v)
    x, y = length * np.cos(turned), length * np.sin(turned)
    inner, outer_x, outer_y = 0.48, 1.1 * math.cos(tenth), 1.1 * math.sin(tenth)
    edge = math.hypot(outer_x - inner, outer_y)
    return outer_y / edge * (x - inner) - (outer_x - inner) / edge * y


def _cross(u: Floats, v: Floats) -> Floats:
    import numpy as np

    return np.minimum(_box(u, v, 1.0, 0.33), _box(u, v, 0.33, 1.0))


def _ring(u: Floats, v: Floats) -> Floats:
    import numpy as np

    return np.abs(_length(u, v) - 0.74) - 0.22


def _crescent(u: Floats, v: Floats) -> Floats:
    import numpy as np

    return np.maximum(_length(u, v) - 1.0, 0.8 - _length(u - 0.5, v))


def _heart(u: Floats, v: Floats) -> Floats:
    """A square on its corner and a circle on each of its upper sides."""
    import numpy as np

    side, root = 0.8, math.sqrt(2)
    corner = (np.abs(u) + np.abs(v) - side) / root
    return np.minimum(corner, _length(np.abs(u) - side / 2, v - side / 2) - side / root)


def _arrow(u: Floats, v: Floats) -> Floats:
    import numpy as np

    head = np.maximum((np.abs(u) + 0.85 * (v - 1)) / 1.31, -v)
    return np.minimum(head, _box(u, v + 0.45, 0.27, 0.55))


_OUTLINES = (_circle, _square, _triangle, _hexagon, _star, _cross, _ring, _crescent, _heart, _arrow)
"""In the order of ``CLASSES``."""


def write(file: str) -> None:
    """Write them to an ``.npz`` with Keras's keys."""
    import numpy as np

    x_train, y_train, x_test, y_test = draw_shapes()
    np.savez_compressed(file, x_train=x_train, y_train=y_train, x_test=x_test, y_test=y_test)


if __name__ == "__main__":
    write("shapes.npz")
