"""Bring the database to this version's schema: Alembic, from the first table on.

Before an existing SQLite database is changed, a copy is made beside it with SQLite's backup API. A database that is
newer than this code is refused untouched.
"""

import logging
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
from app.database import make_engine
from app.settings import SettingsError

log = logging.getLogger("fitboard")

SCRIPTS = Path(__file__).parent.parent / "alembic"


def config(url: str) -> Config:
    """Alembic's configuration for a database, without an ini file."""
    result = Config()
    result.set_main_option("script_location", str(SCRIPTS))
    result.attributes["url"] = url
    return result


def migrate(url: str) -> None:
    """Create or upgrade the schema.

    Raises:
        SettingsError: the database is newer than this code, or cannot be opened.
    """
    scripts = ScriptDirectory.from_config(config(url))
    head = scripts.get_current_head()
    engine = make_engine(url, writer=True)
    try:
        with engine.connect() as connection:
            current = MigrationContext.configure(connection).get_current_revision()
    except DBAPIError as error:
        place = make_url(url).render_as_string(hide_password=True)
        raise SettingsError(
            f"The database {place} cannot be opened: {error.orig}. See that it is a database of Fitboard's, that its "
            "folder can be written to, and that no other program holds it."
        ) from None
    finally:
        engine.dispose()
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
        _copy(url, current)
    log.info("bringing the database from schema %s to %s", current or "nothing", head)
    command.upgrade(config(url), "head")


def _copy(url: str, revision: str) -> None:
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        return
    target = Path(f"{parsed.database}.before-{revision}")
    partial = target.with_suffix(target.suffix + ".partial")
    partial.unlink(missing_ok=True)
    with closing(sqlite3.connect(parsed.database)) as source, closing(sqlite3.connect(partial)) as copy:
        source.backup(copy)
    partial.rename(target)
    log.info("kept a copy of the database as %s", target.name)
