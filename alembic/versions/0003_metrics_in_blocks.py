"""metrics in blocks

Revision: 0003, after 0002. A metric's values stand packed, one row per stretch of events, where each had a row of its
own (docs/decisions/0008). What a run has so far becomes one stretch.
"""

import json
import math
from array import array
from collections.abc import Iterator

import sqlalchemy as sa

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

runs = sa.table(
    "runs", sa.column("number", sa.BigInteger), sa.column("seq", sa.Integer), sa.column("packed", sa.Integer)
)
events = sa.table(
    "events",
    sa.column("run_number", sa.BigInteger),
    sa.column("seq", sa.Integer),
    sa.column("type", sa.String),
    sa.column("data", sa.Text),
)
metrics = sa.table(
    "metrics",
    sa.column("run_number", sa.BigInteger),
    sa.column("name", sa.String),
    sa.column("epoch", sa.Integer),
    sa.column("value", sa.Double),
)
blocks = sa.table(
    "blocks",
    sa.column("run_number", sa.BigInteger),
    sa.column("name", sa.String),
    sa.column("seq", sa.Integer),
    sa.column("epoch", sa.LargeBinary),
    sa.column("value", sa.LargeBinary),
)


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "blocks",
        sa.Column("run_number", NUMBER, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.LargeBinary(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_number"], ["runs.number"], name=op.f("fk_blocks_run_number_runs"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("run_number", "name", "seq", name=op.f("pk_blocks")),
    )
    # Added as it is, not by a new table: dropping the old one would delete what refers to it.
    op.add_column("runs", sa.Column("packed", sa.Integer(), server_default="0", nullable=False))
    connection = op.get_bind()
    for number, seq in connection.execute(sa.select(runs.c.number, runs.c.seq)).all():
        for name, known in _measured(connection, number):
            values = array("d", [math.nan if value is None else value for value in known.values()])
            row = {"run_number": number, "name": name, "seq": seq}
            row |= {"epoch": array("i", known).tobytes(), "value": values.tobytes()}
            connection.execute(blocks.insert().values(row))
    connection.execute(runs.update().values(packed=runs.c.seq))
    op.drop_table("metrics")


def downgrade() -> None:
    """Take back."""
    op.create_table(
        "metrics",
        sa.Column("run_number", NUMBER, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("value", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(
            ["run_number"], ["runs.number"], name=op.f("fk_metrics_run_number_runs"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("run_number", "name", "epoch", name=op.f("pk_metrics")),
        sqlite_with_rowid=False,
    )
    connection = op.get_bind()
    for number in connection.scalars(sa.select(runs.c.number)).all():
        for name, known in _unpacked(connection, number).items():
            one = {"run_number": number, "name": name}
            connection.execute(metrics.insert(), [{**one, "epoch": epoch, "value": known[epoch]} for epoch in known])
    op.drop_column("runs", "packed")
    op.drop_table("blocks")


def _measured(connection: sa.Connection, number: int) -> Iterator[tuple[str, dict[int, float | None]]]:
    """A run's values by metric and epoch, the epochs ascending."""
    names = sa.select(metrics.c.name).where(metrics.c.run_number == number).distinct()
    for name in connection.scalars(names).all():
        query = sa.select(metrics.c.epoch, metrics.c.value).order_by(metrics.c.epoch)
        found = connection.execute(query.where(metrics.c.run_number == number, metrics.c.name == name))
        yield name, {row.epoch: row.value for row in found}


def _unpacked(connection: sa.Connection, number: int) -> dict[str, dict[int, float | None]]:
    """The same, from the blocks and from the events that came after them."""
    known: dict[str, dict[int, float | None]] = {}
    packed = sa.select(blocks.c.name, blocks.c.epoch, blocks.c.value).where(blocks.c.run_number == number)
    for name, epoch, value in connection.execute(packed.order_by(blocks.c.seq)):
        values = [None if math.isnan(one) else one for one in array("d", value)]
        known.setdefault(name, {}).update(zip(array("i", epoch), values, strict=True))
    later = (
        sa.select(events.c.data)
        .join(runs, runs.c.number == events.c.run_number)
        .where(runs.c.number == number, events.c.seq > runs.c.packed, events.c.type == "epoch")
        .order_by(events.c.seq)
    )
    for data in connection.scalars(later):
        told = json.loads(data)
        for name, value in told["metrics"].items():
            known.setdefault(name, {})[int(told["epoch"])] = None if value is None else float(value)
    return known
