"""One short curve for each of many runs: what a list of runs draws beside their names."""

import math
from collections.abc import Iterable
from itertools import chain

from sqlalchemy.orm import Session

from app.models import Run
from app.runs import columns

POINTS = 60
"""About how many values a curve has; of a longer run every n-th is taken, which a thumb-sized picture bears."""

METRICS = ("val_loss", "loss")
"""What is drawn: the validation loss, or the loss where nothing was held out."""


def sparklines(session: Session, runs: Iterable[Run]) -> dict[int, list[float | None]]:
    """The values to draw for each of these runs that has any, by run number."""
    found = {}
    for number, metrics in columns.read_all(session, [run.number for run in runs], METRICS).items():
        drawn = next((metrics[name].value for name in METRICS if name in metrics), None)
        if drawn is not None:
            last = len(drawn) - 1
            places = chain(range(0, last, last // POINTS + 1), [last])
            found[number] = [None if math.isnan(drawn[place]) else drawn[place] for place in places]
    return found
