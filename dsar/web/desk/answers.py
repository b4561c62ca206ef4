"""What every system answered in an inspection, in plain values for its page."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from dsar.web.language import own
from dsar.web.parts import Mark
from dsar.web.words import verdict

Shown = dict[str, Any]  # the record, as it is signed
ENTRIES = 50  # of the ledger of each request


def view(shown: Shown) -> dict[str, Any]:
    """What the page's template needs."""
    stores = shown["stores"]
    return {
        "shown": shown,
        "answer": _answer(stores),
        "silent": _silent(stores),
        "took": sum(one["milliseconds"] or 0 for one in stores),
        "boxes": [_box(one, shown["identifier"]["masked"]) for one in stores if one["box"]],
        "stores": [_store(one) for one in stores],
        "requests": [_request(one) for one in shown["requests"]],
    }


def _answer(stores: list[Shown]) -> Mark:
    """All of it in one line."""
    n = sum(one["records"] or 0 for one in stores)
    derived = sum(map(_entries, stores))
    if not n and derived:
        words = ngettext(
            "No record of this person, but %(n)s entry in what databases derive from their tables.",
            "No record of this person, but %(n)s entries in what databases derive from their tables.",
            derived, n=derived,
        )  # fmt: skip
        return Mark("seen", words)
    if not n:
        return Mark("none", _("Nothing of this person was found."))
    full = sum(bool(one["records"]) for one in stores)
    words = ngettext(
        "%(n)s record of this person, in %(full)s of %(all)s systems.",
        "%(n)s records of this person, in %(full)s of %(all)s systems.",
        n, n=n, full=full, all=len(stores),
    )  # fmt: skip
    return Mark("seen", words)


def _entries(one: Shown) -> int:
    """How many entries of a system's derived places tell of the person."""
    return sum(place["entries"] for place in one["derived"] or ())


def _silent(stores: list[Shown]) -> Mark | None:
    """Which systems did not say what they hold."""
    names = [own(one["title"]) for one in stores if one["state"] != "answered"]
    return Mark("wait", _("Not answered: %(names)s.", names=_(", ").join(names))) if names else None


def _box(one: Shown, masked: str) -> Shown:
    """A search box as it stood when all was typed, and from which character on it offered the person."""
    offered = one["box"]["offered"]
    first = next((n for n, entries in enumerate(offered, 1) if entries), None)
    return {
        "title": own(one["title"]), "typed": masked, "prefixes": len(offered), "entries": max(offered, default=0),
        "first": first,
    }  # fmt: skip


def _store(one: Shown) -> Shown:
    return one | {"title": own(one["title"]), "mark": _mark(one), "lines": _lines(one)}


def _mark(one: Shown) -> Mark:
    if one["state"] == "unreachable":
        return Mark("wait", _("Gave no answer"))
    if one["state"] != "answered":
        return Mark("bad", _("Refused to answer"))
    if one["records"]:
        n = one["records"]
        return Mark("seen", ngettext("%(n)s record found", "%(n)s records found", n, n=n))
    if n := _entries(one):
        return Mark(
            "seen", ngettext("%(n)s entry in derived places", "%(n)s entries in derived places", n, n=n)
        )
    return Mark("none", _("Nothing found"))


def _lines(one: Shown) -> list[str]:
    """Where it stands, and how that was seen."""
    keyed = [
        _("%(title)s, by key: %(n)s", title=own(each["title"]), n=each["records"])
        for each in one["collections"]
        if each["records"]
    ]
    derived = [
        _("%(place)s, derived: %(n)s", place=f"{each['place']}, {each['column']}", n=each["entries"])
        for each in one["derived"] or ()
    ]
    valued = [
        _("%(place)s, by value: %(n)s", place=f"{each['table']}.{each['column']}", n=each["records"])
        if each["mapped"]
        else _(
            "%(place)s, by value: %(n)s (not in the data map)",
            place=f"{each['table']}.{each['column']}",
            n=each["records"],
        )
        for each in one["places"]
    ]
    return keyed + valued + derived


def _request(one: Shown) -> Shown:
    return one | {
        "mark": verdict(one["verdict"]) if one["verdict"] else None,
        "kept": [_kept(each) for each in one["kept"]],
        "newest": one["entries"][::-1][:ENTRIES],
    }


def _kept(one: Shown) -> Shown:
    return {
        "title": own(one["title"] or {}) or one["collection"], "records": one["records"], "locked": one["locked"],
        "until": one["ground"]["until"] if one["ground"] else None,
        "text": own((one["ground"] or {}).get("text") or one["reason"] or {}),
    }  # fmt: skip
