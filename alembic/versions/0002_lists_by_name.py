"""lists by name

Revision: 0002, after 0001. Ten thousand runs sorted by name, or searched in that order, are read from an index.
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("runs", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_runs_name_number"), ["name", "number"], unique=False)


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table("runs", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_runs_name_number"))
