"""Looks that come days after an erasure, the emergency stop, and what staff are to see to."""

import sqlalchemy as sa

from alembic import op

revision = "0002"
down_revision = "0001"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "relook",
        sa.Column("id", ID, nullable=False),
        sa.Column("reference", sa.String(length=12), nullable=False),
        sa.Column("store", sa.String(length=80), nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("done_at", MOMENT, nullable=True),
        sa.Column("left", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["reference"], ["request.reference"], name=op.f("fk_relook_reference")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_relook")),
        sa.UniqueConstraint("reference", "store", "due_at", name=op.f("uq_relook_reference_store_due_at")),
    )
    op.create_index(op.f("ix_relook_store"), "relook", ["store"])
    op.create_table(
        "alert",
        sa.Column("id", ID, nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("reference", sa.String(length=12), nullable=True),
        sa.Column("store", sa.String(length=80), nullable=True),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("raised_at", MOMENT, nullable=False),
        sa.Column("settled_at", MOMENT, nullable=True),
        sa.Column("settled_by", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["reference"], ["request.reference"], name=op.f("fk_alert_reference")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert")),
    )
    for column in ("key", "reference", "settled_at"):
        op.create_index(op.f(f"ix_alert_{column}"), "alert", [column])
    op.create_table(
        "stop",
        sa.Column("id", ID, nullable=False),
        sa.Column("stopped_at", MOMENT, nullable=False),
        sa.Column("stopped_by", sa.String(length=64), nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("ended_by", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stop")),
    )
    op.create_index(op.f("ix_stop_ended_at"), "stop", ["ended_at"])


def downgrade() -> None:
    op.drop_table("stop")
    op.drop_table("alert")
    op.drop_table("relook")
