"""The review list: where stores and forms differ from the data map, gravest first, and what to do about each."""

import json
import re
from typing import Any

from flask import abort, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from dsar import clock, db
from dsar.datamap.likeness import Like
from dsar.errors import NotFound
from dsar.models import Gap
from dsar.services import gaps, reviewing
from dsar.terms import Dismissal, GapKind
from dsar.web import acts, here
from dsar.web.desk.door import bp, may
from dsar.web.desk.forms import DismissForm
from dsar.web.language import own
from dsar.web.parts import Choice, Mark

PAGE = 25
COUNTED = 100  # more are "99+"
PLAIN = re.compile(r"[^\W\d][\w-]{0,63}")  # a name that YAML takes for a name
NOT_PLAIN = frozenset("y n yes no on off true false null".split())  # noqa: SIM905


@bp.context_processor
def to_review() -> dict[str, Any]:
    """How many places copies wait for, beside the link on every page of the desk."""
    return {"to_review": _waiting}


@bp.get("/review")
def review():
    """What is open, a page at a time."""
    with db.read() as data:
        found = gaps.listed(data, limit=PAGE + 1, after=_after(request.args.get("after", "")))
    last = found[PAGE - 1] if len(found) > PAGE else None
    return render_template(
        "desk/review.html",
        lines=[(row, gaps.name(row), _system(row), kind(row), _mark(row)) for row in found[:PAGE]],
        later=f"{last.grave}.{last.id}" if last else None, first="after" not in request.args,
    )  # fmt: skip


@bp.get("/review/<int:number>")
def gap(number: int):
    """One place: what it is and looks like, and what can be said of it."""
    return _page(_row(number), DismissForm())


@bp.post("/review/<int:number>")
def dismiss(number: int):
    """Somebody answers for it that nobody is in it."""
    row = _row(number)
    form = DismissForm()
    form.reason.choices = [(one.value, one.name) for one in _reasons(row)]
    if not form.answered():
        return _page(row, form), form.status
    with db.begin() as data:
        reason = Dismissal(form.reason.data)
        reviewing.dismiss(data, number, by=current_user.name, reason=reason, at=clock.now())
    return redirect(url_for("desk.review"))


def _row(number: int) -> Gap:
    try:
        with db.read() as data:
            return reviewing.one(data, number)
    except (NotFound, OverflowError):
        abort(404)


def _page(row: Gap, form: DismissForm):
    return render_template(
        "desk/gap.html",
        row=row, name=gaps.name(row), system=_system(row), kind=kind(row), mark=_mark(row), form=form,
        why=_why(row), columns=[(name, seen, looks(seen)) for name, seen in row.columns.items()],
        actor_name=acts.who, lines=_lines(row), reasons=_reasons(row) if may("desk.dismiss") and row.open else [],
        reason_words=_dismissals(),
    )  # fmt: skip


def _after(text: str) -> tuple[int, int] | None:
    """Where a page begins; None, the first page, for what is no place."""
    said = re.fullmatch(r"([0-9])\.([0-9]{1,18})", text)
    return (int(said[1]), int(said[2])) if said else None


def _waiting() -> str:
    with db.read() as data:
        found = gaps.count(data, most=COUNTED)
    return f"{COUNTED - 1}+" if found == COUNTED else str(found or "")


def _system(row: Gap) -> str:
    """The store's title, or the form's."""
    datamap = here.datamap()
    if row.store != gaps.FORMS:
        known = datamap.stores.get(row.store)
        return own(known.title) if known else row.store
    titles = [point.title for point in datamap.collection_points if point.name == row.table]
    return own(titles[0]) if titles else row.table


def _mark(row: Gap) -> Mark:
    if not row.open:
        return Mark("done", _("Settled"))
    return Mark("bad", _("Copies wait for it")) if row.personal else Mark("wait", _("To be looked at"))


def kind(row: Gap) -> str:
    """How a place differs, in one line."""
    return {
        GapKind.NEW_TABLE: _("A table that the data map does not name"),
        GapKind.NEW_COLUMN: _("A column that the data map does not name"),
        GapKind.MEANING: _("It holds something else than before"),
        GapKind.TYPE: _("It has another type than before"),
        GapKind.MISSING: _("The data map names it, and it is not there"),
        GapKind.UNTIED: _("A field of a form, and nobody has said where it is kept"),
    }[GapKind(row.kind)]


