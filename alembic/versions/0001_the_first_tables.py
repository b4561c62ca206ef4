"""The first tables, and the triggers that keep the ledger append-only and its requests recorded."""

import sqlalchemy as sa

from alembic import op

revision = "0001"
down_revision = None

KEPT = ("ledger_entry", "checkpoint", "map_version")  # never changed, never deleted
SQLITE = """
CREATE TRIGGER {name} BEFORE {verb} ON "{table}" {when} BEGIN SELECT RAISE(ABORT, '{reason}'); END
"""
POSTGRESQL = """
CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN {guard} RAISE EXCEPTION '{reason}'; END $$;
CREATE TRIGGER {name} BEFORE {verb} ON "{table}" FOR EACH ROW EXECUTE FUNCTION {name}()
"""
# An entry past the row's own count stands in this transaction before the row is changed.
RECORDED = "EXISTS (SELECT 1 FROM ledger_entry WHERE reference = OLD.reference AND number > OLD.entries)"


def _refuse(verb: str, table: str, reason: str, unless: str = "") -> None:
    name = f"refuse_{verb.lower()}_{table}"
    if op.get_bind().dialect.name == "sqlite":
        when = f"WHEN NOT {unless}" if unless else ""
        op.execute(SQLITE.format(name=name, verb=verb, table=table, when=when, reason=reason))
    else:
        guard = f"IF {unless} THEN RETURN NEW; END IF;" if unless else ""
        op.execute(POSTGRESQL.format(name=name, verb=verb, table=table, guard=guard, reason=reason))


def _allow(verb: str, table: str) -> None:
    name = f"refuse_{verb.lower()}_{table}"
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"DROP TRIGGER {name}")
    else:
        op.execute(f'DROP TRIGGER {name} ON "{table}"; DROP FUNCTION {name}()')


