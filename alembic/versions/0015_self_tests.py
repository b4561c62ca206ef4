"""The daily self-test: its runs, and which requests are its own."""

import sqlalchemy as sa

from alembic import op

revision = "0015"
down_revision = "0014"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "self_test",
        sa.Column("number", ID, nullable=False),
        sa.Column("map_version", sa.Integer(), nullable=False),
        sa.Column("step", sa.String(length=16), nullable=False),
        sa.Column("begun_at", MOMENT, nullable=False),
        sa.Column("submission", sa.String(length=12), nullable=True),
        sa.Column("planted", sa.JSON(), nullable=False),
        sa.Column("misses", sa.JSON(), nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["map_version"], ["map_version.version"], name=op.f("fk_self_test_map_version")
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_self_test")),
    )
    op.add_column("request", sa.Column("test", sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    op.drop_column("request", "test")
    op.drop_table("self_test")
