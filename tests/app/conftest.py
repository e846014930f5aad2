"""Fixtures: databases built by Alembic once and then copied, and servers in this process."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from app.migrate import migrate
from app.pages.assets import Plotly
from app.settings import Settings
from tests.app.knocking import TOKEN
from tests.app.server import Server, serving

MakeSettings = Callable[..., Settings]
MakeServer = Callable[..., Server]


@pytest.fixture(scope="session")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with an empty database, and the cache of what servers make once."""
    folder = tmp_path_factory.mktemp("blank")
    migrate(f"sqlite:///{folder / 'fitboard.sqlite3'}")
    Plotly(folder / "cache").prepare()
    return folder


@pytest.fixture(autouse=True, scope="module")
def _no_settings_from_outside() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name in Settings.model_fields:
            patch.delenv(f"FITBOARD_{name.upper()}", raising=False)
        yield


def fill(folder: Path, blank: Path) -> Path:
    """Make ``folder`` a data folder as a first start would."""
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "fitboard.sqlite3").exists():
        shutil.copy(blank / "fitboard.sqlite3", folder)
        (folder / "cache").symlink_to(blank / "cache")
    return folder


@pytest.fixture
def make_settings(tmp_path: Path, blank: Path) -> MakeSettings:
    """Settings with a data folder of this test's own, whatever else they say."""

    def make(**fields: Any) -> Settings:
        fields = {"data_dir": fill(tmp_path / "data", blank), "downloads": False, **fields}
        return Settings(**fields)

    return make


@pytest.fixture
def make_server(make_settings: MakeSettings) -> Iterator[MakeServer]:
    """Starts servers, which end with the test; all have the same data folder."""
    with ExitStack() as stack:
        yield lambda **fields: stack.enter_context(serving(make_settings(**fields)))


@pytest.fixture
def server(make_server: MakeServer) -> Server:
    """A server with a data folder of its own."""
    return make_server()


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory, blank: Path) -> Iterator[Server]:
    """A server for all tests of a module that leave nothing behind."""
    folder = fill(tmp_path_factory.mktemp("shared") / "data", blank)
    with serving(Settings(data_dir=folder, downloads=False)) as server:
        yield server


@pytest.fixture(scope="module")
def locked(tmp_path_factory: pytest.TempPathFactory, blank: Path) -> Iterator[Server]:
    """A server with a token."""
    folder = fill(tmp_path_factory.mktemp("locked") / "data", blank)
    with serving(Settings(data_dir=folder, downloads=False, token=TOKEN)) as server:
        yield server
