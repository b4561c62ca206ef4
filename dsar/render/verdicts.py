"""Verdicts of an erasure in words and shapes, and what each row of a certificate says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from markupsafe import Markup

from dsar import clock
from dsar.datamap.types import Text
from dsar.render.certificate import Certificate
from dsar.render.cover import Pair
from dsar.render.typeset import Typeset
from dsar.terms import OPEN_VERDICTS, Seen, Verdict

MARKS = {  # the shape beside each verdict: never colour alone
    Verdict.RESIDUE: "away",
    Verdict.UNREACHABLE: "away",
    Verdict.UNCONFIRMED: "away",
    Verdict.PENDING: "away",
    Verdict.CANNOT: "away",
    Verdict.KEPT: "half",
    Verdict.ERASED: "full",
    Verdict.NOTHING_HELD: "empty",
}


@dataclass(frozen=True)
class Line:
    """One collection: its counts ('–' where not known), its verdict, and how it was looked at again."""

    title: Markup
    counts: tuple[str, str, str, str]  # found, erased, kept, left over
    mark: str
    verdict: Markup
    look: Markup


@dataclass(frozen=True)
class StoreLines:
    """One store with the verdict of the whole, and its collections."""

    title: Markup
    mark: str
    verdict: Markup
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Unsettled:
    """A place that is not settled: where, the verdict, and what it means for the person."""

    where: Markup
    verdict: Markup
    pairs: tuple[Pair, ...]


def verdict_words(verdict: str, setting: Typeset) -> Markup:
    """A verdict as the person reads it."""
    _ = setting.say
    return {
        Verdict.RESIDUE: _("Still there"),
        Verdict.UNREACHABLE: _("Not reachable"),
        Verdict.UNCONFIRMED: _("Not confirmed"),
        Verdict.PENDING: _("At work"),
        Verdict.CANNOT: _("Cannot be erased"),
        Verdict.KEPT: _("Kept by law"),
        Verdict.ERASED: _("Erased"),
        Verdict.NOTHING_HELD: _("Nothing found"),
    }[Verdict(verdict)]


def kept_label(certificate: Certificate) -> str:
    """What the count of kept records is called, to be said in the reader's language."""
    return "Kept by law" if certificate.by_law else "Kept"


def number(count: int | None) -> str:
    """A count on paper; one that is not known is no number, and never 0."""
    return "–" if count is None else f"{count:,}"


def so_far(total: tuple[int, bool]) -> str:
    """A sum on paper; a plus says that more may come."""
    known, whole = total
    return f"{known:,}" if whole else f"{known:,}+"


def store_lines(certificate: Certificate, setting: Typeset) -> tuple[StoreLines, ...]:
    """Every store and collection with its counts and verdict."""
    return tuple(
        StoreLines(
            title=_title(store, setting),
            mark=MARKS[Verdict(store["verdict"])],
            verdict=_word(store["verdict"], store["collections"], setting),
            lines=tuple(_line(collection, setting) for collection in store["collections"]),
        )
        for store in certificate.show["stores"]
    )


def unsettled(certificate: Certificate, setting: Typeset) -> tuple[Unsettled, ...]:
    """The collections that an erasure could not settle, or cannot."""
    return tuple(
        Unsettled(
            where=_where(store, collection, setting),
            verdict=verdict_words(collection["verdict"], setting),
            pairs=_meaning(collection, setting, looks_only=certificate.show["looks_only"]),
        )
        for store, collection in certificate.collections()
        if Verdict(collection["verdict"]) in OPEN_VERDICTS | {Verdict.CANNOT}
    )


def kept(certificate: Certificate, setting: Typeset) -> tuple[tuple[Markup, Markup, tuple[Pair, ...]], ...]:
    """What is kept: where, how many, and why; by a law (PIPL 47(2)), which, until when, in what state."""
    ngettext = setting.ngettext
    return tuple(
        (
            _where(store, collection, setting),
            ngettext("%(n)s record", "%(n)s records", collection["kept"]),
            _keeping(collection, setting),
        )
        for store, collection in certificate.collections()
        if collection["kept"]
    )


def _word(verdict: str, collections: Sequence[Mapping[str, Any]], setting: Typeset) -> Markup:
    """A verdict in words; what stays for another reason than a law is only kept."""
    _ = setting.say
    otherwise = any(one["kept"] and (one["reason"] or not one["ground"]) for one in collections)
    if verdict == Verdict.KEPT and otherwise:
        return _("Kept")
    loose = verdict == Verdict.KEPT and any(one["kept"] and one["locked"] is False for one in collections)
    return _("Kept by law, not locked") if loose else verdict_words(verdict, setting)


