"""Checking a seal: whether an entry stands in the ledger, and whether its request's entries hold together."""

from dataclasses import dataclass
from datetime import datetime

from flask import render_template, request
from sqlalchemy import select
from sqlalchemy.orm import Session

from dsar import db
from dsar.models import LedgerEntry
from dsar.services import intake, ledger
from dsar.web.forms import half_width
from dsar.web.portal import access
from dsar.web.portal.door import bp
from dsar.web.portal.forms import SealForm


@dataclass(frozen=True)
class Sealed:
    """What the ledger says of a seal."""

    number: int
    of: int
    at: datetime
    whole: bool


@bp.route("/check", methods=["GET", "POST"])
def seal():
    """Anyone who holds a paper or a receipt may ask; only who has its seal learns anything."""
    form = SealForm()
    if not form.answered():
        return render_template("portal/seal.html", form=form, asked=False, found=None), form.status
    reference = intake.reference(half_width(form.reference.data))
    with db.read() as data:
        found = _found(data, reference, form.hex)
    return render_template("portal/seal.html", form=form, asked=request.method == "POST", found=found)


def _found(data: Session, reference: str, seal: str) -> Sealed | None:
    asked = access.known(data, reference)
    wanted = select(LedgerEntry).where(LedgerEntry.reference == reference).order_by(LedgerEntry.number)
    entries = list(data.scalars(wanted))
    entry = next((one for one in entries if one.seal.startswith(seal)), None)
    if asked is None or entry is None:
        return None
    lines = [one.plain() | {"seal": one.seal} for one in entries]
    end = {"head": reference, "entries": asked.entries, "seal": asked.head}
    return Sealed(entry.number, len(entries), entry.at, whole=not ledger.prove([*lines, end]).broken)
