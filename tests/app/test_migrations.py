"""Migrations: up, down, the same as the models, and never at the cost of what is there."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect
from sqlalchemy.orm import Session

from alembic import command
from app import migrate as migrations
from app.database import make_engine
from app.migrate import config, migrate
from app.models import Base
from app.runs import columns, lifecycle
from app.settings import SettingsError
from tests.app.conftest import MakeSettings
from tests.app.server import digest, serving


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "fitboard.sqlite3"


@pytest.fixture
def url(file: Path) -> str:
    return f"sqlite:///{file}"


def tables(file: Path) -> set[str]:
    with closing(sqlite3.connect(file)) as connection:
        return {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


def revision(file: Path) -> str | None:
    with closing(sqlite3.connect(file)) as connection:
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return None if row is None else str(row[0])


def head() -> str:
    found = ScriptDirectory.from_config(config("sqlite://")).get_current_head()
    assert found is not None
    return found


def test_an_empty_file_is_brought_to_the_newest_schema(file: Path, url: str) -> None:
    migrate(url)
    assert tables(file) >= {"runs", "tags", "blocks", "events", "checkpoints", "alembic_version"}
    assert revision(file) == head()


def test_a_second_time_nothing_happens(file: Path, url: str) -> None:
    migrate(url)
    before = digest(file.read_bytes())
    migrate(url)
    assert digest(file.read_bytes()) == before
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_every_step_can_be_taken_back_and_taken_again(file: Path, url: str) -> None:
    steps = list(ScriptDirectory.from_config(config(url)).walk_revisions())
    for step in reversed(steps):
        command.upgrade(config(url), step.revision)
        assert revision(file) == step.revision
    for step in steps:
        command.downgrade(config(url), "-1")
        assert revision(file) == step.down_revision
    assert tables(file) - {"sqlite_sequence"} == {"alembic_version"}
    migrate(url)
    assert revision(file) == head()


def test_the_models_say_what_the_migrations_made(url: str) -> None:
    migrate(url)
    engine = make_engine(url, writer=True)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, Base.metadata) == []
    engine.dispose()


def name_of(file: Path, table: str, constraint: Any) -> str:
    """A constraint's name. Of one that came with an added column SQLAlchemy reads none, so it is looked for itself."""
    if constraint["name"] is not None:
        return str(constraint["name"])
    with closing(sqlite3.connect(file)) as connection:
        (text,) = connection.execute("SELECT sql FROM sqlite_master WHERE name = ?", (table,)).fetchone()
    columns = "_".join(constraint["constrained_columns"])
    expected = f"fk_{table}_{columns}_{constraint['referred_table']}"
    return expected if f"CONSTRAINT {expected} REFERENCES" in text else f"unnamed key of {table}"


def test_every_constraint_and_index_has_a_name_that_a_migration_can_use(file: Path, url: str) -> None:
    migrate(url)
    engine = make_engine(url, writer=True)
    found = inspect(engine)
    names: dict[str, str] = {}
    for table in found.get_table_names():
        if table == "alembic_version":
            continue
        if table not in ("runs", "sweeps"):  # SQLite keeps no name for a key that it counts by itself
            names[found.get_pk_constraint(table)["name"] or f"unnamed key of {table}"] = "pk"
        constraints: list[Any]
        for kind, constraints in (
            ("fk", [*found.get_foreign_keys(table)]),
            ("uq", [*found.get_unique_constraints(table)]),
            ("ix", [*found.get_indexes(table)]),
            ("ck", [*found.get_check_constraints(table)]),
        ):
            names.update({name_of(file, table, one): kind for one in constraints})
    engine.dispose()
    assert {"pk_events", "fk_events_run_number_runs", "uq_runs_id", "ix_tags_tag_run_number"} <= set(names)
    assert all(name.startswith(kind + "_") for name, kind in names.items()), names


def test_a_newer_database_is_refused_untouched(file: Path, url: str) -> None:
    migrate(url)
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    before = digest(file.read_bytes())
    with pytest.raises(SettingsError, match=f"newer Fitboard .schema 9999, this one knows {head()}"):
        migrate(url)
    assert digest(file.read_bytes()) == before
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_metrics_become_blocks_and_rows_again(file: Path, url: str) -> None:
    command.upgrade(config(url), "0002")
    told = [(1, "loss", 0, 0.5), (1, "loss", 1, None), (1, "loss", 3, 0.1 + 0.2), (1, "val_loss", 3, 5e-324)]
    later = '{"epoch":3,"metrics":{"loss":0.25,"accuracy":null}}'
    with closing(sqlite3.connect(file)) as connection:
        run = "INSERT INTO runs (number, id, lesson, name, params, status, seq, attempt, acknowledged, created_at) "
        connection.execute(run + "VALUES (1, 'one', 'x', 'y', '{}', 'running', 7, 1, 4, '2026-01-01 00:00:00')")
        connection.executemany("INSERT INTO metrics VALUES (?, ?, ?, ?)", told)
        connection.commit()
    migrate(url)
    engine = make_engine(url, writer=False)
    with Session(engine) as session:
        found = columns.read(session, lifecycle.find(session, "one"))
    engine.dispose()
    assert {name: [*one.epoch] for name, one in found.items()} == {"loss": [0, 1, 3], "val_loss": [3]}
    assert [repr(value) for one in found.values() for value in one.value] == ["0.5", "nan", repr(0.1 + 0.2), "5e-324"]
    with closing(sqlite3.connect(file)) as connection:  # an event that was not packed yet
        connection.execute("INSERT INTO events VALUES (1, 8, 'epoch', '2026-01-01 00:00:00', ?)", (later,))
        connection.commit()
    command.downgrade(config(url), "0002")
    with closing(sqlite3.connect(file)) as connection:
        rows = connection.execute("SELECT * FROM metrics ORDER BY name, epoch").fetchall()
    assert rows == [(1, "accuracy", 3, None), *told[:2], (1, "loss", 3, 0.25), told[3]]


