"""The record of an inspection as plain values: who asked, why, what every store answered, and the ledger beside it.

Identifiers are masked; of others there are counts and names of places alone.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dsar import clock
from dsar.datamap.identifiers import masked
from dsar.models import Checkpoint, Erasure, Inspection, LedgerEntry, Request
from dsar.models.inspection import BOOK
from dsar.services import inspected, inspecting, intake, ledger, maps, verdicts
from dsar.services.inspected import Shown
from dsar.vault import Vault

SCHEMA = "dsar-inspection-1"


def as_made(session: Session, vault: Vault, row: Inspection, *, at: datetime, pretended: bool) -> Shown:
    """The whole record.  Raises NotFound once it was destroyed."""
    datamap, asked = maps.get(session, row.map_version), inspected.typed(vault, row)
    kind, answers = datamap.identifier_kinds[asked.kind], inspected.answers(session, vault, row)
    concerned = inspecting.concerned(session, vault, asked)
    controller = datamap.controller
    return {
        "schema": SCHEMA, "number": row.number, "lang": row.lang, "zone": controller.zone,
        "controller": {"name": dict(controller.name), "contact": controller.contact},
        "by": {"name": row.by, "role": row.role}, "reason": asked.reason, "case": asked.case or None,
        "opened_at": clock.text(row.opened_at), "made_at": clock.text(at),
        "pretended": pretended and clock.pretended(),
        "identifier": {
            "kind": kind.name, "title": dict(kind.title), "masked": masked(kind, asked.value),
            "keyed_digest": inspected.digest(vault, row.number, asked.value),
        },
        "map": {"version": row.map_version, "sha256": maps.digest(session, row.map_version)},
        "stores": [
            {"name": name, "title": dict(store.title)} | _without_values(answers[name])
            for name, store in datamap.stores.items()
        ],
        "requests": [_request(session, intake.get(session, ref), proven) for ref, proven in concerned.items()],
        "ledger": _ledger(session),
    }  # fmt: skip


def facts_of(shown: Shown) -> Shown:
    """What the ledger keeps of a record: counts and names of stores."""
    stores = shown["stores"]
    return {
        "stores": len(stores),
        "records": sum(one["records"] or 0 for one in stores),
        "derived": sum(place["entries"] for one in stores for place in one["derived"] or ()),
        "holding": [one["name"] for one in stores if one["records"] or one["derived"]],
        "unanswered": [one["name"] for one in stores if one["state"] != "answered"],
    }


def _without_values(answer: Shown) -> Shown:
    """What a store answered, without the numbers of ours that it led to."""
    return {name: told for name, told in answer.items() if name != "gave"}


def _request(session: Session, request: Request, proven: bool) -> Shown:
    erasure = session.get(Erasure, request.reference)
    shown = verdicts.show(session, request) if erasure else None
    entries, head = ledger.head(session, request.reference)
    return {
        "reference": request.reference, "right": request.right, "status": request.status, "proven": proven,
        "received_at": clock.text(request.received_at),
        "verdict": shown["verdict"] if shown else None,
        "kept": _kept(shown) if shown else [],
        "ledger": {"entries": entries, "head": head}, "entries": _entries(session, request.reference),
    }  # fmt: skip


def _kept(shown: Shown) -> list[Shown]:
    """What is kept of an erasure, why and until when."""
    return [
        {
            "store": store["name"], "collection": one["name"], "title": one["title"], "records": one["kept"],
            "locked": one["locked"], "ground": one["ground"], "reason": one["reason_text"],
        }
        for store in shown["stores"]
        for one in store["collections"]
        if one["kept"]
    ]  # fmt: skip


def _entries(session: Session, reference: str) -> list[dict[str, Any]]:
    """The acts of a request; their facts stay in the ledger, which the head proves."""
    wanted = select(LedgerEntry).where(LedgerEntry.reference == reference).order_by(LedgerEntry.number)
    return [
        {"number": one.number, "at": clock.text(one.at), "actor": one.actor, "act": one.act}
        for one in session.scalars(wanted)
    ]


def _ledger(session: Session) -> Shown:
    """The chain that the inspection stands in, and the newest checkpoint of all chains."""
    entries, head = ledger.head(session, BOOK)
    last = session.scalar(select(Checkpoint).order_by(Checkpoint.number.desc()).limit(1))
    checkpoint = last and {
        "number": last.number, "at": clock.text(last.at), "root": last.root, "seal": last.seal,
        "signature": last.signature.hex(),
    }  # fmt: skip
    return {"book": BOOK, "entries": entries, "head": head, "checkpoint": checkpoint}
