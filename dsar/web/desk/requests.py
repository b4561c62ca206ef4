"""The list of open requests, and the page of one."""

from flask import abort, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from dsar import clock, db
from dsar.errors import BadInput, NotFound
from dsar.models import LedgerEntry, Request
from dsar.services import intake, showing, verdicts
from dsar.terms import Status
from dsar.web import acts, here, progress, remains, words
from dsar.web.desk import listing
from dsar.web.desk.door import bp
from dsar.web.forms import half_width

ENTRIES = 50  # of the ledger, on the page of a request


@bp.get("/")
def requests():
    """Open requests, soonest deadline first; the address says which."""
    given = request.args.to_dict()
    if "reference" in given:
        return _jump(given)
    wish, today = listing.wish(given), here.today()
    with db.read() as data:
        page = listing.listing(data, wish, today)
        count = listing.count(data, wish, today)
    kept = {key: given[key] for key in ("show", "right") if given.get(key)}
    return render_template(
        "desk/requests.html",
        page=page, count=count, today=today, wish=wish, kept=kept, unknown="unknown" in given, **_words(),
    )  # fmt: skip


@bp.errorhandler(listing.NoSuchFilter)
def no_such_filter(_error: listing.NoSuchFilter):
    """An address that was changed by hand, or is of an older version."""
    words = _("Open the list of requests and choose one of the filters there.")
    return render_template("error.html", title=_("There is no such filter"), words=words), 422


@bp.get("/r/<reference>")
def request_page(reference: str):
    """One request: masked identifiers, stores, deadline, ledger; nothing else of the person."""
    now, vault = clock.now(), here.office().vault
    with db.read() as data:
        row = row_of(data, reference)
        if row.reference != reference:
            return redirect(url_for("desk.request_page", reference=row.reference))
        shown = showing.request(data, vault, row, at=now)
        erasure = verdicts.show(data, row) if shown["erasure"] else None
        siblings = [(one.reference, one.right) for one in intake.submitted(data, row.submission)]
        entries = _entries(data, row.reference)
    return render_template(
        "desk/request.html",
        shown=shown, siblings=siblings, entries=entries, strip=progress.strip(shown),
        searched=progress.searched(shown), systems=[_system(store) for store in shown["stores"]],
        verdicts=remains.view(erasure) if erasure else None, **_words(),
    )  # fmt: skip


def row_of(data: Session, reference: str) -> Request:
    """The request of an address; none is a page that is not there."""
    try:
        return intake.get(data, reference)
    except BadInput:
        abort(404)


def _jump(given: dict[str, str]):
    """To the request whose reference was typed; or back to the list, saying that there is none."""
    try:
        with db.read() as data:
            row = intake.get(data, half_width(given["reference"]))
    except (BadInput, NotFound):
        return redirect(url_for("desk.requests", unknown=1))
    return redirect(url_for("desk.request_page", reference=row.reference))


def _entries(data: Session, reference: str) -> list[LedgerEntry]:
    newest = select(LedgerEntry).where(LedgerEntry.reference == reference).order_by(LedgerEntry.number.desc())
    return list(data.scalars(newest.limit(ENTRIES)))


def _system(store: dict) -> dict:
    records = [one["records"] for one in store["collections"]]
    known = [n for n in records if n is not None]
    count = sum(known) if known else None
    return {**store, "mark": words.found(store["state"], count), "records": count}


def _words() -> dict:
    return {
        "right_name": words.right, "status_name": words.status, "act_name": acts.words, "actor_name": acts.who,
        "waits": words.waits, "where": _where,
        "shows": [("all", _("All open")), ("late", _("Late")), ("soon", _("Due within 7 days")),
                  ("verifying", _("Waiting for proof")), ("working", _("In progress"))],
        "rights": words.offered(),
    }  # fmt: skip


def _where(line: listing.Line) -> str:
    """Whom or what a request of the list waits for, in one line."""
    if line.request.status in (Status.RECEIVED, Status.VERIFYING):
        return _("The person’s proof of identity")
    if line.stuck:
        return _("No answer from %(names)s", names=_(", ").join(line.stuck))
    if line.searched < line.stores:
        return _("Searching: %(n)s of %(m)s systems have answered", n=line.searched, m=line.stores)
    if line.stage:
        return _("Erasure: %(stage)s", stage=words.stage(line.stage))
    return _("The copy is being made")
