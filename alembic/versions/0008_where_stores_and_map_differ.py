"""Where the stores and the data map have grown apart, and what was seen in the stores last."""

import sqlalchemy as sa

from alembic import op

revision = "0008"
down_revision = "0007"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "gap",
        sa.Column("id", ID, nullable=False),
        sa.Column("store", sa.String(length=80), nullable=False),
        sa.Column("table", sa.String(length=200), nullable=False),
        sa.Column("column", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("was", sa.String(length=200), nullable=True),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("grave", sa.Integer(), nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.Column("settled_at", MOMENT, nullable=True),
        sa.Column("settled_by", sa.String(length=64), nullable=True),
        sa.Column("reason", sa.String(length=32), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gap")),
        sa.UniqueConstraint("store", "table", "column", "kind", name=op.f("uq_gap_store_table_column_kind")),
    )
    op.create_index(op.f("ix_gap_open_grave_id"), "gap", ["open", "grave", "id"])
    op.create_table(
        "store_seen",
        sa.Column("store", sa.String(length=80), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("seen_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("store", name=op.f("pk_store_seen")),
    )


def downgrade() -> None:
    op.drop_table("store_seen")
    op.drop_table("gap")
