"""When the first kept record of a collection may go, and when records of it went."""

import sqlalchemy as sa

from alembic import op

revision = "0010"
down_revision = "0009"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    with op.batch_alter_table("erasure_item") as item:
        item.add_column(sa.Column("first_until", sa.String(length=10), nullable=True))
        item.add_column(sa.Column("gone_at", MOMENT, nullable=True))
        item.add_column(sa.Column("first_gone_at", MOMENT, nullable=True))
    op.execute("UPDATE erasure_item SET gone_at = erased_at, first_gone_at = erased_at WHERE erased > 0")


def downgrade() -> None:
    with op.batch_alter_table("erasure_item") as item:
        item.drop_column("first_gone_at")
        item.drop_column("gone_at")
        item.drop_column("first_until")
