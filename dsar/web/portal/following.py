"""Following a request by its reference and a fresh code; before it, nobody learns whether it exists."""

from flask import abort, redirect, render_template, request, url_for

from dsar import clock, db
from dsar.errors import BadInput, NotFound
from dsar.services import erasing, intake, ledger, showing, verdicts
from dsar.web import here, progress, words
from dsar.web.forms import half_width
from dsar.web.portal import access, codes
from dsar.web.portal.door import bp
from dsar.web.portal.forms import CodeForm, ReferenceForm


@bp.route("/follow", methods=["GET", "POST"])
def follow():
    """Which request."""
    form = ReferenceForm()
    if not form.answered():
        return render_template("portal/follow.html", form=form), form.status
    reference = intake.reference(half_width(form.reference.data))
    _send(reference)
    return redirect(url_for("portal.code", reference=reference))


@bp.get("/r/<reference>")
def status(reference: str):
    """How far we are; or, before a code, the way to get one."""
    plain = _reference(reference)
    if plain != reference:
        return redirect(url_for("portal.status", reference=plain))
    try:
        page = _page(plain)
    except access.NotOpen as closed:
        ended = closed.ended or "ended" in request.args
        return render_template("portal/gate.html", reference=plain, ended=ended)
    return render_template("portal/request.html", **page)


@bp.post("/r/<reference>/send")
def send(reference: str):
    """Send a fresh code, if there is such a request."""
    plain = _reference(reference)
    _send(plain)
    return redirect(url_for("portal.code", reference=plain, again=1 if "again" in request.form else None))


@bp.route("/r/<reference>/code", methods=["GET", "POST"])
def code(reference: str):
    """The code, and then the request."""
    plain, form = _reference(reference), CodeForm()
    if form.answered() and _verified(plain, form):
        return redirect(url_for("portal.status", reference=plain))
    page = render_template("portal/code.html", form=form, reference=plain, again="again" in request.args)
    return page, form.status


@bp.post("/r/<reference>/prove")
def prove_more(reference: str):
    """Go on with what is not proven yet."""
    vault = here.office().vault
    with db.begin() as data:
        asked = access.opened(data, _reference(reference))
        first = intake.submitted(data, asked.submission)[0]
        number = codes.send_next(data, vault, first, after=0, at=clock.now())
    if number is None:
        return redirect(url_for("portal.status", reference=asked.reference))
    access.file(first.submission)
    return redirect(url_for("portal.prove", number=number))


@bp.post("/r/<reference>/leave")
def leave(reference: str):
    """Close the request in this browser."""
    with db.read() as data:
        asked = access.known(data, _reference(reference))
    if asked:
        access.close(asked.submission)
    return redirect(url_for("portal.start"))


def _page(reference: str) -> dict:
    now, vault = clock.now(), here.office().vault
    with db.read() as data:
        asked = access.opened(data, reference)
        shown = showing.request(data, vault, asked, at=now)
        erasure = verdicts.show(data, asked) if shown["erasure"] else None
        together = intake.submitted(data, asked.submission)
        to_prove = codes.to_prove(data, asked)
        downloads = ledger.moments(data, asked.reference, "copy.downloaded")
        expired = ledger.moments(data, asked.reference, "copy.expired")
        begins = erasing.begins(data, asked)
    siblings = [(one.reference, words.right(one.right)) for one in together]
    page = {"shown": shown, "siblings": siblings, "to_prove": bool(to_prove)}
    return page | progress.view(shown, erasure, downloads, expired, begins)


def _send(reference: str) -> None:
    """Send codes if there is such a request; it takes as long if there is none."""
    vault = here.office().vault
    with codes.same_time(), db.begin() as data:
        asked = access.known(data, reference)
        if asked is not None:
            _quietly(codes.send_back, data, vault, asked, at=clock.now())


def _verified(reference: str, form: CodeForm) -> bool:
    right, vault = False, here.office().vault
    with codes.same_time(), db.begin() as data:
        asked = access.known(data, reference)
        if asked is not None:
            right = bool(_quietly(codes.verify_back, data, vault, asked, form.digits, at=clock.now()))
    if asked is not None and right:
        access.open_up(asked.submission)
    else:
        form.refuse_code()
    return right


def _quietly(act, *given, **named):
    """What the act gives; None where the request's keys are destroyed: then it is as if there were none."""
    try:
        return act(*given, **named)
    except NotFound:
        return None


def _reference(text: str) -> str:
    try:
        return intake.reference(text)
    except BadInput:
        abort(404)
