"""What became of an erasure, store by store, in plain values."""

from typing import Any

from flask_babel import gettext as _

from dsar.terms import Seen, Verdict
from dsar.web import answers, words
from dsar.web.language import own
from dsar.web.parts import Mark

Shown = dict[str, Any]  # `erasure show`
COUNTS = ("found", "erased", "kept", "residue")


def view(erasure: Shown) -> dict[str, Any]:
    """What the page's template needs."""
    stores = [_store(one) for one in erasure["stores"]]
    return {
        "stores": stores,
        "counts": {name: sum(one[name] for one in stores) for name in COUNTS},
        "mark": words.verdict(erasure["verdict"]),
        "proof": {"mark": words.verdict(Verdict.KEPT), "ground": erasure["proof"]["ground"]},
        "recipients": recipients(erasure),
        "relooks": erasure["relooks"],
        "last_backup": max((one["gone_by"] for one in erasure["backups"]), default=None),
        "typed": any(look["how"] == Seen.PREFIX for one in _collections(erasure) for look in one["looks"]),
    }


def _collections(erasure: Shown) -> list[Shown]:
    return [one for store in erasure["stores"] for one in store["collections"]]


def _store(store: Shown) -> dict[str, Any]:
    collections = store["collections"]
    return {
        "title": own(store["title"]),
        "mark": _mark(store["verdict"], collections),
        "collections": [_collection(one) for one in collections],
        "looked": max((look["at"] for one in collections for look in one["looks"]), default=None),
        **{name: sum(one[name] or 0 for one in collections) for name in COUNTS},
    }


def _collection(one: Shown) -> dict[str, Any]:
    return {
        "title": own(one["title"]) if one["title"] else _("A place our register does not name"),
        "mark": _mark(one["verdict"], [one]),
        "counts": {name: one[name] for name in COUNTS},
        "ground": one["ground"],
        "kept_until": one["ground"]["until"] if one["verdict"] == Verdict.KEPT and one["ground"] else None,
        "locked": one["locked"],
        "says": _says(one),
    }


def _mark(verdict: str, collections: list[Shown]) -> Mark:
    """A verdict; what stays for another reason than a law is only kept."""
    otherwise = any(one["kept"] and (one["reason"] or not one["ground"]) for one in collections)
    if verdict == Verdict.KEPT and otherwise:
        return Mark("kept", _("Kept"))
    loose = verdict == Verdict.KEPT and any(one["kept"] and one["locked"] is False for one in collections)
    return Mark("kept", _("Kept by law, not locked")) if loose else words.verdict(verdict)


def recipients(erasure: Shown) -> list[dict[str, Any]]:
    """Who received records: how far each is, and its days."""
    told = erasure["recipients"]
    return [
        {**one, "title": own(one["title"]) or one["name"], "mark": answers.recipient(one)} for one in told
    ]


def _says(one: Shown) -> str:
    """One sentence on a collection, where its counts do not say everything."""
    prefixes = [look for look in one["looks"] if look["how"] == Seen.PREFIX]
    if one["verdict"] == Verdict.KEPT and one["reason"]:
        return own(one["reason_text"])
    if one["verdict"] == Verdict.KEPT and one["ground"]:
        return ""
    if one["verdict"] == Verdict.RESIDUE:
        return _("Something is still there. We go on until it is gone.")
    if one["verdict"] == Verdict.UNREACHABLE:
        return _("The system did not answer. We try again by ourselves, and your request stays open.")
    if prefixes and prefixes[-1]["left"] == 0:
        return _("We typed what you gave us into the search box, letter by letter: nothing was offered.")
    return ""
