"""The shapes of datasets in the REST API, and how they are filled: what is here, where it is, what it holds."""

from contextlib import suppress
from typing import Any
from urllib.parse import quote

from pydantic import Field

from app.schemas import Shape
from app.uploads import unknown
from jobs.datasets import DatasetInvalid, Datasets, DatasetState, Kind, Source, own_images, own_tables
from jobs.datasets.own import OwnFile
from jobs.datasets.problems import DatasetProblem, UnfitReading
from jobs.datasets.reading import AS_IT_IS

FIRST = 10
"""So many rows of a table are shown."""


class DatasetSummary(Shape):
    """A dataset as a list shows it. What can't be known of a file that can't be used is null."""

    name: str = Field(examples=["wine"], description="As in a run's `params.dataset`.")
    title: str
    kind: Kind
    source: Source = Field(
        description="`folder` and `upload` are files of your own; `absent` is neither here nor to be had."
    )
    usable: bool = Field(description="Whether a run can be queued with it. If not, `detail` says why.")
    rows: int | None = Field(description="Rows of a table, or training images.")
    test_rows: int | None = Field(description="Test images; 0 for a table, where a lesson holds rows back.")
    shape: list[int] | None = Field(description="Of one sample: its features, or height, width and channels.")
    classes: list[str] | None
    detail: str
    href: str


class FirstRows(Shape):
    """The first rows of a table of your own, cell by cell; gaps are empty, long cells are cut."""

    columns: list[str]
    rows: list[list[str]]


class DatasetDetail(DatasetSummary):
    """One dataset. What is known of files of your own alone is null for others."""

    bytes: int | None = Field(description="The size of the file.")
    images: dict[str, list[int]] | None = Field(
        description="How many training and how many test images there are of each class.", examples=[{"0": [30, 10]}]
    )
    first: FirstRows | None = Field(description="What a table begins with.")


class DatasetList(Shape):
    """Every dataset: those that Fitboard knows, then files of your own by name."""

    items: list[DatasetSummary]
    next_cursor: None = None


def listed(datasets: Datasets) -> list[dict[str, Any]]:
    """Every dataset as a :class:`DatasetSummary` says it."""
    known = [_known(datasets, name) for name in datasets.names()]
    return known + [_own(datasets, file) for file in datasets.own()]


def described(datasets: Datasets, name: str) -> dict[str, Any]:
    """One dataset as a :class:`DatasetDetail` says it.

    Raises:
        Problem: ``unknown-dataset``.
    """
    more: dict[str, Any] = {"bytes": None, "images": None, "first": None}
    file = datasets.own_file(name)
    if file is None:
        if name not in datasets.names():
            raise unknown(datasets, name)
        return _known(datasets, name) | more
    summary = _own(datasets, file)
    with suppress(OSError):
        more["bytes"] = file.path.stat().st_size
    if summary["usable"]:
        with suppress(DatasetInvalid):  # it has changed meanwhile
            more |= _content(datasets, file)
    return summary | more


def _known(datasets: Datasets, name: str) -> dict[str, Any]:
    try:
        state = datasets.state(name)
    except DatasetInvalid as problem:
        return _unusable(name, datasets.kind_of((name,)), Source.FOLDER, problem)
    return _usable(state, state.source is not Source.ABSENT)


def _own(datasets: Datasets, file: OwnFile) -> dict[str, Any]:
    try:
        return _usable(datasets.state(file.name))
    except UnfitReading as problem:  # it can be, once params say how it is read
        return _unusable(file.name, file.kind, file.source, problem) | {"usable": True}
    except DatasetProblem as problem:
        return _unusable(file.name, file.kind, file.source, problem)


def _usable(state: DatasetState, usable: bool = True) -> dict[str, Any]:
    return {
        **_named(state.name, state.title),
        "kind": Kind.IMAGES if state.unit == "image" else Kind.TABLE,
        "source": state.source,
        "usable": usable,
        "rows": state.rows,
        "test_rows": state.test_rows,
        "shape": list(state.shape),
        "classes": list(state.classes),
        "detail": state.detail,
    }


def _unusable(name: str, kind: Kind | None, source: Source, problem: DatasetProblem) -> dict[str, Any]:
    missing = dict.fromkeys(("rows", "test_rows", "shape", "classes"))
    return {
        **_named(name, name),
        "kind": kind,
        "source": source,
        "usable": False,
        **missing,
        "detail": problem.detail,
    }


def _named(name: str, title: str) -> dict[str, str]:
    return {"name": name, "title": title, "href": f"/api/v1/datasets/{quote(name, safe='')}"}


def first_rows(datasets: Datasets, file: OwnFile) -> tuple[list[str], list[list[str]]]:
    """What a table's columns are called, and its first rows; read as its state says, where that is clear.

    Raises:
        DatasetInvalid: it can't be used.
    """
    try:
        reading = datasets.state(file.name).reading or AS_IT_IS
    except UnfitReading:
        reading = AS_IT_IS
    return own_tables.first(file, reading, FIRST)


def _content(datasets: Datasets, file: OwnFile) -> dict[str, Any]:
    if file.kind is Kind.IMAGES:
        found = own_images.look(file)
        counts = zip(found.classes, found.train, found.test, strict=True)
        return {"images": {name: [train, test] for name, train, test in counts}}
    columns, rows = first_rows(datasets, file)
    return {"first": {"columns": columns, "rows": rows}}
