"""Small colour pictures of ten shapes, drawn by formula: what stands in for CIFAR-10 without a network.

Each picture shows one shape of random place, size, angle and colour before a blotchy background, under noise. Only the
outline tells the class. An outline is a signed distance (in units of the shape's radius; negative inside): clipping
it to one pixel's width gives smooth edges. The same pictures come out every time.

The module needs NumPy alone and nothing else of Fitboard.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

CLASSES = ("circle", "square", "triangle", "hexagon", "star", "cross", "ring", "crescent", "heart", "arrow")
TRAIN, TEST = 4000, 1000
SIZE = 32
SEED = 2016


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
    # Of four colours the one that differs most from the background: some are still hard to see, as in photographs.
    colours = rng.random((count, 4, 3), "float32")
    contrast = np.abs(colours - background.mean((1, 2))[:, None]).sum(2)
    fill = colours[np.arange(count), contrast.argmax(1)]
    cover = _coverage(labels, rng)[..., None]
    light = 1 + 0.25 * _blotches(count, 1, rng)  # the shape isn't of one flat colour either
    picture = background + cover * (fill[:, None, None] * light - background)
    picture += 0.07 * rng.standard_normal(picture.shape, "float32")
    return np.clip(picture * 255 + 0.5, 0, 255).astype("uint8")


def _background(count: int, rng: "np.random.Generator") -> "Floats":
    base = rng.random((count, 1, 1, 3), "float32")
    return base + 0.22 * _blotches(count, 3, rng)


def _blotches(count: int, channels: int, rng: "np.random.Generator") -> "Floats":
    """Soft spots, mostly between -1 and 1: a coarse grid of random numbers, smoothly enlarged."""
    import numpy as np

    coarse = rng.uniform(-1, 1, (count, 4, 4, channels)).astype("float32")
    place = np.linspace(0, 3, SIZE, dtype="float32")
    weights = np.maximum(0, 1 - np.abs(place[:, None] - np.arange(4, dtype="float32")))
    wide = np.einsum("yi,nijc->nyjc", weights, coarse)
    return np.einsum("xj,nyjc->nyxc", weights, wide).astype("float32")


def _coverage(labels: "NDArray[np.int64]", rng: "np.random.Generator") -> "Floats":
    """How much of each pixel the shape covers, 0 to 1, of shape (labels, 32, 32)."""
    import numpy as np

    count = len(labels)
    radius = rng.uniform(6, 13, (count, 1, 1)).astype("float32")
    room = np.maximum(SIZE / 2 - 0.85 * radius, 0)  # now and then a tip lies beyond the edge
    middle_x, middle_y = (SIZE / 2 + room * rng.uniform(-1, 1, (count, 1, 1)) for _ in "xy")
    angle = rng.uniform(0, 2 * np.pi, (count, 1, 1))
    cos, sin = np.cos(angle), np.sin(angle)
    pixel = np.arange(SIZE, dtype="float32") + np.float32(0.5)
    x, y = (pixel[None, None, :] - middle_x) / radius, (pixel[None, :, None] - middle_y) / radius
    u, v = (cos * x + sin * y).astype("float32"), (cos * y - sin * x).astype("float32")
    cover = np.empty(u.shape, "float32")
    for label, outline in enumerate(_OUTLINES):
        chosen = labels == label
        cover[chosen] = np.clip(0.5 - outline(u[chosen], v[chosen]) * radius[chosen], 0, 1)
    return cover


def _circle(u: "Floats", v: "Floats") -> "Floats":
    import numpy as np

    return np.hypot(u, v) - np.float32(0.9)


def _box(u: "Floats", v: "Floats", width: float, height: float) -> "Floats":
    import numpy as np

    return np.maximum(np.abs(u) - np.float32(width), np.abs(v) - np.float32(height))


def _square(u: "Floats", v: "Floats") -> "Floats":
    return _box(u, v, 0.8, 0.8)


def _triangle(u: "Floats", v: "Floats") -> "Floats":
    import numpy as np

    side = np.abs(u) * np.float32(0.8660254) + v * np.float32(0.5)
    return np.maximum(side, -v) - np.float32(0.55)


def _hexagon(u: "Floats", v: "Floats") -> "Floats":
    import numpy as np

    side = np.abs(u) * np.float32(0.8660254) + np.abs(v) * np.float32(0.5)
    return np.maximum(side, np.abs(v)) - np.float32(0.84)


def _star(u: "Floats", v: "Floats") -> "Floats":
    """Five points: folded into a tenth of the circle, one straight line from an inner to an outer corner."""
    import numpy as np

    fifth, tenth = np.float32(2 * np.pi / 5), np.float32(np.pi / 5)
    turned = np.abs(np.mod(np.arctan2(u, v), fifth) - tenth)
    length = np.hypot(u, v)
    x, y = length * np.cos(turned), length * np.sin(turned)
    inner, outer_x, outer_y = 0.48, 1.1 * float(np.cos(tenth)), 1.1 * float(np.sin(tenth))
    edge = float(np.hypot(outer_x - inner, outer_y))
    return (np.float32(outer_y / edge) * (x - np.float32(inner))) - np.float32((outer_x - inner) / edge) * y


def _cross(u: "Floats", v: "Floats") -> "Floats":
    import numpy as np

    return np.minimum(_box(u, v, 1.0, 0.33), _box(u, v, 0.33, 1.0))


def _ring(u: "Floats", v: "Floats") -> "Floats":
    import numpy as np

    return np.abs(np.hypot(u, v) - np.float32(0.74)) - np.float32(0.22)


def _crescent(u: "Floats", v: "Floats") -> "Floats":
    import numpy as np

    return np.maximum(np.hypot(u, v) - np.float32(1.0), np.float32(0.8) - np.hypot(u - np.float32(0.5), v))


def _heart(u: "Floats", v: "Floats") -> "Floats":
    """A square on its corner and a circle on each of its upper sides."""
    import numpy as np

    side, root = np.float32(0.8), np.float32(2**0.5)
    corner = (np.abs(u) + np.abs(v) - side) / root
    return np.minimum(corner, np.hypot(np.abs(u) - side / 2, v - side / 2) - side / root)


def _arrow(u: "Floats", v: "Floats") -> "Floats":
    import numpy as np

    head = np.maximum((np.abs(u) * np.float32(1.0) + (v - np.float32(1.0)) * np.float32(0.85)) / np.float32(1.31), -v)
    return np.minimum(head, _box(u, v + np.float32(0.45), 0.27, 0.55))


_OUTLINES = (_circle, _square, _triangle, _hexagon, _star, _cross, _ring, _crescent, _heart, _arrow)
"""In the order of ``CLASSES``."""
