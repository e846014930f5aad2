"""How Alembic reaches the database; called by :mod:`app.migrate` and by ``alembic`` for a new revision."""

from typing import Literal

from alembic import context
from app.database import make_engine
from app.models import Base, UtcDateTime
from app.settings import Settings


def render_item(kind: str, item: object, _context: object) -> str | Literal[False]:
    """Write our own column type as what it is in the database, so that a migration needs no application code."""
    return "sa.DateTime()" if kind == "type" and isinstance(item, UtcDateTime) else False


url = context.config.attributes.get("url") or Settings().url
engine = make_engine(url, writer=True)
try:
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=connection.dialect.name == "sqlite",
            compare_type=True,
            render_item=render_item,
            transactional_ddl=True,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()
finally:
    engine.dispose()