def upgrade() -> None:
    op.create_table(
        "book",
        sa.Column("reference", sa.String(length=12), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("head", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("reference", name=op.f("pk_book")),
    )
    op.create_table(
        "checkpoint",
        sa.Column(
            "number",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("chains", sa.Integer(), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("root", sa.String(length=64), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("seal", sa.String(length=64), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_checkpoint")),
        sa.UniqueConstraint("previous", name=op.f("uq_checkpoint_previous")),
    )
    op.create_table(
        "ledger_entry",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reference", sa.String(length=12), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("act", sa.String(length=64), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("seal", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_entry")),
        sa.UniqueConstraint("reference", "number", name=op.f("uq_ledger_entry_reference_number")),
    )
    op.create_table(
        "map_version",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("plain", sa.JSON(), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_map_version")),
    )
    op.create_table(
        "once",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("submission", sa.String(length=12), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_once")),
    )
    op.create_table(
        "request_key",
        sa.Column("reference", sa.String(length=12), nullable=False),
        sa.Column(
            "key_class",
            sa.Enum("found", "copy", "identity", "case", name="keyclass", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("wrapped", sa.LargeBinary(), nullable=True),
        sa.Column("destroy_on", sa.Date(), nullable=True),
        sa.Column("destroyed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("reference", "key_class", name=op.f("pk_request_key")),
    )
    op.create_table(
        "user",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
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
        sa.Column("password", sa.String(length=200), nullable=True),
        sa.Column("set_up", sa.String(length=64), nullable=True),
        sa.Column("set_up_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user")),
        sa.UniqueConstraint("name", name=op.f("uq_user_name")),
    )
    op.create_table(
        "work",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("job", sa.String(length=40), nullable=False),
        sa.Column("args", sa.JSON(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("again", sa.Boolean(), nullable=False),
        sa.Column("lease", sa.Integer(), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work")),
        sa.UniqueConstraint("key", name=op.f("uq_work_key")),
    )
    op.create_index(op.f("ix_work_due_at"), "work", ["due_at"], unique=False)
    op.create_table(
        "request",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reference", sa.String(length=12), nullable=False),
        sa.Column("submission", sa.String(length=12), nullable=False),
        sa.Column(
            "right",
            sa.Enum(
                "access",
                "copy",
                "portability",
                "rectification",
                "erasure",
                "withdraw_consent",
                "restrict",
                "object",
                "explain_rules",
                "explain_automated",
                "account_cancel",
                "opt_out_marketing",
                "opt_out_profiling",
                "delete_labels",
                "source_of_data",
                "recipients",
                "never_registered",
                name="right",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("lang", sa.String(length=8), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "received",
                "verifying",
                "working",
                "answered",
                "closed",
                "refused",
                "withdrawn",
                name="status",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("legal_latest", sa.String(length=32), nullable=False),
        sa.Column("rule", sa.String(length=40), nullable=False),
        sa.Column("promise_n", sa.Integer(), nullable=False),
        sa.Column("promise_unit", sa.String(length=16), nullable=False),
        sa.Column("map_version", sa.Integer(), nullable=False),
        sa.Column("looks_only", sa.Boolean(), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("head", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["map_version"], ["map_version.version"], name=op.f("fk_request_map_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request")),
        sa.UniqueConstraint("reference", name=op.f("uq_request_reference")),
    )
    op.create_index("ix_request_status_due_on", "request", ["status", "due_on"], unique=False)
    op.create_index("ix_request_status_right_due_on", "request", ["status", "right", "due_on"], unique=False)
    op.create_index(op.f("ix_request_submission"), "request", ["submission"], unique=False)
    op.create_table(
        "copy",
        sa.Column("reference", sa.String(length=12), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "making", "ready", "delivered", "expired", name="copystate", native_enum=False, length=32
            ),
            nullable=False,
        ),
        sa.Column("records", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["reference"], ["request.reference"], name=op.f("fk_copy_reference")),
        sa.PrimaryKeyConstraint("reference", name=op.f("pk_copy")),
    )
    op.create_table(
        "erasure",
        sa.Column("reference", sa.String(length=12), nullable=False),
        sa.Column(
            "stage",
            sa.Enum(
                "planned",
                "frozen",
                "erasing",
                "looking",
                "done",
                "held",
                name="stage",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("looks_only", sa.Boolean(), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("gone_by", sa.String(length=64), nullable=True),
        sa.Column(
            "held_before",
            sa.Enum(
                "planned",
                "frozen",
                "erasing",
                "looking",
                "done",
                "held",
                name="stage",
                native_enum=False,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("certificate", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["reference"], ["request.reference"], name=op.f("fk_erasure_reference")),
        sa.PrimaryKeyConstraint("reference", name=op.f("pk_erasure")),
    )
    op.create_table(
        "erasure_item",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reference", sa.String(length=12), nullable=False),
        sa.Column("store", sa.String(length=80), nullable=False),
        sa.Column("collection", sa.String(length=120), nullable=False),
        sa.Column("mapped", sa.Boolean(), nullable=False),
        sa.Column("planned", sa.Integer(), nullable=True),
        sa.Column("found", sa.Integer(), nullable=True),
        sa.Column("keepable", sa.Integer(), nullable=False),
        sa.Column("rounds", sa.Integer(), nullable=False),
        sa.Column("erased", sa.Integer(), nullable=False),
        sa.Column("kept", sa.Integer(), nullable=False),
        sa.Column("residue", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=300), nullable=True),
        sa.Column("cannot", sa.Boolean(), nullable=False),
        sa.Column("rule", sa.String(length=40), nullable=True),
        sa.Column("until", sa.String(length=10), nullable=True),
        sa.Column("locked", sa.Boolean(), nullable=True),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("offered_before", sa.JSON(), nullable=True),
        sa.Column("offered", sa.JSON(), nullable=True),
        sa.Column("where", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["reference"], ["request.reference"], name=op.f("fk_erasure_item_reference")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure_item")),
        sa.UniqueConstraint(
            "reference", "store", "collection", name=op.f("uq_erasure_item_reference_store_collection")
        ),
    )
    op.create_index(op.f("ix_erasure_item_store"), "erasure_item", ["store"], unique=False)
    op.create_table(
        "evidence",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reference", sa.String(length=12), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["reference"], ["request.reference"], name=op.f("fk_evidence_reference")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
    )
    op.create_index(op.f("ix_evidence_reference"), "evidence", ["reference"], unique=False)
    op.create_table(
        "look",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reference", sa.String(length=12), nullable=False),
        sa.Column("store", sa.String(length=80), nullable=False),
        sa.Column("collection", sa.String(length=120), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "how",
            sa.Enum("locator", "value", "prefix", name="seen", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("left", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["reference"], ["request.reference"], name=op.f("fk_look_reference")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_look")),
        sa.UniqueConstraint(
            "reference",
            "store",
            "collection",
            "number",
            "how",
            name=op.f("uq_look_reference_store_collection_number_how"),
        ),
    )
    op.create_table(
        "mail",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("reference", sa.String(length=12), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["reference"], ["request.reference"], name=op.f("fk_mail_reference")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail")),
        sa.UniqueConstraint("key", name=op.f("uq_mail_key")),
    )
    op.create_index(op.f("ix_mail_reference"), "mail", ["reference"], unique=False)
    op.create_table(
        "mention",
        sa.Column("reference", sa.String(length=12), nullable=False),
        sa.Column("store", sa.String(length=80), nullable=False),
        sa.Column("collection", sa.String(length=120), nullable=False),
        sa.Column("records", sa.Integer(), nullable=False),
        sa.Column("own", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["reference"], ["request.reference"], name=op.f("fk_mention_reference")),
        sa.PrimaryKeyConstraint("reference", "store", "collection", name=op.f("pk_mention")),
    )
    op.create_table(
        "paper_file",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reference", sa.String(length=12), nullable=False),
        sa.Column("paper", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("bytes", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("sealed", sa.String(length=300), nullable=False),
        sa.ForeignKeyConstraint(["reference"], ["request.reference"], name=op.f("fk_paper_file_reference")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_file")),
        sa.UniqueConstraint("reference", "paper", "name", name=op.f("uq_paper_file_reference_paper_name")),
    )
    op.create_table(
        "probe",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reference", sa.String(length=12), nullable=False),
        sa.Column("store", sa.String(length=80), nullable=False),
        sa.Column("collection", sa.String(length=120), nullable=False),
        sa.Column("identifier_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("records", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("file", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(["reference"], ["request.reference"], name=op.f("fk_probe_reference")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_probe")),
        sa.UniqueConstraint(
            "reference",
            "store",
            "collection",
            "identifier_id",
            name=op.f("uq_probe_reference_store_collection_identifier_id"),
        ),
    )
    op.create_index("ix_probe_store_open", "probe", ["store", "open"], unique=False)
    op.create_table(
        "recipient_ask",
        sa.Column("reference", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["reference"], ["request.reference"], name=op.f("fk_recipient_ask_reference")
        ),
        sa.PrimaryKeyConstraint("reference", "name", name=op.f("pk_recipient_ask")),
    )
    op.create_table(
        "request_identifier",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reference", sa.String(length=12), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("blind", sa.String(length=64), nullable=False),
        sa.Column("internal", sa.Boolean(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["reference"], ["request.reference"], name=op.f("fk_request_identifier_reference")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request_identifier")),
        sa.UniqueConstraint(
            "reference", "kind", "blind", name=op.f("uq_request_identifier_reference_kind_blind")
        ),
    )
    op.create_index(op.f("ix_request_identifier_blind"), "request_identifier", ["blind"], unique=False)
    op.create_table(
        "store_work",
        sa.Column("reference", sa.String(length=12), nullable=False),
        sa.Column("store", sa.String(length=80), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "working",
                "searched",
                "unreachable",
                "failed",
                "paused",
                name="storestate",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(length=300), nullable=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("searched_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["reference"], ["request.reference"], name=op.f("fk_store_work_reference")),
        sa.PrimaryKeyConstraint("reference", "store", name=op.f("pk_store_work")),
    )
    op.create_table(
        "unmapped_place",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reference", sa.String(length=12), nullable=False),
        sa.Column("store", sa.String(length=80), nullable=False),
        sa.Column("table", sa.String(length=120), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("records", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["reference"], ["request.reference"], name=op.f("fk_unmapped_place_reference")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unmapped_place")),
        sa.UniqueConstraint(
            "reference", "store", "table", name=op.f("uq_unmapped_place_reference_store_table")
        ),
    )
    op.create_table(
        "code",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("identifier_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["identifier_id"], ["request_identifier.id"], name=op.f("fk_code_identifier_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_code")),
    )
    op.create_index(op.f("ix_code_identifier_id"), "code", ["identifier_id"], unique=False)
    for table in KEPT:
        _refuse("UPDATE", table, f"{table} is append-only")
        _refuse("DELETE", table, f"{table} is append-only")
    _refuse("UPDATE", "request", "a request changes only with an entry of its ledger", unless=RECORDED)
    _refuse("DELETE", "request", "a request is never deleted")


def downgrade() -> None:
    for table in (*KEPT, "request"):
        _allow("UPDATE", table)
        _allow("DELETE", table)
    op.drop_index(op.f("ix_code_identifier_id"), table_name="code")
    op.drop_table("code")
    op.drop_table("unmapped_place")
    op.drop_table("store_work")
    op.drop_index(op.f("ix_request_identifier_blind"), table_name="request_identifier")
    op.drop_table("request_identifier")
    op.drop_table("recipient_ask")
    op.drop_index("ix_probe_store_open", table_name="probe")
    op.drop_table("probe")
    op.drop_table("paper_file")
    op.drop_table("mention")
    op.drop_index(op.f("ix_mail_reference"), table_name="mail")
    op.drop_table("mail")
    op.drop_table("look")
    op.drop_index(op.f("ix_evidence_reference"), table_name="evidence")
    op.drop_table("evidence")
    op.drop_index(op.f("ix_erasure_item_store"), table_name="erasure_item")
    op.drop_table("erasure_item")
    op.drop_table("erasure")
    op.drop_table("copy")
    op.drop_index(op.f("ix_request_submission"), table_name="request")
    op.drop_index("ix_request_status_right_due_on", table_name="request")
    op.drop_index("ix_request_status_due_on", table_name="request")
    op.drop_table("request")
    op.drop_index(op.f("ix_work_due_at"), table_name="work")
    op.drop_table("work")
    op.drop_table("user")
    op.drop_table("request_key")
    op.drop_table("once")
    op.drop_table("map_version")
    op.drop_table("ledger_entry")
    op.drop_table("checkpoint")
    op.drop_table("book")
