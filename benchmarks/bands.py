"""``python -m benchmarks bands``: where the results of a lesson's presets fall, over several seeds, beside their bands.

Each run is a real one: a POST to a server with a worker, and the headline of its result. A row is one preset on one
dataset; it is printed as soon as its runs have ended.
"""

import argparse
import itertools
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from app.settings import SettingsError
from app.terminal import grids
from benchmarks.posting import warm_fitboard
from jobs.lessons import registry
from jobs.lessons.base import Band, Lesson
from tests.running import Running

LONGEST = 4 * 3600.0
"""Seconds after which a run is given up: all of CIFAR-10 takes hours on a CPU."""

COLUMNS = "lesson", "preset", "dataset", "tried", "seeds", "lowest", "median", "highest", "band", "inside", "gap"
HEAD = f"| {' | '.join(COLUMNS)} |\n{'|---' * len(COLUMNS)}|"


@dataclass(frozen=True)
class Measured:
    """What a run came to: its headline, and the ``gap``, its last validation loss minus its last training loss."""

    value: float
    gap: float | None


@dataclass(frozen=True)
class Row:
    """What is measured together: one preset on one dataset, with other values in place of some of its own."""

    lesson: Lesson[Any]
    preset: str
    dataset: str
    tried: Mapping[str, Any]

    @property
    def params(self) -> dict[str, Any]:
        """What is sent; a pace for watchers is left out, because it changes no number."""
        values = dict(next(one.values for one in self.lesson.presets if one.slug == self.preset))
        if "epochs_per_second" in self.lesson.params.model_fields:
            values["epochs_per_second"] = 0
        return values | ({"dataset": self.dataset} if self.dataset else {}) | dict(self.tried)

    def band(self) -> Band | None:
        """Where the lesson says that healthy results fall."""
        return self.lesson.band(self.lesson.params.model_validate(self.params))

    def inside(self, runs: Sequence[Measured]) -> int | None:
        """How many of the runs fell into the band; None where there is none."""
        band = self.band()
        return None if band is None else sum(band.low <= run.value <= band.high for run in runs)

    def written(self, runs: Sequence[Measured]) -> str:
        """A line of a Markdown table: the lowest, middle and highest headline beside the band, and the middle gap."""
        band, inside = self.band(), self.inside(runs)
        tried = ", ".join(
            f"{name} {value:g}" if _is_number(value) else f"{name} {value}" for name, value in self.tried.items()
        )
        held = "" if band is None else f"{band.low:.3g} to {band.high:.3g} | {inside} of {len(runs)}"
        values, gaps = [run.value for run in runs], [run.gap for run in runs if run.gap is not None]
        found = " | ".join(f"{value:.3f}" for value in (min(values), median(values), max(values)))
        names = f"{self.lesson.slug} | {self.preset} | {self.dataset} | {tried} | {len(runs)}"
        return f"| {names} | {found} | {held or ' | '} | {f'{median(gaps):.3f}' if gaps else ''} |"


def main(arguments: Sequence[str]) -> int:
    """Measure what was asked for and print the table; 1 when a result fell outside its band."""
    parser = _parser()
    asked = parser.parse_args(arguments)
    trained = {lesson.slug: lesson for lesson in registry.LESSONS if lesson.trains}
    if unknown := set(asked.lessons) - set(trained):
        parser.error(f"{', '.join(sorted(unknown))} is no lesson that trains; those are {', '.join(trained)}")
    lessons = [trained[slug] for slug in asked.lessons] or list(trained.values())
    known = {preset.slug for lesson in lessons for preset in lesson.presets}
    if unknown := set(asked.presets) - known:
        parser.error(f"there is no preset {', '.join(sorted(unknown))}; the presets are {', '.join(sorted(known))}")
    try:
        tried = {name for lesson in lessons for name in grids.parse(lesson, asked.tries)}
    except SettingsError as error:
        parser.error(str(error))
    if "seed" in tried:
        parser.error("every row has the seeds from 1; --seeds says how many")
    named = os.environ.get("FITBOARD_TEST_DATASETS")
    if not named:
        print("FITBOARD_TEST_DATASETS is not set: bundled data alone is measured.", file=sys.stderr)
    folder = {"FITBOARD_DATASETS_DIR": str(Path(named).resolve())} if named else {}
    outside = False
    with tempfile.TemporaryDirectory(prefix="fitboard-bands-") as name, warm_fitboard(Path(name), **folder) as running:
        print(HEAD, flush=True)
        for row in itertools.chain.from_iterable(_rows(lesson, asked, running) for lesson in lessons):
            runs = measured(running, row, asked.seeds)
            print(row.written(runs), flush=True)
            outside |= row.inside(runs) not in (None, len(runs))
    return 1 if outside else 0


def measured(running: Running, row: Row, seeds: int) -> list[Measured]:
    """A run for each seed from 1."""
    runs = [running.run(row.lesson.slug, **row.params, seed=seed)["id"] for seed in range(1, seeds + 1)]
    ended = [running.finished(run, LONGEST) for run in runs]
    failed = next((run for run in ended if run["status"] != "completed"), None)
    if failed is not None:
        raise RuntimeError(f"{row.lesson.slug} with {row.params} ended as {failed['status']}: {failed['error']}")
    return [Measured(float(run["result"]["headline"]["value"]), _gap(run["last"])) for run in ended]


def _gap(last: Mapping[str, float]) -> float | None:
    return last["val_loss"] - last["loss"] if "val_loss" in last else None


def _rows(lesson: Lesson[Any], asked: argparse.Namespace, running: Running) -> Iterator[Row]:
    """Presets with a band, on each dataset that is here; presets that are asked for by name, whether they have one."""
    answer = running.http.get(f"/api/v1/lessons/{lesson.slug}").json()
    here = [one["name"] for one in answer["datasets"] if one["source"] not in ("absent", "download")]
    typed = grids.parse(lesson, asked.tries)
    for preset in lesson.presets:
        tries = {**preset.grid, **typed}
        if asked.presets and preset.slug not in asked.presets:
            continue
        wanted = [preset.values["dataset"]] if "dataset" in preset.values else (here or [""])
        for dataset in wanted:
            if (dataset and dataset not in here) or (asked.datasets and dataset not in asked.datasets):
                continue
            for values in itertools.product(*tries.values()):
                row = Row(lesson, preset.slug, dataset, dict(zip(tries, values, strict=True)))
                if row.band() is not None or asked.presets:
                    yield row


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks bands", description=__doc__.splitlines()[0])
    parser.add_argument("lessons", nargs="*", metavar="LESSON", help="all that train by default")
    parser.add_argument("--preset", action="append", dest="presets", default=[], help="this one alone; may be repeated")
    parser.add_argument(
        "--dataset", action="append", dest="datasets", default=[], help="this one alone; may be repeated"
    )
    parser.add_argument("--seeds", type=int, default=5, help="how many runs a row has, with seeds from 1 (default 5)")
    parser.add_argument(
        "--try",
        action="append",
        dest="tries",
        default=[],
        metavar="FIELD=VALUE,…",
        help="a row for each of these values",
    )
    return parser
