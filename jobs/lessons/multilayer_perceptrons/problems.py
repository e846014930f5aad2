"""Problems in two dimensions: points of two classes, drawn from a seed, and the same lines for a listing."""

from typing import TYPE_CHECKING, Literal, get_args

if TYPE_CHECKING:
    from jobs.datasets import Tabular

Problem = Literal["moons", "circles", "spirals", "linear"]

PROBLEMS: tuple[str, ...] = get_args(Problem)

CLASSES = ("class 0", "class 1")


def points(problem: str, samples: int, noise: float, seed: int) -> "Tabular":
    """Draw ``samples`` points, about half of each class, in an order that mixes them.

    Args:
        problem: one of :data:`PROBLEMS`.
        samples: how many.
        noise: the standard deviation of what is added to both coordinates; the shapes are two to four units wide.
        seed: where random numbers start.
    """
    import numpy as np
    from sklearn.datasets import make_circles, make_moons

    from jobs.datasets import Tabular

    if problem == "moons":
        x, y = make_moons(samples, noise=noise, random_state=seed)
    elif problem == "circles":
        x, y = make_circles(samples, noise=noise, factor=0.5, random_state=seed)
    else:
        random = np.random.default_rng(seed)
        if problem == "spirals":
            y = np.arange(samples) % 2
            along = np.sqrt(random.uniform(0.02, 1, samples))
            angle = 3 * np.pi * along + np.pi * y
            x = 1.5 * along[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
        else:
            x = random.uniform(-1.5, 1.5, (samples, 2))
            y = (x.sum(axis=1) > 0).astype(int)
        x = x + random.normal(0, noise, x.shape)
    return Tabular(x.astype(np.float32), y.astype(np.float32), ("x", "y"), CLASSES)


_MOONS = "x, y = make_moons({samples}, noise={noise!r}, random_state=SEED)\n"

_CIRCLES = "x, y = make_circles({samples}, noise={noise!r}, factor=0.5, random_state=SEED)\n"

_SPIRALS = """\
random = np.random.default_rng(SEED)
y = np.arange({samples}) % 2
along = np.sqrt(random.uniform(0.02, 1, {samples}))
angle = 3 * np.pi * along + np.pi * y
x = 1.5 * along[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
x = x + random.normal(0, {noise!r}, x.shape)
"""

_LINEAR = """\
random = np.random.default_rng(SEED)
x = random.uniform(-1.5, 1.5, ({samples}, 2))
y = (x.sum(axis=1) > 0).astype(int)
x = x + random.normal(0, {noise!r}, x.shape)
"""

_LISTINGS = {"moons": _MOONS, "circles": _CIRCLES, "spirals": _SPIRALS, "linear": _LINEAR}

IMPORTS = {
    "moons": "from sklearn.datasets import make_moons\n",
    "circles": "from sklearn.datasets import make_circles\n",
}
"""What a listing imports for a problem; nothing for one that isn't here."""


def listed(problem: str, samples: int, noise: float) -> str:
    """The lines of a listing that draw the same ``x, y`` from its ``SEED``."""
    lines = _LISTINGS[problem].format(samples=samples, noise=noise)
    return f'{lines}x, y = x.astype("float32"), y.astype("float32")\n'
