"""The plan of an erasure: what would go, and two decisions: let it go, or hold it."""

from dataclasses import asdict
from typing import Any

from flask import redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from dsar import clock, db
from dsar.datamap.types import Blank, DataMap, Delete, Keep, OnErasure
from dsar.errors import BadInput
from dsar.law import rule
from dsar.models import Request
from dsar.services import erasing, holding, maps, verdicts, weighing
from dsar.terms import Stage
from dsar.web import acts, here, words
from dsar.web.desk.door import bp
from dsar.web.desk.forms import HoldForm
from dsar.web.desk.requests import row_of
from dsar.web.language import own


@bp.get("/r/<reference>/plan")
def plan(reference: str):
    """What an erasure would do, counted before anything goes."""
    return _page(reference, HoldForm())


@bp.post("/r/<reference>/go")
def let_go(reference: str):
    """A second person lets a plan go that is over a limit."""
    with db.begin() as data:
        erasing.go(data, row_of(data, reference), by=current_user.name, at=clock.now())
    return redirect(url_for("desk.plan", reference=reference))


@bp.post("/r/<reference>/hold")
def hold(reference: str):
    """Stop it where it stands."""
    form = HoldForm()
    if not form.answered():
        return _page(reference, form)
    try:
        with db.begin() as data:
            holding.hold(
                data, here.office().vault, row_of(data, reference), by=current_user.name, reason=form.reason.data,
                until=form.day, quietly=form.quietly.data, at=clock.now(),
            )  # fmt: skip
    except BadInput:
        form.until.errors = [_("Enter today or a later day, within ten years")]
        return _page(reference, form)
    return redirect(url_for("desk.plan", reference=reference))


@bp.post("/r/<reference>/release")
def release(reference: str):
    """What was held goes on."""
    with db.begin() as data:
        holding.release(data, row_of(data, reference), by=current_user.name, at=clock.now())
    return redirect(url_for("desk.plan", reference=reference))


def _page(reference: str, form: HoldForm):
    with db.read() as data:
        row = row_of(data, reference)
        gone_by = erasing.of(data, row).gone_by
        shown, datamap = verdicts.show(data, row), maps.get(data, row.map_version)
        stores = [_store(datamap, row, store) for store in shown["stores"]]
        confirmed, waits = erasing.confirmed_by(data, row), weighing.needs_go(data, row)
    planned = shown["stage"] == Stage.PLANNED
    return render_template(
        "desk/plan.html",
        reference=row.reference, shown=shown, form=form, stores=stores, stage=words.stage(shown["stage"]),
        total=sum(one["planned"] or 0 for store in stores for one in store["collections"]),
        over=[_over(one, shown) for one in shown["thresholds"]], waits=planned and waits, gone_by=gone_by,
        confirmed=[acts.who(name) for name in confirmed], own_proof=current_user.name in confirmed,
        held=shown["held"],
        may_hold=shown["stage"] not in (Stage.HELD, Stage.DONE) or _is_kept(shown),
    ), form.status  # fmt: skip


def _is_kept(shown: dict[str, Any]) -> bool:
    """Whether an erasure that is done still has a record that a law keeps for a time."""
    kept = [one for store in shown["stores"] for one in store["collections"] if one["kept"] and one["ground"]]
    return shown["stage"] == Stage.DONE and any(one["ground"]["until"] for one in kept)


def _store(datamap: DataMap, row: Request, store: dict[str, Any]) -> dict[str, Any]:
    known = datamap.stores.get(store["name"])
    collections = [one for one in store["collections"] if one["mapped"]]
    return {
        "title": own(store["title"]),
        "name": store["name"],
        "collections": [
            {
                "title": own(one["title"]) if one["title"] else one["name"],
                "planned": one["planned"],
                "act": _act(known.collections[one["name"]].on_erasure, row) if known and one["title"] else "",
            }
            for one in collections
        ],
    }


def _act(wanted: OnErasure, row: Request) -> str:
    """What an erasure does to the records of a collection, in one line."""
    if row.looks_only:
        return _("Only looked at")
    if isinstance(wanted, Delete):
        return _("Deleted")
    if isinstance(wanted, Blank):
        return _("Kept, with these fields emptied: %(names)s", names=_(", ").join(wanted.fields))
    if isinstance(wanted, Keep):
        law, otherwise = own(asdict(rule(wanted.rule).text)), _act(wanted.otherwise, row)
        return _("Kept while the law wants it (%(law)s); else: %(act)s", law=law, act=otherwise)
    return _("Left as they are: %(reason)s", reason=wanted.reason)


def _over(one: dict[str, Any], shown: dict[str, Any]) -> str:
    """A limit that the plan is over, in one sentence."""
    n, above = one["count"], one["above"]
    if one["name"] == "share":
        store = next(store for store in shown["stores"] if store["name"] == one["store"])
        title = next(own(c["title"]) for c in store["collections"] if c["name"] == one["collection"])
        place = _("%(system)s, %(collection)s", system=own(store["title"]), collection=title)
        return _(
            "%(place)s: %(n)s of %(of)s records, more than %(above)s %% of them",
            place=place, n=n, of=one["of"], above=above,
        )  # fmt: skip
    if one["name"] == "others":
        return ngettext(
            "%(n)s record that would be deleted names other people; the map lets %(above)s go",
            "%(n)s records that would be deleted name other people; the map lets %(above)s go",
            n, n=n, above=above,
        )  # fmt: skip
    return ngettext(
        "%(n)s record in all; the map lets %(above)s go", "%(n)s records in all; the map lets %(above)s go",
        n, n=n, above=above,
    )  # fmt: skip
