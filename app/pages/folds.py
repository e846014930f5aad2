"""The folds of a cross-validation on its run's page: as many of their values as a page can bear."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from app.models import Run
from app.runs import columns, history

MOST = 6000
"""How many values of a metric the page brings along of all folds together, beside their mean."""


@dataclass(frozen=True)
class Thinned:
    """Each fold's metrics at every ``stride``-th epoch; none where the run has no folds.

    At the same epochs in all folds, so that the page can go on with their means as epochs come in.
    """

    stride: int
    parts: Sequence[dict[str, history.Series]]

    def as_json(self) -> dict[str, Any]:
        """As the page's JavaScript takes it."""
        parts = [{name: asdict(one) for name, one in part.items()} for part in self.parts]
        return {"stride": self.stride, "parts": parts}


def thinned(run: Run, found: columns.Folds) -> Thinned:
    """The folds of a run from their columns."""
    if run.folds is None:
        return Thinned(1, ())
    stride = max(1, -(-run.folds * (run.epochs or 1) // MOST))
    return Thinned(stride, [_every(found.get(fold, {}), stride) for fold in range(1 + max(found, default=-1))])


def _every(part: columns.Columns, stride: int) -> dict[str, history.Series]:
    kept = {}
    for name, one in history.series(part).items():
        places = [index for index, epoch in enumerate(one.epoch) if epoch % stride == 0]
        kept[name] = history.Series([one.epoch[index] for index in places], [one.value[index] for index in places])
    return kept
