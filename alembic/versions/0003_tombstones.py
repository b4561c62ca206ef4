"""Tombstones of people who were erased, and the systems that may ask for them.

Erasures of earlier versions get theirs from the first worker, where their identifiers can still be read.
"""

from datetime import UTC, datetime

import sqlalchemy as sa

from alembic import op

revision = "0003"
down_revision = "0002"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
KEY = "tombstones"


def upgrade() -> None:
    op.create_table(
        "tombstone",
        sa.Column("id", ID, nullable=False),
        sa.Column("reference", sa.String(length=12), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("form", sa.String(length=24), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("lifted_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["reference"], ["request.reference"], name=op.f("fk_tombstone_reference")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tombstone")),
        sa.UniqueConstraint("digest", "reference", name=op.f("uq_tombstone_digest_reference")),
    )
    op.create_index(op.f("ix_tombstone_reference"), "tombstone", ["reference"])
    op.create_table(
        "asker",
        sa.Column("id", ID, nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_asker")),
        sa.UniqueConstraint("digest", name=op.f("uq_asker_digest")),
    )
    op.create_index(op.f("ix_asker_name"), "asker", ["name"])
    _call_for_those_of_earlier_versions()


def downgrade() -> None:
    op.execute(f"DELETE FROM work WHERE key = '{KEY}'")
    op.drop_table("asker")
    op.drop_table("tombstone")


def _call_for_those_of_earlier_versions() -> None:
    connection = op.get_bind()
    erased = sa.text("SELECT reference FROM erasure WHERE NOT looks_only LIMIT 1")
    if connection.execute(erased).first() is None:
        return
    work = sa.table(
        "work",
        sa.column("key", sa.String),
        sa.column("job", sa.String),
        sa.column("args", sa.JSON),
        sa.column("due_at", MOMENT),
        sa.column("again", sa.Boolean),
        sa.column("lease", sa.Integer),
        sa.column("tries", sa.Integer),
    )
    row = {"key": KEY, "job": "write_tombstones", "args": {}, "due_at": datetime.now(UTC)}
    op.bulk_insert(work, [row | {"again": False, "lease": 0, "tries": 0}])
