"""Some runs side by side: what differs between them, and what came of it. Plain rows, for a page and for a CSV file."""

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from app import forms
from app.charts import pairs, title
from app.models import Run, Status
from app.overlay import COLOURS, Figures, figures
from app.pages import course
from app.runs import columns, history
from jobs.lessons import registry

POINTS_IN_ALL = 12_000
"""About how many values the page brings along, all curves together; of longer ones the extremes stay."""

FEWEST_POINTS = 40


@dataclass(frozen=True)
class Column:
    """A parameter that isn't the same in all runs."""

    name: str
    title: str


@dataclass(frozen=True)
class Entry:
    """One run in the comparison; ``values`` are what it has for each column, ``label`` is all of them in a line."""

    run: Run
    ended: bool
    epoch: int
    colour: int
    values: tuple[str, ...]
    label: str
    series: Mapping[str, history.Series]

    def figures(self, metric: str) -> Figures:
        """What its curves of a metric come to."""
        return figures(self.series, metric)


@dataclass(frozen=True)
class Comparison:
    """Some runs, the parameters in which they differ, and the metrics of any of them without ``val_``."""

    columns: tuple[Column, ...]
    entries: tuple[Entry, ...]
    metrics: tuple[str, ...]


def compare(session: Session, runs: Sequence[Run], first: Iterable[str] = ()) -> Comparison:
    """Put runs side by side, in their order, with a fixed number of queries; these parameters ``first``."""
    found = columns.read_all(session, [run.number for run in runs])
    series = [history.series(found[run.number]) for run in runs]
    differing = differences(runs, first)
    entries = []
    for place, (run, one) in enumerate(zip(runs, series, strict=True)):
        values = tuple(_value(run, column.name) for column in differing)
        parts = [f"{column.name} {value}" for column, value in zip(differing, values, strict=True)]
        entries.append(
            Entry(
                run=run,
                ended=Status(run.status).ended,
                epoch=0 if run.epoch is None else run.epoch + 1,
                colour=place % COLOURS,
                values=values,
                label=" · ".join(parts) or run.name,
                series=one,
            )
        )
    names = dict.fromkeys(name for run in runs for name in run.last or {}) | dict.fromkeys(n for s in series for n in s)
    return Comparison(
        differing, tuple(entries), tuple(pairs([name for name in names if any(name in s for s in series)]))
    )


def differences(runs: Sequence[Run], first: Iterable[str] = ()) -> tuple[Column, ...]:
    """The parameters in which runs differ: the ``first``, then in the lesson's order; before them the lesson itself."""
    titles: dict[str, str] = {}
    for slug in dict.fromkeys(run.lesson for run in runs):
        known = registry.find(slug)
        if known is not None:
            titles |= {field.name: field.title for field in forms.fields(known.params)}
    names = dict.fromkeys([*first, *(name for run in runs for name in run.params)])
    differing = [
        Column(name, titles.get(name, title(name)))
        for name in names
        if len({json.dumps(run.params.get(name, "—")) for run in runs}) > 1
    ]
    lesson = [Column("lesson", "Lesson")] if len({run.lesson for run in runs}) > 1 else []
    return (*lesson, *differing)


def _value(run: Run, name: str) -> str:
    if name == "lesson" and name not in run.params:
        return course.title(run.lesson)
    return forms.shown(run.params[name]) if name in run.params else "—"


def data(comparison: Comparison, metric: str) -> dict[str, Any]:
    """What the page's JavaScript starts from."""
    count = sum(len(entry.series) for entry in comparison.entries) or 1
    most = max(FEWEST_POINTS, min(1000, POINTS_IN_ALL // count))
    return {
        "metric": metric,
        "runs": [
            {
                "id": entry.run.id,
                "seq": entry.run.seq,
                "ended": entry.ended,
                "label": entry.label,
                "colour": entry.colour,
                "series": {
                    name: {"epoch": some.epoch, "value": some.value}
                    for name, one in entry.series.items()
                    for some in [history.sample(one, most)]
                },
            }
            for entry in comparison.entries
        ],
    }


def as_csv(comparison: Comparison) -> str:
    """The table as comma-separated values: for each metric the best, the last and the gap; epochs from 0."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    head = ["run", "name", *(column.name for column in comparison.columns), "status", "epochs_finished"]
    for metric in comparison.metrics:
        head += [f"best_{metric}", f"best_{metric}_epoch", f"last_{metric}", f"last_val_{metric}", f"gap_{metric}"]
    writer.writerow(head)
    for entry in comparison.entries:
        row: list[Any] = [entry.run.id, entry.run.name, *entry.values, entry.run.status, entry.epoch]
        for metric in comparison.metrics:
            one = entry.figures(metric)
            row += [one.best, one.best_epoch, one.train, one.validation, one.gap]
        writer.writerow([_cell(value) for value in row])
    return buffer.getvalue()


def _cell(value: Any) -> Any:
    """A value that a spreadsheet doesn't take for a formula, whatever somebody has called a run."""
    return f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@")) else value
