"""Bring the database to this version's schema: Alembic, from the first table on.

A SQLite database is never changed in place: a copy is made with SQLite's backup API, upgraded, brought to the disk
and renamed over the database. So whatever ends the process, what is there is the old database or the new one. The old
one is kept beside it. A database that is newer than this code is refused untouched, and so is one on a network file
system.
"""

import logging
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import make_url
from sqlalchemy.exc import DBAPIError

from alembic import command
from app import mounts
from app.database import make_engine
from app.settings import SettingsError
from jobs.atomic import settle

log = logging.getLogger("fitboard")

SCRIPTS = Path(__file__).parent.parent / "alembic"

UPGRADING = ".upgrading"
"""What the name of the copy ends with that is being upgraded; one that is left over is of no use to anybody."""


def config(url: str) -> Config:
    """Alembic's configuration for a database, without an ini file."""
    result = Config()
    result.set_main_option("script_location", str(SCRIPTS))
    result.attributes["url"] = url
    return result


def migrate(url: str) -> None:
    """Create or upgrade the schema.

    Raises:
        SettingsError: the database is newer than this code, lies where SQLite can't work, or cannot be opened.
    """
    file = _file(url)
    if file is not None:
        _refuse_network(file)
    scripts = ScriptDirectory.from_config(config(url))
    head = scripts.get_current_head()
    current = _revision(url)
    if file is not None:
        _remove(file.with_name(file.name + UPGRADING))
    if current == head:
        return
    if current is not None:
        try:
            scripts.get_revision(current)
        except CommandError:
            raise SettingsError(
                f"The database was written by a newer Fitboard (schema {current}, this one knows {head}). "
                "Nothing was changed. Update Fitboard, or point FITBOARD_DATA_DIR to another folder."
            ) from None
    log.info("bringing the database from schema %s to %s", current or "nothing", head)
    if file is None:
        command.upgrade(config(url), "head")
        return
    if current is not None:
        _keep(file, current)
    _replace(url, file)


def _file(url: str) -> Path | None:
    """The file of a SQLite database; None for others."""
    parsed = make_url(url)
    return Path(parsed.database).resolve() if parsed.get_backend_name() == "sqlite" and parsed.database else None


def _refuse_network(file: Path) -> None:
    kind = mounts.network(file.parent)
    if kind is not None:
        raise SettingsError(
            f"{file.parent} lies on a network file system ({kind}), on which SQLite can lose data. Point "
            "FITBOARD_DATA_DIR to a folder on a disk of this machine, or FITBOARD_DATABASE_URL to PostgreSQL."
        )


def _revision(url: str) -> str | None:
    engine = make_engine(url, writer=True)
    try:
        with engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()
    except DBAPIError as error:
        place = make_url(url).render_as_string(hide_password=True)
        raise SettingsError(
            f"The database {place} cannot be opened: {error.orig}. See that it is a database of Fitboard's, that its "
            "folder can be written to, and that no other program holds it."
        ) from None
    finally:
        engine.dispose()


def _keep(file: Path, revision: str) -> None:
    """Leave a copy of the database as it is beside it."""
    target = file.with_name(f"{file.name}.before-{revision}")
    partial = target.with_name(target.name + ".partial")
    _remove(partial)
    _copy(file, partial)
    settle(partial, target)
    log.info("kept a copy of the database as %s", target.name)


def _replace(url: str, file: Path) -> None:
    """Upgrade a copy of the database and put it in its place."""
    upgrading = file.with_name(file.name + UPGRADING)
    _copy(file, upgrading)
    shutil.copymode(file, upgrading)
    command.upgrade(config(make_url(url).set(database=str(upgrading)).render_as_string(hide_password=False)), "head")
    _fold(upgrading)
    _fold(file)  # what stays of its WAL would be read into the new database
    settle(upgrading, file)


def _fold(file: Path) -> None:
    """Bring everything into the one file."""
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _copy(file: Path, target: Path) -> None:
    with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(target)) as copy:
        source.backup(copy)


def _remove(file: Path) -> None:
    for suffix in ("", "-wal", "-shm", "-journal"):
        file.with_name(file.name + suffix).unlink(missing_ok=True)
