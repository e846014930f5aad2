"""How long an epoch of a lesson takes on this machine, going by earlier runs of it.

A lesson that takes a part of its data (``samples``) has epochs as long as it has images, and another ``network`` takes
another time for each: there the time of one image is known, by network. Elsewhere it is the time of an epoch.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import median
from typing import Any

Epoch = tuple[float, Mapping[str, Any]]
"""The seconds that an epoch of a run took, and the run's params."""


@dataclass(frozen=True)
class Pace:
    """What earlier runs tell.

    Attributes:
        seconds: of one image (or of one epoch), by network; under ``""`` over all networks. Empty before the first run.
        rows: training images by dataset, ``auto`` among them; empty where a lesson always takes all.
    """

    seconds: Mapping[str, float]
    rows: Mapping[str, int]

    def of_epoch(self, params: Mapping[str, Any]) -> float | None:
        """How long an epoch with these params takes, or None where nothing is known."""
        pace = self.seconds.get(str(params.get("network")), self.seconds.get(""))
        size = _size(params, self.rows)
        return None if pace is None or size is None else pace * size


def of(epochs: Iterable[Epoch], rows: Mapping[str, int]) -> Pace:
    """The pace by earlier runs; ``rows`` are the training images of each dataset that is known."""
    found: dict[str, list[float]] = defaultdict(list)
    for seconds, params in epochs:
        size = _size(params, rows)
        if size is not None:
            for network in {"", str(params.get("network", ""))}:
                found[network].append(seconds / size)
    return Pace({network: median(values) for network, values in found.items()}, rows)


def _size(params: Mapping[str, Any], rows: Mapping[str, int]) -> int | None:
    """How many images an epoch has; 1 where a lesson doesn't choose, None where it isn't known."""
    samples = params.get("samples")
    if samples is None:
        return 1
    there = rows.get(str(params.get("dataset")))
    return min(samples or there, there) if there else samples or None
