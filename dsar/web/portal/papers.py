"""What is handed over: the copy, and the certificate of an erasure."""

from collections.abc import Iterator

from flask import Response, abort, redirect, render_template, request, url_for

from dsar import clock, db
from dsar.jobs import handover
from dsar.services import ledger, showing, verdicts
from dsar.web import here, progress, remains
from dsar.web.portal import access
from dsar.web.portal.door import bp

FETCHED = "copy.fetched"  # the act in the ledger
KINDS = {
    "zip": "application/zip",
    "copy.pdf": "application/pdf",
    "copy.json": "application/json",
    "certificate.pdf": "application/pdf",
}


@bp.get("/r/<reference>/copy")
def copy(reference: str):
    """What is in the copy, and until when it can be fetched."""
    with db.read() as data:
        asked = access.opened(data, reference)
        shown = showing.request(data, here.office().vault, asked, at=clock.now())
        fetched = len(ledger.facts_of(data, asked.reference, FETCHED))
    if not progress.has_copy(shown):
        return redirect(url_for("portal.status", reference=asked.reference))
    files = {one["name"]: one["bytes"] for one in shown["copy"]["files"]}
    systems = [one for one in progress.view(shown, None)["systems"] if one["mark"].kind == "seen"]
    return render_template("portal/copy.html", shown=shown, files=files, systems=systems, fetched=fetched)


@bp.post("/r/<reference>/copy")
def fetch(reference: str):
    """The copy, or one file of it.  That it was fetched is an entry of the ledger, so it is no GET."""
    wanted = request.form.get("file", "zip")
    if wanted not in ("zip", "copy.pdf", "copy.json"):
        abort(404)
    with db.read() as data:
        asked = access.opened(data, reference)
    office, of = here.office(), asked.reference
    if wanted == "zip":
        return _handed(handover.zipped(office, of), wanted, f"copy-{of}.zip", fetched=of)
    return _handed(handover.single(office, of, "copy", wanted), wanted, f"{of}-{wanted}", fetched=of)


@bp.get("/r/<reference>/erased")
def erased(reference: str):
    """What was erased, what was not, and why."""
    now, vault = clock.now(), here.office().vault
    with db.read() as data:
        asked = access.opened(data, reference)
        shown = showing.request(data, vault, asked, at=now)
        if not shown["erasure"]:
            return redirect(url_for("portal.status", reference=asked.reference))
        erasure = verdicts.show(data, asked)
    if not progress.erasure_begun(erasure):
        return redirect(url_for("portal.status", reference=asked.reference))
    return render_template("portal/erased.html", shown=shown, erasure=erasure, **remains.view(erasure))


@bp.get("/r/<reference>/certificate.pdf")
def certificate(reference: str):
    """The certificate of the erasure."""
    with db.read() as data:
        asked = access.opened(data, reference)
    chunks = handover.single(here.office(), asked.reference, "certificate", "certificate.pdf")
    return _handed(chunks, "certificate.pdf", f"{asked.reference}-certificate.pdf")


def _handed(chunks: Iterator[bytes], kind: str, name: str, fetched: str | None = None) -> Response:
    """A file as an answer; its first piece is made now, so that a refusal is a page and not half a file."""
    first, office = next(chunks, b""), here.office()

    def pieces() -> Iterator[bytes]:
        yield first
        yield from chunks
        if fetched:  # only now: who got half a file has not got the copy
            handover.fetched(office, fetched, at=clock.now())

    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(pieces(), mimetype=KINDS[kind], headers=headers)
