"""How far each recipient is that was asked to erase, and every step of it."""

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from alembic import op

revision = "0004"
down_revision = "0003"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
OUTCOMES = ("erased", "nothing_held", "kept_by_law", "own_basis", "technically_hard", "others_too")
LETTER_DAYS = 15  # what a recipient was given until now
ASK = sa.table(
    "recipient_ask",
    sa.column("reference", sa.String),
    sa.column("name", sa.String),
    sa.column("asked_at", MOMENT),
    sa.column("called_at", MOMENT),
    sa.column("due_on", sa.Date),
)
WORK = sa.table(
    "work",
    sa.column("key", sa.String),
    sa.column("job", sa.String),
    sa.column("args", sa.JSON),
    sa.column("due_at", MOMENT),
    sa.column("again", sa.Boolean),
    sa.column("lease", sa.Integer),
    sa.column("tries", sa.Integer),
)


def upgrade() -> None:
    with op.batch_alter_table("recipient_ask") as table:
        table.alter_column("asked_at", existing_type=MOMENT, nullable=True)
        table.add_column(sa.Column("channel", sa.String(length=8), nullable=False, server_default="paper"))
        table.add_column(sa.Column("called_at", MOMENT, nullable=True))
        table.add_column(sa.Column("identifiers", sa.Integer(), nullable=False, server_default="0"))
        table.add_column(sa.Column("round", sa.Integer(), nullable=False, server_default="1"))
        table.add_column(sa.Column("due_on", sa.Date(), nullable=True))
        table.add_column(sa.Column("step", sa.Integer(), nullable=False, server_default="0"))
        table.add_column(sa.Column("request_id", sa.String(length=36), nullable=True))
        table.add_column(sa.Column("received_at", MOMENT, nullable=True))
        table.add_column(sa.Column("receipt", sa.String(length=64), nullable=True))
        table.add_column(sa.Column("silent_at", MOMENT, nullable=True))
        outcome = sa.Enum(*OUTCOMES, name="outcome", native_enum=False, length=32)
        table.add_column(sa.Column("outcome", outcome, nullable=True))
        table.add_column(sa.Column("answered_at", MOMENT, nullable=True))
        table.add_column(sa.Column("answered_by", sa.String(length=64), nullable=True))
        table.add_column(sa.Column("accepted_by", sa.String(length=64), nullable=True))
        table.add_column(sa.Column("token", sa.String(length=64), nullable=True))
    _carry_over()
    with op.batch_alter_table("recipient_ask") as table:
        table.alter_column("called_at", existing_type=MOMENT, nullable=False)
        table.alter_column("due_on", existing_type=sa.Date(), nullable=False)
        for column in ("channel", "identifiers", "round", "step"):
            table.alter_column(column, server_default=None)
        for column in ("request_id", "token"):
            table.create_unique_constraint(op.f(f"uq_recipient_ask_{column}"), [column])
    op.create_table(
        "recipient_step",
        sa.Column("id", ID, nullable=False),
        sa.Column("reference", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("step", sa.String(length=16), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["reference"], ["request.reference"], name=op.f("fk_recipient_step_reference")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recipient_step")),
    )
    op.create_index(op.f("ix_recipient_step_reference"), "recipient_step", ["reference"])


def _carry_over() -> None:
    """Who was to be written to by hand counts as asked, keeps the days it was given, and is followed from now on."""
    connection = op.get_bind()
    rows = connection.execute(sa.select(ASK.c.reference, ASK.c.name, ASK.c.asked_at)).all()
    for reference, name, asked_at in rows:
        own = sa.update(ASK).where(ASK.c.reference == reference, ASK.c.name == name)
        due = asked_at.date() + timedelta(days=LETTER_DAYS)
        connection.execute(own.values(called_at=asked_at, due_on=due))
    op.bulk_insert(
        WORK,
        [
            {
                "key": f"follow:{reference}:{name}", "job": "follow_recipient",
                "args": {"reference": reference, "name": name}, "due_at": datetime.now(UTC), "again": False,
                "lease": 1, "tries": 0,
            }
            for reference, name, _ in rows
        ],
    )  # fmt: skip


def downgrade() -> None:
    op.drop_table("recipient_step")
    op.execute("DELETE FROM work WHERE job IN ('ask_recipient', 'follow_recipient')")
    op.execute("UPDATE recipient_ask SET asked_at = called_at WHERE asked_at IS NULL")
    with op.batch_alter_table("recipient_ask") as table:
        for column in ("request_id", "token"):
            table.drop_constraint(op.f(f"uq_recipient_ask_{column}"), type_="unique")
        for column in (
            "channel", "called_at", "identifiers", "round", "due_on", "step", "request_id", "received_at",
            "receipt", "silent_at", "outcome", "answered_at", "answered_by", "accepted_by", "token",
        ):  # fmt: skip
            table.drop_column(column)
        table.alter_column("asked_at", existing_type=MOMENT, nullable=False)
