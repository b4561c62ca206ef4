"""Records that a store said were gone, and that a look then saw."""

import sqlalchemy as sa

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("erasure_item", sa.Column("unreached", sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    op.drop_column("erasure_item", "unreached")