def _why(row: Gap) -> str:
    """What it means for requests, and who ends it."""
    if row.kind == GapKind.MISSING:
        return _("Searches of this system fail until it is there again or the data map no longer names it.")
    if row.kind == GapKind.UNTIED:
        return _(
            "Copies are not complete until the data map says where the field is kept, or that it is not kept and why."
        )
    if row.personal:
        return _(
            "It looks as if it held personal information. Copies are not complete until somebody has said what it is."
        )
    return _(
        "It does not look personal, and no copy waits for it. Say in the data map what it is all the same."
    )


def looks(seen: dict[str, Any]) -> str:
    """What a column looks like and how one knows; '' where it looks like nothing."""
    if not seen["like"]:
        return ""
    what = _like(seen["like"])
    if seen["alike"] is not None:
        return _("%(n)s of %(m)s look like this: %(what)s", n=seen["alike"], m=seen["of"], what=what)
    return _("Its name says: %(what)s", what=what)


def _like(like: str) -> str:
    return {
        Like.PHONE: _("telephone numbers"),
        Like.EMAIL: _("e-mail addresses"),
        Like.ID_NUMBER: _("numbers of identity papers"),
        Like.BANK_CARD: _("bank cards"),
        Like.PERSON_NAME: _("names of people"),
        Like.ADDRESS: _("postal addresses"),
        Like.BIRTHDAY: _("birthdays"),
        Like.GENDER: _("gender"),
        Like.IP: _("network addresses"),
        Like.DEVICE: _("numbers of devices"),
        Like.ACCOUNT: _("account names"),
        Like.LOCATION: _("places on a map"),
        Like.CREDENTIAL: _("passwords or keys"),
        Like.DIGEST: _("digests, such as of a telephone number"),
        Like.INTERNAL_ID: _("our own numbers of people"),
        Like.FREE_TEXT: _("written text"),
    }[Like(like)]


def _dismissals() -> dict[str, str]:
    return {
        Dismissal.TECHNICAL: _("Technical: logs, versions, settings"),
        Dismissal.REFERENCE: _("Codes, products, prices and the like"),
        Dismissal.ORGANISATION: _("Addresses and numbers of our own organisation"),
        Dismissal.TEST_DATA: _("Test data, invented"),
        Dismissal.KNOWN: _("What the data map says of it is still right"),
    }


def _reasons(row: Gap) -> list[Choice]:
    words = _dismissals()
    return [Choice(reason, words[reason]) for reason in reviewing.reasons(row)]


def _lines(row: Gap) -> str:
    """What an engineer may paste into the map, one way or the other."""
    if row.kind == GapKind.UNTIED:
        field = f"      {_name(row.column)}: "
        return (
            f"collection_points:\n  {_name(row.table)}:\n    fields:\n"
            f"{field}{{title: {{zh: …, en: …}}, place: STORE.COLLECTION.FIELD}}\n"
            f"{field}{{title: {{zh: …, en: …}}, state: not_kept, reason: {{zh: …, en: …}}}}"
        )
    if row.kind not in (GapKind.NEW_TABLE, GapKind.NEW_COLUMN):
        return ""
    held = [
        f"{_name(name)}: {{title: {{zh: …, en: …}}, category: {_category(seen)}}}"
        for name, seen in row.columns.items()
    ]
    columns = ", ".join(map(_name, row.columns))
    some = "" if row.kind == GapKind.NEW_TABLE else f", columns: [{columns}]"
    return "\n".join(
        [
            "fields:",
            *(f"  {line}" for line in held),
            "dismissed:",
            f"  {_name(row.table)}: {{reason: …, by: …{some}}}",
        ]
    )


def _category(seen: dict[str, Any]) -> str:
    return Like(seen["like"]).category if seen["like"] else "other"


def _name(text: str) -> str:
    return (
        text
        if PLAIN.fullmatch(text) and text.lower() not in NOT_PLAIN
        else json.dumps(text, ensure_ascii=False)
    )
