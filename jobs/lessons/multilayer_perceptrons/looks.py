"""What a network looks like while it trains: its answers over the plane, and its weights."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from jobs.exhibits import Exhibit, Network, Plane, Point, Weights

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from jobs.lessons.shared.tables import Parts

COLUMNS = 50
"""How many places in a row of the plane the network is asked about."""

MARGIN = 0.08
"""How much wider than its points the plane is, on each side."""

PLANE_NOTE = (
    "The colour is the network's answer at each place, the fainter the less sure it is; the line is the decision "
    "boundary, where it says 50 %. Points on the other side of it are mistakes. Hollow points were held out: the "
    "network never trained on them."
)

NETWORK_NOTE = (
    "Signals go from left to right. A wide line is a large weight. Point at a neuron to see its own weights alone; the "
    "numbers are in the table."
)


class Views:
    """The plane around some rows: where the network is asked, and the pictures of what it answers.

    Args:
        parts: the rows, with two features each.
        titles: of the network's layers, first to last.
    """

    def __init__(self, parts: "Parts", titles: Sequence[str]) -> None:
        import numpy as np

        x = np.concatenate([parts.train[0]] + ([] if parts.test is None else [parts.test[0]]))
        low, high = x.min(axis=0), x.max(axis=0)
        margin = (high - low).max() * MARGIN
        left, bottom = (math.floor(float(value) * 10) / 10 for value in low - margin)
        right, top = (math.ceil(float(value) * 10) / 10 for value in high + margin)
        rows = max(2, round(COLUMNS * (top - bottom) / (right - left)))
        across, down = np.meshgrid(np.linspace(left, right, COLUMNS), np.linspace(top, bottom, rows))
        self.grid: NDArray[np.float32] = np.column_stack([across.ravel(), down.ravel()]).astype(np.float32)
        self._extent = (left, right, bottom, top)
        self._points = tuple(_points(*parts.train, held_out=False))
        if parts.test is not None:
            self._points += tuple(_points(*parts.test, held_out=True))
        self._titles = titles

    def plane(self, answers: "NDArray[np.floating[Any]]", epoch: int) -> Exhibit | None:
        """The plane as the network sees it after an epoch; None if its answers aren't numbers any more.

        Args:
            answers: the probabilities of class 1 at :attr:`grid`.
            epoch: from 0.
        """
        import numpy as np

        if not np.isfinite(answers).all():
            return None
        percent = np.rint(answers.ravel() * 100).astype(int).tolist()
        plane = Plane(columns=COLUMNS, answers=percent, extent=self._extent, points=self._points)
        return Exhibit(name="plane", title="Decision boundary", note=PLANE_NOTE, epoch=epoch, content=plane)

    def network(self, model: Any, epoch: int) -> Exhibit | None:
        """The weights after an epoch; None if some aren't numbers any more."""
        import numpy as np

        layers = []
        for title, layer in zip(self._titles, model.layers, strict=True):
            weights, biases = layer.get_weights()
            if not (np.isfinite(weights).all() and np.isfinite(biases).all()):
                return None
            layers.append(Weights(title=title, weights=_rounded(weights), biases=_rounded(biases)))
        network = Network(inputs=["x", "y"], layers=layers)
        return Exhibit(name="network", title="The network", note=NETWORK_NOTE, epoch=epoch, content=network)


def _points(x: Any, y: Any, held_out: bool) -> list[Point]:
    return [
        Point(round(float(across), 3), round(float(up), 3), int(label), held_out)
        for (across, up), label in zip(x, y, strict=True)
    ]


def _rounded(values: Any) -> Any:
    return values.astype(float).round(4).tolist()
