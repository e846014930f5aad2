"""Rows past the ORM: how what workers report gets into its tables, in as few and as cheap statements as can be.

A row at a time would cost more in going back and forth than in storing: each step into SQLite gives up Python's lock,
and while the event loop is busy, each return waits for it. With PostgreSQL each step is a message. So rows are handed
over by the hundred, and statements are texts that are made once. What a row means is said by who calls.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Column, Connection, Dialect, Row, Table
from sqlalchemy.orm import Session

MOST_VALUES = 999
"""How many values one statement may carry: what every SQLite takes."""


def first(session: Session, table: Table, names: tuple[str, ...], key: str, value: Any) -> Row[Any] | None:
    """Some columns of the row in which the column ``key`` has this value, as the driver gives them; None without."""
    connection = session.connection()
    return connection.exec_driver_sql(_selection(table, names, key, _mark(connection)), (value,)).first()


def insert(session: Session, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert rows whose values stand in the order of the table's columns, as many as fit into each statement.

    Args:
        session: within a transaction.
        table: where to.
        rows: values as the driver takes them (see :func:`binder` for what needs to be made so).
    """
    most = MOST_VALUES // len(table.columns)
    connection = session.connection()
    for start in range(0, len(rows), most):
        some = rows[start : start + most]
        statement = _insertion(table, len(some), _mark(connection))
        connection.exec_driver_sql(statement, tuple([value for row in some for value in row]))


def update(session: Session, table: Table, changes: Mapping[str, Any], key: str, value: Any) -> None:
    """Change some columns of the row in which the column ``key`` has this value."""
    connection = session.connection()
    values = [binder(connection.dialect, table.columns[name])(new) for name, new in changes.items()]
    connection.exec_driver_sql(_change(table, tuple(changes), key, _mark(connection)), (*values, value))


@lru_cache(64)
def binder(dialect: Dialect, column: Column[Any]) -> Callable[[Any], Any]:
    """What makes a column's Python value into the driver's."""
    return column.type.dialect_impl(dialect).bind_processor(dialect) or _as_it_is


def _as_it_is(value: Any) -> Any:
    return value


def _mark(connection: Connection) -> str:
    return "?" if connection.dialect.paramstyle == "qmark" else "%s"


@lru_cache(16)
def _selection(table: Table, names: tuple[str, ...], key: str, mark: str) -> str:
    return f"SELECT {', '.join(names)} FROM {table.name} WHERE {key} = {mark}"


@lru_cache(512)
def _insertion(table: Table, count: int, mark: str) -> str:
    names = [column.name for column in table.columns]
    row = f"({', '.join([mark] * len(names))})"
    return f"INSERT INTO {table.name} ({', '.join(names)}) VALUES {', '.join([row] * count)}"


@lru_cache(64)
def _change(table: Table, names: tuple[str, ...], key: str, mark: str) -> str:
    return f"UPDATE {table.name} SET {', '.join(f'{name} = {mark}' for name in names)} WHERE {key} = {mark}"
