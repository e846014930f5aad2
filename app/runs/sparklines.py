"""One short curve for each of many runs, in one query: what a list of runs draws beside their names."""

from collections.abc import Iterable

from sqlalchemy import Integer, cast, func, or_, select
from sqlalchemy.orm import Session

from app.models import Metric, Run

POINTS = 60
"""About how many values a curve has; of a longer run every n-th epoch is taken, which a thumb-sized picture bears."""

METRICS = ("val_loss", "loss")
"""What is drawn: the validation loss, or the loss where nothing was held out."""


def sparklines(session: Session, runs: Iterable[Run]) -> dict[int, list[float | None]]:
    """The values to draw for each of these runs that has any, by run number."""
    numbers = [run.number for run in runs]
    stride = cast(func.coalesce(Run.epoch, 0) / POINTS, Integer) + 1
    query = (
        select(Metric.run_number, Metric.name, Metric.value)
        .join(Run, Run.number == Metric.run_number)
        .where(Metric.run_number.in_(numbers), Metric.name.in_(METRICS))
        .where(or_(Metric.epoch % stride == 0, Metric.epoch == Run.epoch))
        .order_by(Metric.run_number, Metric.name, Metric.epoch)
    )
    found: dict[int, dict[str, list[float | None]]] = {}
    for number, name, value in session.execute(query):
        found.setdefault(number, {}).setdefault(name, []).append(value)
    return {number: next(series[name] for name in METRICS if name in series) for number, series in found.items()}