def test_checkpoints_keep_what_they_were_asked_for_by(file: Path, url: str) -> None:
    command.upgrade(config(url), "0007")
    rows = [
        (1, "best", 3, "val_loss", 0.25, "a" * 64, 10, "2026-01-01 00:00:00", None),
        (1, "generation", 8, None, None, "b" * 64, 20, "2026-01-01 00:00:01", 2),
        (1, "generation-1", 7, None, None, "c" * 64, 20, "2026-01-01 00:00:00", 2),
        (1, "last", 9, None, None, "d" * 64, 2**40, "2026-01-01 00:00:02", 0),
    ]
    columns = "run_number, kind, epoch, monitor, value, sha256, bytes, created_at, fold"
    with closing(sqlite3.connect(file)) as connection:
        run = "INSERT INTO runs (number, id, lesson, name, params, status, seq, attempt, acknowledged, created_at) "
        connection.execute(run + "VALUES (1, 'one', 'x', 'y', '{}', 'completed', 7, 1, 4, '2026-01-01 00:00:00')")
        connection.executemany(f"INSERT INTO checkpoints ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
        connection.commit()
    migrate(url)
    asked = f"SELECT {columns} FROM checkpoints ORDER BY kind"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA foreign_keys = ON")
        assert connection.execute(asked).fetchall() == rows
        assert connection.execute("SELECT count(*) FROM checkpoints WHERE name = kind").fetchone() == (4,)
        for name in ("a.keras", "b.keras"):
            improvement = (
                f"INSERT INTO checkpoints ({columns}, name) VALUES (1, 'improvement', 1, '', 0, '', 1, '', 0, ?)"
            )
            connection.execute(improvement, (name,))
        connection.commit()
    command.downgrade(config(url), "0007")
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute(asked).fetchall() == rows


ONE_MORE = """
import sqlalchemy as sa
from alembic import op
revision, down_revision = "tomorrow", "{head}"

def upgrade():
    with op.batch_alter_table("runs") as batch:
        batch.add_column(sa.Column("mood", sa.String(20)))

def downgrade():
    pass
"""


@pytest.fixture
def tomorrow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A Fitboard with one migration more; its revision."""
    scripts = tmp_path / "scripts"
    shutil.copytree(migrations.SCRIPTS, scripts, ignore=shutil.ignore_patterns("__pycache__"))
    (scripts / "versions" / "tomorrow.py").write_text(ONE_MORE.format(head=head()))
    monkeypatch.setattr(migrations, "SCRIPTS", scripts)
    return "tomorrow"


def test_before_a_database_is_changed_a_copy_is_made(
    make_settings: MakeSettings, request: pytest.FixtureRequest
) -> None:
    settings, today = make_settings(), head()
    with serving(settings) as server:
        attempt = server.running(tags=["a"])
        attempt.epoch(0, loss=0.5)
        attempt.end()
        run = server.read(attempt.run)
    assert request.getfixturevalue("tomorrow") == head()
    file = settings.data_dir / "fitboard.sqlite3"
    with closing(sqlite3.connect(file)) as connection:  # held open, so that what is newest lies in the WAL
        connection.execute("UPDATE runs SET name = 'in the WAL'")
        connection.commit()
        migrate(settings.url)
        log = file.with_name(f"{file.name}-wal")
        assert log.stat().st_size == 0, "nothing of the old database's log may be read into the new one"
    assert revision(file) == head()
    copy = file.with_name(f"{file.name}.before-{today}")
    assert revision(copy) == today
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("SELECT id, name FROM runs").fetchall() == [(run["id"], "in the WAL")]
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert [path.name for path in file.parent.glob("*.before-*")] == [copy.name]
    with serving(settings) as server:
        assert server.read(run["id"]) == {**run, "name": "in the WAL"}
        assert len(server.events(run["id"])) == 5


@pytest.mark.parametrize(
    "content", [b"this is no database, whatever its name may say" * 100, b"SQLite format 3\x00" + b"x" * 5000]
)
def test_a_file_that_is_no_database_is_said_to_be_none(file: Path, url: str, content: bytes) -> None:
    file.write_bytes(content)
    with pytest.raises(SettingsError, match=r"fitboard\.sqlite3 cannot be opened: .*See that it is a database"):
        migrate(url)
    assert file.read_bytes() == content


def test_a_folder_that_is_not_there_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be opened"):
        migrate(f"sqlite:///{tmp_path / 'nowhere' / 'fitboard.sqlite3'}")


def test_a_server_starts_in_an_empty_folder_and_finds_everything_again(
    make_settings: MakeSettings, tmp_path: Path, blank: Path
) -> None:
    settings = make_settings(data_dir=tmp_path / "new" / "data")
    settings.data_dir.mkdir(parents=True)
    (settings.data_dir / "cache").symlink_to(blank / "cache")
    with serving(settings) as server:
        run = server.create()
    assert revision(settings.data_dir / "fitboard.sqlite3") == head()
    with serving(settings) as server:
        assert server.read(run["id"]) == run
