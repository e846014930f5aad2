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
from app.parallel import MISSING
from app.runs import clocks, columns, events, history
from app.runs.clocks import Clock
from jobs.lessons import registry

POINTS_IN_ALL = 12_000
"""About how many values the page brings along, all curves together; of longer ones the extremes stay."""

FEWEST_POINTS = 40

LONGEST_LABEL = 5
"""Up to so many parameters a run is called by; where more differ, by its name."""

MOST_RUNS = 100
"""So many runs can be compared."""


@dataclass(frozen=True)
class Column:
    """A parameter that isn't the same in all runs."""

    name: str
    title: str


@dataclass(frozen=True)
class Entry:
    """One run in the comparison.

    ``given`` is what it has for each column, or :data:`~app.parallel.MISSING` where its lesson has no such parameter;
    ``values`` are the same in words, and ``label`` tells it from the others in a line.
    ``clock`` is there where the comparison is over time, and the run has finished an epoch.
    """

    run: Run
    ended: bool
    epoch: int
    colour: int
    given: tuple[Any, ...]
    values: tuple[str, ...]
    label: str
    series: Mapping[str, history.Series]
    clock: Clock | None

    def figures(self, metric: str) -> Figures:
        """What its curves of a metric come to."""
        return figures(self.series, metric)


@dataclass(frozen=True)
class Comparison:
    """Some runs, the parameters in which they differ, and the metrics of any of them without ``val_``.

    ``timed`` says that their curves are put side by side over time, not over epochs.
    """

    columns: tuple[Column, ...]
    entries: tuple[Entry, ...]
    metrics: tuple[str, ...]
    timed: bool = False


def compare(session: Session, runs: Sequence[Run], first: Iterable[str] = (), *, timed: bool = False) -> Comparison:
    """Put runs side by side, in their order, with a fixed number of queries; these parameters ``first``."""
    found = columns.read_all(session, [run.number for run in runs])
    series = [history.series(found[run.number]) for run in runs]
    when = clocks.read_all(session, [run.number for run in runs]) if timed else {}
    differing = differences(runs, first)
    labels = _labels(runs, differing)
    entries = []
    for place, (run, one) in enumerate(zip(runs, series, strict=True)):
        given = tuple(_given(run, column.name) for column in differing)
        values = tuple(map(_words, given))
        entries.append(
            Entry(
                run=run,
                ended=Status(run.status).ended,
                epoch=0 if run.epoch is None else run.epoch + 1,
                colour=place % COLOURS,
                given=given,
                values=values,
                label=labels[place],
                series=one,
                clock=when.get(run.number),
            )
        )
    names = dict.fromkeys(name for run in runs for name in run.last or {}) | dict.fromkeys(n for s in series for n in s)
    metrics = pairs([name for name in names if any(name in s for s in series)])
    return Comparison(differing, tuple(entries), tuple(metrics), timed)


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


def _labels(runs: Sequence[Run], differing: Sequence[Column]) -> list[str]:
    """What each run is called: by what differs, or its name where that is too much; with its id if need be."""
    names = [column.name for column in differing]
    if not names or "lesson" in names or len(names) > LONGEST_LABEL:
        found = [run.name for run in runs]
    else:
        found = [" · ".join(f"{name} {_words(_given(run, name))}" for name in names) for run in runs]
    return [f"{label} ({run.id})" if found.count(label) > 1 else label for run, label in zip(runs, found, strict=True)]


def _words(value: Any) -> str:
    return "—" if value is MISSING else forms.shown(value) or "none"


def _given(run: Run, name: str) -> Any:
    if name == "lesson" and name not in run.params:
        return course.title(run.lesson)
    return run.params.get(name, MISSING)


def data(comparison: Comparison, metric: str) -> dict[str, Any]:
    """What the page's JavaScript starts from."""
    count = sum(len(entry.series) for entry in comparison.entries) or 1
    most = max(FEWEST_POINTS, min(1000, POINTS_IN_ALL // count))
    return {
        "metric": metric,
        "timed": comparison.timed,
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
                "clock": None
                if entry.clock is None
                else {
                    "began": events.timestamp(entry.clock.began),
                    "epoch": entry.clock.epoch,
                    "seconds": entry.clock.seconds,
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
