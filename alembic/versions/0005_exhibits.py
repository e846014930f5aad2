"""exhibits

Revision: 0005, after 0004. What lessons show beside their curves (docs/decisions/0012).
"""

import sqlalchemy as sa

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "exhibits",
        sa.Column("run_number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_number"], ["runs.number"], name=op.f("fk_exhibits_run_number_runs"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("run_number", "name", name=op.f("pk_exhibits")),
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("exhibits")
