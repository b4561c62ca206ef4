"""Proving, identifier by identifier, and the receipt."""

from flask import Response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from dsar import clock, db
from dsar.datamap.identifiers import masked
from dsar.models import LedgerEntry, Request, RequestIdentifier
from dsar.services import intake, keys, maps, proving
from dsar.terms import KeyClass
from dsar.web import here, words
from dsar.web.language import language, only_switched
from dsar.web.portal import access, codes
from dsar.web.portal.door import bp
from dsar.web.portal.forms import CodeForm


@bp.route("/prove/<int:number>", methods=["GET", "POST"])
def prove(number: int):
    """The code sent to one identifier of what was filed here."""
    form = CodeForm()
    act = "" if only_switched() else request.form.get("act", "")
    with db.read() as data:
        requests = _filed(data)
        rows = {row.number + 1: row for row in codes.to_prove(data, requests[0])} if requests else {}
        page = _page(data, requests, rows, number) if number in rows else {}
    if not page:
        return redirect(url_for("portal.received"))
    if act == "later":
        return _go_on(after=number)
    if act == "resend":
        return _resend(number, page)
    if form.answered() and _proven(form, number):
        return _go_on(after=number)
    return render_template("portal/prove.html", form=form, notice="", **page), form.status


@bp.get("/received")
def received():
    """The receipt: reference, what was asked, when, and by when we answer."""
    with db.read() as data:
        requests = _filed(data)
        if not requests:
            return redirect(url_for("portal.follow"))
        page = _receipt(data, requests)
    return render_template("portal/received.html", **page)


@bp.get("/received/receipt.txt")
def receipt():
    """The receipt, to save."""
    with db.read() as data:
        requests = _filed(data)
        if not requests:
            return redirect(url_for("portal.follow"))
        page = _receipt(data, requests)
        text = render_template("portal/receipt.txt", **page)
    disposition = f'attachment; filename="receipt-{requests[0].reference}.txt"'
    return Response(text, mimetype="text/plain", headers={"Content-Disposition": disposition})


def _filed(data: Session) -> list[Request]:
    submission = access.filed()
    return intake.submitted(data, submission) if submission else []


def _page(data: Session, requests: list[Request], rows: dict[int, RequestIdentifier], number: int) -> dict:
    first, row, vault = requests[0], rows[number], here.office().vault
    key = keys.of(data, vault, first.reference, KeyClass.IDENTITY)
    kind = maps.get(data, first.map_version).identifier_kinds[row.kind]
    given = [one.number + 1 for one in proving.own(data, first.reference)]
    return {
        "to": masked(kind, intake.opened_value(vault, key, row)), "phone": kind.normal == "e164",
        "out": codes.is_out(data, row, at=clock.now()),
        "place": given.index(number) + 1, "of": len(given),
        "references": [(one.reference, words.right(one.right)) for one in requests],
    }  # fmt: skip


def _resend(number: int, page: dict):
    now, vault = clock.now(), here.office().vault
    with db.begin() as data:
        first = _filed(data)[0]
        row = next(row for row in codes.to_prove(data, first) if row.number + 1 == number)
        sent = codes.send(data, vault, first, row, at=now)
    notice = _("We have sent a new code. The old one no longer works.")
    if not sent:
        notice = _("Please wait: a code went out less than a minute ago, or five did within the hour.")
    form = CodeForm()
    form.code.data = ""
    page["out"] = page["out"] or sent
    return render_template("portal/prove.html", form=form, notice=notice, **page), 200 if sent else 429


def _proven(form: CodeForm, number: int) -> bool:
    now, vault = clock.now(), here.office().vault
    with db.begin() as data:
        first = _filed(data)[0]
        rows = [row for row in codes.to_prove(data, first) if row.number + 1 == number]
        right = all(proving.verify_code(data, vault, first, row, form.digits, at=now) for row in rows)
    if right:
        access.open_up(first.submission)
    else:
        form.refuse_code()
    return right


def _go_on(*, after: int):
    with db.begin() as data:
        first = _filed(data)[0]
        number = codes.send_next(data, here.office().vault, first, after=after, at=clock.now())
    return redirect(url_for("portal.prove", number=number) if number else url_for("portal.received"))


def _receipt(data: Session, requests: list[Request]) -> dict:
    first = requests[0]
    entry, references = LedgerEntry, [r.reference for r in requests]
    opened = select(entry.reference, entry.seal).where(entry.number == 1, entry.reference.in_(references))
    seals = dict(data.execute(opened).all())
    rows = proving.own(data, first.reference)
    return {
        "asked": [(r.reference, words.right(r.right), seals[r.reference]) for r in requests],
        "received_at": first.received_at, "due_on": first.due_on, "reference": first.reference,
        "confirmed": sum(row.confirmed_at is not None for row in rows), "given": len(rows),
        "to_prove": [row.number + 1 for row in codes.to_prove(data, first)],
        "systems": len(here.datamap().stores), "lang": language(),
    }  # fmt: skip
