"""What is handed over: the copy, and the certificate of an erasure."""

from collections.abc import Callable, Iterator
from functools import partial

from flask import Response, abort, redirect, render_template, request, url_for

from dsar import clock, db
from dsar.jobs import handover
from dsar.services import answering, erasing, ledger, showing, verdicts
from dsar.web import here, progress, remains
from dsar.web.portal import access
from dsar.web.portal.door import bp

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
        downloads = len(ledger.moments(data, asked.reference, "copy.downloaded"))
        waits = answering.waits_for_copy(data, asked)
        begins = (
            clock.day(erasing.waits_until(data, waits), here.datamap().controller.zone) if waits else None
        )
    if not progress.has_copy(shown):
        return redirect(url_for("portal.status", reference=asked.reference))
    files = {one["name"]: one["bytes"] for one in shown["copy"]["files"]}
    systems = [one for one in progress.systems(shown) if one["mark"].kind == "seen"]
    return render_template(
        "portal/copy.html",
        shown=shown, files=files, systems=systems, downloads=downloads, first="first" in request.args,
        begins=begins,
    )  # fmt: skip


@bp.post("/r/<reference>/copy")
def fetch(reference: str):
    """The copy, or one file of it.  Each download is an entry of the ledger, so it is no GET."""
    wanted = request.form.get("file", "zip")
    if wanted not in ("zip", "copy.pdf", "copy.json"):
        abort(404)
    with db.read() as data:
        asked = access.opened(data, reference)
    office, of, whole = here.office(), asked.reference, wanted == "zip"
    chunks = handover.zipped(office, of) if whole else handover.single(office, of, "copy", wanted)
    name = f"copy-{of}.zip" if whole else f"{of}-{wanted}"
    return _handed(chunks, wanted, name, then=partial(handover.downloaded, office, of, whole=whole))


@bp.post("/r/<reference>/copy/whole")
def have(reference: str):
    """The person says that he has the whole copy: now the erasure that waited for it may begin."""
    with db.read() as data:
        asked = access.opened(data, reference)
        downloads = ledger.moments(data, asked.reference, "copy.downloaded")
        waits = answering.waits_for_copy(data, asked)
    if waits is None:
        return redirect(url_for("portal.status", reference=asked.reference))
    if not downloads:
        return redirect(url_for("portal.copy", reference=asked.reference, first=1))
    handover.fetched(here.office(), asked.reference, at=clock.now())
    return redirect(url_for("portal.status", reference=waits.reference))


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


def _handed(
    chunks: Iterator[bytes], kind: str, name: str, then: Callable[..., None] | None = None
) -> Response:
    """A file as an answer; its first piece is made now, so that a refusal is a page and not half a file."""
    first = next(chunks, b"")

    def pieces() -> Iterator[bytes]:
        yield first
        yield from chunks
        if then:  # only now: half a file is no download
            then(at=clock.now())

    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(pieces(), mimetype=KINDS[kind], headers=headers)
