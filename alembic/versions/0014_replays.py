"""Past erasures applied to stores that were restored from a backup."""

import sqlalchemy as sa

from alembic import op

revision = "0014"
down_revision = "0013"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "replay",
        sa.Column("id", ID, nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("stores", sa.JSON(), nullable=False),
        sa.Column("since", MOMENT, nullable=True),
        sa.Column("begun_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_replay")),
    )
    op.create_table(
        "replay_part",
        sa.Column("replay", ID, nullable=False),
        sa.Column("store", sa.String(length=80), nullable=False),
        sa.Column("collection", sa.String(length=120), nullable=False),
        sa.Column("found", sa.Integer(), nullable=True),
        sa.Column("kept", sa.Integer(), nullable=True),
        sa.Column("left", sa.Integer(), nullable=True),
        sa.Column("emptied", sa.Integer(), nullable=False),
        sa.Column("in_doubt", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=True),
        sa.Column("done_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["replay"], ["replay.id"], name=op.f("fk_replay_part_replay")),
        sa.PrimaryKeyConstraint("replay", "store", "collection", name=op.f("pk_replay_part")),
    )


def downgrade() -> None:
    op.drop_table("replay_part")
    op.drop_table("replay")
