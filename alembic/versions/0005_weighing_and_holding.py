"""What an erasure is weighed by before anything goes, and how long one is held."""

import sqlalchemy as sa

from alembic import op

revision = "0005"
down_revision = "0004"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "weight",
        sa.Column("id", ID, nullable=False),
        sa.Column("reference", sa.String(length=12), nullable=False),
        sa.Column("store", sa.String(length=80), nullable=False),
        sa.Column("collection", sa.String(length=120), nullable=False),
        sa.Column("size", sa.Integer(), nullable=True),
        sa.Column("others", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["reference"], ["request.reference"], name=op.f("fk_weight_reference")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_weight")),
        sa.UniqueConstraint(
            "reference", "store", "collection", name=op.f("uq_weight_reference_store_collection")
        ),
    )
    with op.batch_alter_table("erasure") as erasure:
        erasure.add_column(sa.Column("held_until", sa.String(length=10), nullable=True))
        erasure.add_column(sa.Column("held_quietly", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table(
        "erasure"
    ) as erasure:  # apart: in one, SQLite would copy the rows without the default
        erasure.alter_column("held_quietly", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("erasure") as erasure:
        erasure.drop_column("held_quietly")
        erasure.drop_column("held_until")
    op.drop_table("weight")
