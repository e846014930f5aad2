"""sweeps

Revision: 0007, after 0006. Runs over a grid of parameters, and which sweep a run belongs to.
"""

import sqlalchemy as sa

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "sweeps",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("lesson", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("params", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("grid", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("idempotency_key", sa.String(length=200), nullable=True),
        sa.Column("request_hash", sa.String(length=64), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_sweeps")),
        sa.UniqueConstraint("id", name=op.f("uq_sweeps_id")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_sweeps_idempotency_key")),
        sqlite_autoincrement=True,
    )
    # As text, because Alembic gives SQLite a constraint only by a new table, and dropping the old one would delete
    # what refers to it.
    kind = "INTEGER" if op.get_bind().dialect.name == "sqlite" else "BIGINT"
    op.execute(
        f"ALTER TABLE runs ADD COLUMN sweep_number {kind} "
        "CONSTRAINT fk_runs_sweep_number_sweeps REFERENCES sweeps (number)"
    )
    op.create_index(op.f("ix_runs_sweep_number"), "runs", ["sweep_number"])


def downgrade() -> None:
    """Take back."""
    op.drop_index(op.f("ix_runs_sweep_number"), "runs")
    op.drop_column("runs", "sweep_number")
    op.drop_table("sweeps")
