"""The record of an inspection as it stands on paper: what every system answered, and how to check that it is so."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from dsar import clock
from dsar.render.cover import Cover, Pair, pretended, sentences
from dsar.render.inspection_requests import Concerned, concerned
from dsar.render.typeset import Typeset, code, nobr, quiet
from dsar.terms import Role

Shown = Mapping[str, Any]  # the record, as it is signed
Line = tuple[Markup, str, Markup]  # what was asked, how many records, how or where


@dataclass(frozen=True)
class StorePart:
    """One system: its state, how it was asked, and each answer."""

    title: Markup
    mark: str
    state: Markup
    how: Markup
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Typing:
    """One search box: one row a character."""

    title: Markup
    rows: tuple[tuple[str, str, Markup], ...]  # typed, mark, what was offered


@dataclass(frozen=True)
class InspectionPaper:
    """What the template prints."""

    cover: Cover
    figures: tuple[tuple[Markup, str], ...]
    stores: tuple[StorePart, ...]
    boxes: tuple[Typing, ...]
    requests: tuple[Concerned, ...]
    seal: tuple[Pair, ...]


def inspection_paper(shown: Shown, signature: Mapping[str, str], setting: Typeset) -> InspectionPaper:
    """The whole record in the reader's language."""
    return InspectionPaper(
        cover=_cover(shown, setting),
        figures=_figures(shown, setting),
        stores=tuple(_store(one, setting) for one in shown["stores"]),
        boxes=tuple(_typing(one, shown, setting) for one in shown["stores"] if one["box"]),
        requests=tuple(concerned(one, setting) for one in shown["requests"]),
        seal=_seal(shown, signature, setting),
    )


def _cover(shown: Shown, setting: Typeset) -> Cover:
    _ = setting.say
    typed = shown["identifier"]
    silent = [one for one in shown["stores"] if one["state"] != "answered"]
    names = setting.join(setting.words(one["title"]) for one in silent)
    return Cover(
        reference=str(shown["number"]),
        title=_("Record of an inspection"),
        statement=_statement(shown, setting),
        warning=_("Not every system answered: %(names)s.", names=names) if silent else Markup(""),
        remarks=(
            _("Nothing was changed in any system: they were only read."),
            _("What was typed is masked here, so that this document can be shown to others; part 4 says how to prove which it was."),  # noqa: E501
        ),
        pretend=pretended(shown["made_at"] if shown["pretended"] else None, setting),
        pairs=(
            (_("Typed"), setting.words(typed["title"]) + Markup(" ") + nobr(setting.own(typed["masked"]))),
            (_("Inspected by"), setting.own(shown["by"]["name"]) + quiet(_role(shown["by"]["role"], setting))),
            (_("Reason"), setting.own(shown["reason"])),
            (_("Case or order"), setting.own(shown["case"] or "")),
            (_("Begun"), setting.moment(clock.parse(shown["opened_at"]))),
            (_("Record made"), setting.moment(clock.parse(shown["made_at"]))),
            (_("Data map"), _("Version %(n)s", n=shown["map"]["version"])),
        ),
    )  # fmt: skip


def _statement(shown: Shown, setting: Typeset) -> Markup:
    _, ngettext = setting.say, setting.ngettext
    stores = shown["stores"]
    answered = [one for one in stores if one["state"] == "answered"]
    counts = {"systems": setting.strong(len(stores)), "answered": setting.strong(len(answered))}
    told = [
        _("We asked all %(systems)s systems of the data map, and all answered.", **counts)
        if len(answered) == len(stores)
        else _("We asked all %(systems)s systems of the data map; %(answered)s answered.", **counts)
    ]
    records, derived = _records(shown), sum(map(_entries, stores))
    if not records and not derived:
        return sentences(setting, [*told, _("Nothing of this person was found.")])
    if not records:
        return sentences(setting, [*told, _only_derived(derived, setting)])
    full = setting.strong(sum(one["records"] > 0 for one in answered))
    found = ngettext(
        "%(records)s record of this person was found, in %(full)s of them.",
        "%(records)s records of this person were found, in %(full)s of them.",
        records,
        full=full,
        records=setting.strong(records),
    )
    return sentences(setting, [*told, found, *_kept_words(shown, setting)])


def _only_derived(derived: int, setting: Typeset) -> Markup:
    _, ngettext = setting.say, setting.ngettext
    return ngettext(
        "No record of this person was found, but %(n)s entry in what databases derive from their tables.",
        "No record of this person was found, but %(n)s entries in what databases derive from their tables.",
        derived,
    )


def _entries(one: Shown) -> int:
    """How many entries of a system's derived places tell of the person."""
    return sum(place["entries"] for place in one["derived"] or ())


def _kept_words(shown: Shown, setting: Typeset) -> Iterator[Markup]:
    _ = setting.say
    kept = [one["records"] for request in shown["requests"] for one in request["kept"] if one["ground"]]
    if kept:
        yield _("An erasure says that the law wants %(kept)s kept.", kept=setting.strong(sum(kept)))


def _records(shown: Shown) -> int:
    return sum(one["records"] or 0 for one in shown["stores"])


def _figures(shown: Shown, setting: Typeset) -> tuple[tuple[Markup, str], ...]:
    _ = setting.say
    stores = shown["stores"]
    boxes = [one["box"] for one in stores if one["box"]]
    return (
        (_("Systems asked"), str(len(stores))),
        (_("Answered"), str(sum(one["state"] == "answered" for one in stores))),
        (_("Records found"), f"{_records(shown):,}"),
        (_("Boxes that offer it"), str(sum(any(box["offered"]) for box in boxes))),
    )


