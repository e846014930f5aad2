"""resuming

Revision: 0004, after 0003. What a run remembers of being interrupted: deaths of its child in a row, the epochs at which
it was resumed, and the first value that did not come out the same again (docs/decisions/0011).
"""

import sqlalchemy as sa

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    # Added as they are, not by a new table: dropping the old one would delete what refers to it.
    op.add_column("runs", sa.Column("deaths", sa.Integer(), server_default="0", nullable=False))
    op.add_column("runs", sa.Column("seams", sa.JSON(none_as_null=True), server_default="[]", nullable=False))
    op.add_column("runs", sa.Column("irreproducible", sa.JSON(none_as_null=True), nullable=True))


def downgrade() -> None:
    """Take back."""
    for name in ("irreproducible", "seams", "deaths"):
        op.drop_column("runs", name)
