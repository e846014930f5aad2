"""Fixtures that every part of the tests shares."""

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import numpy as np
import pytest

from tests import chromium
from tests.datafiles import own_pictures, write_csv_files, write_own_table
from tests.running import Running

LONGEST = (
    "tests/faults/test_kills.py",
    "tests/jobs/test_worker.py",
    "tests/engine/test_jax.py",
    "tests/jobs/test_resuming.py",
    "tests/jobs/test_crossvalidation.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first, so that the processes end at about the same time, and the browser's last.

    Playwright keeps an event loop running in the process that uses it, and other tests start one of their own.
    """

    def place(item: pytest.Item) -> int:
        if item.nodeid.startswith(LONGEST):
            return 0
        return 2 if item.nodeid.startswith("tests/browser/") else 1

    items.sort(key=place)


class MakeFitboard(Protocol):
    """Starts a Fitboard of one's own: settings by name, ``worker=False`` for the server alone."""

    def __call__(self, *, worker: bool = True, **settings: str) -> Running:
        """``FITBOARD_…="…"`` as keywords."""


@pytest.fixture(scope="session")
def datasets_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A datasets folder with small files in the course's formats, a table and pictures of one's own; read only."""
    folder = write_csv_files(tmp_path_factory.mktemp("datasets"))
    write_own_table(folder / "plants.csv")
    np.savez_compressed(folder / "bars.npz", **own_pictures())
    return folder


@pytest.fixture(scope="session")
def fitboard(tmp_path_factory: pytest.TempPathFactory, datasets_folder: Path) -> Iterator[Running]:
    """A real server with a real, warm worker, shared by the whole session: leave it as you found it."""
    running = Running(tmp_path_factory.mktemp("fitboard"), FITBOARD_DATASETS_DIR=str(datasets_folder))
    try:
        running.start_server()
        running.start_worker()
        yield running
    finally:
        running.stop()


@pytest.fixture
def make_fitboard(tmp_path: Path) -> Iterator[MakeFitboard]:
    """Starts servers (and workers) that this test alone uses; they are stopped after it."""
    started: list[Running] = []

    def make(*, worker: bool = True, **settings: str) -> Running:
        running = Running(tmp_path / f"fitboard-{len(started)}", **settings)
        started.append(running)
        running.start_server()
        if worker:
            running.start_worker()
        return running

    try:
        yield make
    finally:
        for running in started:
            running.stop()


@pytest.fixture(scope="session")
def chromium_path() -> str | None:
    """What to give Playwright as ``executable_path``; a machine without a browser fails here, nothing is skipped."""
    try:
        return chromium.find()
    except LookupError as problem:
        pytest.fail(str(problem), pytrace=False)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Show with a failed test what its server and worker printed."""
    report: pytest.TestReport = yield  # type: ignore[assignment]
    if report.failed and isinstance(item, pytest.Function):
        for value in item.funcargs.values():
            if isinstance(value, Running):
                for name in ("server", "worker"):
                    report.sections.append((f"{name}'s last words", value.log(name)[-4000:]))
    return report  # type: ignore[return-value]
