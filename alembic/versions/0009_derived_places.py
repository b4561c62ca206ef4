"""Places that a store derives from its tables: what brings each up to date."""

import sqlalchemy as sa

from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.add_column("erasure_item", sa.Column("remedy", sa.String(length=200), nullable=True))


def downgrade() -> None:
    op.drop_column("erasure_item", "remedy")