def _role(role: str, setting: Typeset) -> Markup:
    _ = setting.say
    return {Role.OFFICER: _("Officer"), Role.INSPECTOR: _("Inspector")}[Role(role)]


def _store(one: Shown, setting: Typeset) -> StorePart:
    mark, state = _state(one, setting)
    return StorePart(
        setting.words(one["title"]), mark, state, _how(one, setting), tuple(_lines(one, setting))
    )


def _state(one: Shown, setting: Typeset) -> tuple[str, Markup]:
    _, ngettext = setting.say, setting.ngettext
    if one["state"] == "unreachable":
        return "away", _("Gave no answer")
    if one["state"] != "answered":
        return "away", _("Refused to answer")
    if one["records"]:
        return "full", ngettext("%(n)s record", "%(n)s records", one["records"])
    if entries := _entries(one):
        return "half", ngettext("%(n)s entry in derived places", "%(n)s entries in derived places", entries)
    return "empty", _("Nothing found")


def _how(one: Shown, setting: Typeset) -> Markup:
    """By what it was asked, when, and how long it took."""
    _ = setting.say
    account = _("account %(name)s", name=setting.own(one["account"])) if one["account"] else Markup("")
    parts = [setting.own(one["connector"]), account]
    if one["asked_at"]:
        moment = setting.moment(clock.parse(one["asked_at"]))
        took = f"{one['milliseconds']:,}"
        parts.append(_("asked %(moment)s, answered after %(ms)s ms", moment=moment, ms=took))
    return setting.join(part for part in parts if part)


def _lines(one: Shown, setting: Typeset) -> Iterator[Line]:
    _ = setting.say
    if one["reason"]:
        yield _("What it said"), "–", setting.own(one["reason"])
    if one["state"] != "answered":
        return
    for collection in one["collections"]:
        if collection["records"] is None:
            yield setting.words(collection["title"]), "–", _("by key: nothing that is known leads here")
        else:
            by = setting.join(setting.own(kind) for kind in collection["by"])
            yield (
                setting.words(collection["title"]),
                f"{collection['records']:,}",
                _("by key: %(kinds)s", kinds=by),
            )
    yield (
        _("Every column, by value"),
        f"{sum(place['records'] for place in one['places']):,}",
        _places(one, setting),
    )
    if one["derived"] is not None:
        yield _("What the database derives from its tables"), f"{_entries(one):,}", _derived(one, setting)
    if one["box"]:
        yield (
            _("The search box"),
            f"{max(one['box']['offered'], default=0):,}",
            _offered_from(one["box"], setting),
        )


def _places(one: Shown, setting: Typeset) -> Markup:
    _ = setting.say
    if not one["places"]:
        return _("it stands in none")
    line, aside = Markup('<span class="block">{}: {}{}</span>'), _(" (not in the data map)")
    return Markup("").join(
        line.format(
            setting.own(f"{place['table']}.{place['column']}"),
            f"{place['records']:,}",
            "" if place["mapped"] else aside,
        )
        for place in one["places"]
    )


def _derived(one: Shown, setting: Typeset) -> Markup:
    _ = setting.say
    if not one["derived"]:
        return _("nothing tells of it there")
    line = Markup('<span class="block">{}: {}</span>')
    return Markup("").join(
        line.format(setting.own(f"{place['place']}, {place['column']}"), f"{place['entries']:,}")
        for place in one["derived"]
    )


def _offered_from(box: Shown, setting: Typeset) -> Markup:
    _ = setting.say
    first = next((n for n, offered in enumerate(box["offered"], 1) if offered), None)
    if first is None:
        return _("typed character by character: nothing of this person was offered")
    return _("typed character by character: offered from character %(n)s on", n=first)


def _typing(one: Shown, shown: Shown, setting: Typeset) -> Typing:
    _, ngettext = setting.say, setting.ngettext
    masked, offered = shown["identifier"]["masked"], one["box"]["offered"]
    same = len(masked) == len(offered)  # else the mask does not stand character for character
    rows = []
    for n, count in enumerate(offered, 1):
        counted = masked if n == len(offered) else _("%(n)s characters", n=n).striptags()
        typed = masked[:n] if same else counted
        words = ngettext("%(n)s entry", "%(n)s entries", count) if count else _("Nothing")
        rows.append((typed, "full" if count else "empty", words))
    return Typing(setting.words(one["title"]), tuple(rows))


def _seal(shown: Shown, signature: Mapping[str, str], setting: Typeset) -> tuple[Pair, ...]:
    _ = setting.say
    ledger, typed = shown["ledger"], shown["identifier"]
    checkpoint = ledger["checkpoint"]
    return (
        (_("Digest of the record (SHA-256)"), code(signature["sha256"])),
        (_("Signature (Ed25519)"), code(signature["value"])),
        (_("Public key"), code(signature["public_key"])),
        (_("Keyed digest of what was typed"), code(typed["keyed_digest"])),
        (_("Ledger of inspections"), _("entry %(n)s", n=ledger["entries"])),
        (_("Head of the ledger (SHA-256)"), code(ledger["head"])),
        (
            _("Checkpoint of all ledgers"),
            _("number %(n)s", n=checkpoint["number"]) if checkpoint else Markup(""),
        ),
        (_("Its root (SHA-256)"), code(checkpoint["root"]) if checkpoint else Markup("")),
    )
