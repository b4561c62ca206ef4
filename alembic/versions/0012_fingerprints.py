"""What each record was before it went, as keyed digests."""

import sqlalchemy as sa

from alembic import op

revision = "0012"
down_revision = "0011"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "fingerprint",
        sa.Column("id", ID, nullable=False),
        sa.Column("reference", sa.String(length=12), nullable=False),
        sa.Column("store", sa.String(length=80), nullable=False),
        sa.Column("collection", sa.String(length=120), nullable=False),
        sa.Column("record", sa.String(length=64), nullable=False),
        sa.Column("content", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["reference"], ["request.reference"], name=op.f("fk_fingerprint_reference")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fingerprint")),
        sa.UniqueConstraint(
            "reference", "store", "collection", "record",
            name=op.f("uq_fingerprint_reference_store_collection_record"),
        ),
    )  # fmt: skip


def downgrade() -> None:
    op.drop_table("fingerprint")
