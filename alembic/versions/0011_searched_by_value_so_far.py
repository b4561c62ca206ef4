"""How far a store has been searched by value, for a pass that is cut short to go on there."""

import sqlalchemy as sa

from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "sweeping",
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("store", sa.String(length=80), nullable=False),
        sa.Column("batch", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tables", sa.JSON(), nullable=False),
        sa.Column("of", sa.Integer(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("hits", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_sweeping")),
    )
    op.create_index(op.f("ix_sweeping_store"), "sweeping", ["store"])


def downgrade() -> None:
    op.drop_table("sweeping")
