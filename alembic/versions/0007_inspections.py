"""Inspections, and members of staff whose access ends on a day."""

import sqlalchemy as sa

from alembic import op

revision = "0007"
down_revision = "0006"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("user", sa.Column("ends_at", MOMENT, nullable=True))
    op.create_table(
        "inspection",
        sa.Column("number", ID, nullable=False),
        sa.Column("reference", sa.String(length=12), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "handler",
                "lead",
                "officer",
                "auditor",
                "inspector",
                name="role",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("lang", sa.String(length=8), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("map_version", sa.Integer(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("made_at", MOMENT, nullable=True),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("destroyed_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["map_version"], ["map_version.version"], name=op.f("fk_inspection_map_version")
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_inspection")),
    )
    op.create_index(op.f("ix_inspection_by"), "inspection", ["by"])
    op.create_table(
        "inspected_store",
        sa.Column("id", ID, nullable=False),
        sa.Column("inspection", ID, nullable=False),
        sa.Column("store", sa.String(length=80), nullable=False),
        sa.Column("answered", sa.Boolean(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["inspection"], ["inspection.number"], name=op.f("fk_inspected_store_inspection")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspected_store")),
        sa.UniqueConstraint("inspection", "store", name=op.f("uq_inspected_store_inspection_store")),
    )


def downgrade() -> None:
    op.drop_table("inspected_store")
    op.drop_table("inspection")
    op.drop_column("user", "ends_at")