def _line(collection: Mapping[str, Any], setting: Typeset) -> Line:
    return Line(
        title=_title(collection, setting),
        counts=tuple(number(collection[name]) for name in ("found", "erased", "kept", "residue")),  # type: ignore[arg-type]
        mark=MARKS[Verdict(collection["verdict"])],
        verdict=_word(collection["verdict"], [collection], setting),
        look=_look(collection["looks"], setting),
    )


def _look(looks: list[Mapping[str, Any]], setting: Typeset) -> Markup:
    """How the last look was made, and when."""
    _ = setting.say
    if not looks:
        return Markup("")
    told = {
        Seen.LOCATOR: _("by place"),
        Seen.VALUE: _("by value, every column"),
        Seen.PREFIX: _("in the search box"),
    }
    ways = dict.fromkeys(told[Seen(look["how"])] for look in looks)
    last = max(clock.parse(look["at"]) for look in looks)
    return Markup('{}<span class="quiet block">{}</span>').format(setting.join(ways), setting.moment(last))


def _meaning(collection: Mapping[str, Any], setting: Typeset, *, looks_only: bool) -> tuple[Pair, ...]:
    _ = setting.say
    verdict = Verdict(collection["verdict"])
    then = {
        Verdict.RESIDUE: _("Your request stays open. We erase again and look again until nothing is left."),
        Verdict.UNREACHABLE: _(
            "Your request stays open. We try again by ourselves until the system answers."
        ),
        Verdict.UNCONFIRMED: _("Your request stays open until the answer is here."),
        Verdict.PENDING: _("Your request stays open until this is done."),
        Verdict.CANNOT: _("We tell you so, and why. You may complain, or sue."),
    }[verdict]
    if looks_only:
        then = _("This look erased nothing. The records named here are still there.")
    if collection.get("remedy"):
        then = _(
            "The system derives this place from its records. It is brought up to date, and we look again until it "
            "holds nothing of you."
        )
    elif not collection["mapped"]:
        then = _(
            "This place is missing from our inventory. We never erase there unseen; once someone has "
            "entered it, your request goes on by itself."
        )
    places = (_("%(table)s, column %(column)s", **_names(place, setting)) for place in collection["where"])
    return (
        (_("Left over"), _left(collection["residue"], setting)),
        (_("Where"), setting.join(places)),
        (_("Reason"), _why(collection, setting)),
        (_("Ground"), _ground(collection["ground"], setting)),
        (_("What follows"), then),
    )


def _names(place: Mapping[str, Any], setting: Typeset) -> dict[str, Markup]:
    return {name: setting.own(place[name]) for name in ("table", "column")}


def _left(residue: int | None, setting: Typeset) -> Markup:
    _, ngettext = setting.say, setting.ngettext
    return (
        ngettext("%(n)s record", "%(n)s records", residue)
        if residue
        else _("Not known")
        if residue is None
        else Markup("")
    )


def _keeping(collection: Mapping[str, Any], setting: Typeset) -> tuple[Pair, ...]:
    _ = setting.say
    ground = collection["ground"] or {}
    why: tuple[Pair, ...] = ((_("Reason"), _why(collection, setting)),)
    if not ground:
        return why
    locked = _(
        "Locked: stored and protected, used for nothing else (Personal Information Protection Law, "
        "Art. 47(2)). Erased by itself on that date; we will tell you."
    )
    loose = _(
        "Not locked: this system cannot lock it. We use it for nothing but storing and protecting it "
        "(Personal Information Protection Law, Art. 47(2)). Erased by itself on that date; we will tell you."
    )
    until = ground.get("until")
    return (
        (_("Law"), _ground(collection["ground"], setting)),
        (_("Until"), setting.weekday(date.fromisoformat(until)) if until else _("Not known")),
        (_("Meanwhile"), locked if collection["locked"] else loose),
        *(why if collection["verdict"] == Verdict.KEPT and collection["reason"] else ()),
    )


def _ground(ground: Mapping[str, Any] | None, setting: Typeset) -> Markup:
    if not ground:
        return Markup("")
    text: Text = ground["text"]
    return setting.words(text) or setting.own(f"{ground['law']} {ground['article']}")


def _where(store: Mapping[str, Any], collection: Mapping[str, Any], setting: Typeset) -> Markup:
    return setting.join((_title(store, setting), _title(collection, setting)))


def _title(thing: Mapping[str, Any], setting: Typeset) -> Markup:
    """The title of a store or collection; a place that no map names has only its name."""
    return setting.words(thing.get("title") or {}) or setting.own(thing["name"])


def _why(collection: Mapping[str, Any], setting: Typeset) -> Markup:
    """The reason in the reader's language; what a store said of itself stays in its own words."""
    return setting.words(collection.get("reason_text") or {}) or setting.own(collection["reason"] or "")
