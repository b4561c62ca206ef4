"""What other controllers ask of us by signed messages, and which messages were taken."""

import sqlalchemy as sa

from alembic import op

revision = "0013"
down_revision = "0012"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "sender_ask",
        sa.Column("reference", sa.String(length=12), nullable=False),
        sa.Column("sender", sa.String(length=80), nullable=False),
        sa.Column("request_id", sa.String(length=36), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("told_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["reference"], ["request.reference"], name=op.f("fk_sender_ask_reference")),
        sa.PrimaryKeyConstraint("reference", name=op.f("pk_sender_ask")),
        sa.UniqueConstraint("sender", "request_id", name=op.f("uq_sender_ask_sender_request_id")),
    )
    op.create_table(
        "nonce",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_nonce")),
    )
    op.create_index(op.f("ix_nonce_at"), "nonce", ["at"])


def downgrade() -> None:
    op.drop_table("nonce")
    op.drop_table("sender_ask")
