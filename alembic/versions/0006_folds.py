"""folds

Revision: 0006, after 0005. A cross-validation keeps its metrics fold by fold, and says which fold is under way
(docs/decisions/0013).
"""

import sqlalchemy as sa

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

ADDED = (("runs", "fold"), ("runs", "folds"), ("runs", "best_fold"), ("checkpoints", "fold"))


def upgrade() -> None:
    """Apply."""
    # Added as they are, not by a new table: dropping the old one would delete what refers to it, and copying the
    # blocks takes long. Their key stays as it is: an event is of one fold, so ``seq`` tells folds apart.
    for table, name in ADDED:
        op.add_column(table, sa.Column(name, sa.Integer(), nullable=True))
    op.add_column("blocks", sa.Column("fold", sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    """Take back. Of a cross-validation the fold that was stored last would hide the others: only the first stays."""
    op.execute("DELETE FROM blocks WHERE fold > 0")
    op.drop_column("blocks", "fold")
    for table, name in reversed(ADDED):
        op.drop_column(table, name)
