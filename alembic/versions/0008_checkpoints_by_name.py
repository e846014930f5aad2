"""checkpoints by name

Revision: 0008, after 0007. A run keeps more than one improvement, so a checkpoint is known by a name; those there are
keep the one that they had, their kind.
"""

import sqlalchemy as sa

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("checkpoints", sa.Column("name", sa.String(length=110), nullable=True))
    op.execute("UPDATE checkpoints SET name = kind")
    # SQLite makes a new table for this. Nothing refers to the old one, and it has a few rows per run.
    with op.batch_alter_table("checkpoints", schema=None) as batch_op:
        batch_op.alter_column("name", existing_type=sa.String(length=110), nullable=False)
        batch_op.drop_constraint(batch_op.f("pk_checkpoints"), type_="primary")
        batch_op.create_primary_key(batch_op.f("pk_checkpoints"), ["run_number", "name"])


def downgrade() -> None:
    """Take back. Improvements had no place: their rows go, and their files with the next start."""
    op.execute("DELETE FROM checkpoints WHERE kind = 'improvement'")
    with op.batch_alter_table("checkpoints", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("pk_checkpoints"), type_="primary")
        batch_op.create_primary_key(batch_op.f("pk_checkpoints"), ["run_number", "kind"])
        batch_op.drop_column("name")
