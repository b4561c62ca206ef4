"""The sections of a map besides its stores: who answers, what is promised, whom and why."""

import re
from collections.abc import Collection, Mapping
from typing import Literal
from zoneinfo import ZoneInfo, available_timezones

from dsar.datamap import channels
from dsar.datamap.phones import REGIONS
from dsar.datamap.report import nearest
from dsar.datamap.spot import Spot
from dsar.datamap.types import NO_TEXT, Controller, IdentifierKind, Promise, Purpose, Recipient, Sender, Text

NAME = re.compile(r"\w[\w\-]{0,63}")  # names become file names and parts of paths
Normal = Literal["e164", "email", "exact"]
NORMALS = ("e164", "email", "exact")
PROOFS = ("code", "staff")
UNITS = ("calendar_days", "business_days")
LONGEST_PROMISE = {"days": 365, "months": 12}
KNOWN_TITLES: Mapping[str, Text] = {
    "phone": {"zh": "手机号码", "en": "Phone number"},
    "email": {"zh": "电子邮箱", "en": "E-mail address"},
}
USUAL_NORMAL = {"phone": "e164", "email": "email"}


def named(spot: Spot) -> dict[str, Spot]:
    """The places below, whose names the map's author chose."""
    items = spot.items()
    for name, item in items.items():
        if not NAME.fullmatch(name):
            item.wrong("a name is at most 64 letters, digits, _ and -")
    return items


def controller(spot: Spot, known_rules: Collection[str] | None) -> Controller:
    """Who answers."""
    items = spot.keys("name contact", "legal_name address phone officer laws zone")
    name = items["name"].texts() if "name" in items else NO_TEXT
    return Controller(
        name=name,
        legal_name=items["legal_name"].texts() if "legal_name" in items else name,
        contact=text(items, "contact"),
        address=texts(items, "address"),
        phone=text(items, "phone"),
        officer=texts(items, "officer"),
        laws=_laws(items["laws"], known_rules) if "laws" in items else ("CN",),
        zone=_zone(items["zone"]) if "zone" in items else "Asia/Shanghai",
    )


def promise(spot: Spot) -> Promise:
    """The period of the published policy: `{days: 15, unit: calendar_days}` or `{months: 1}`."""
    items = spot.keys("", "days unit months")
    if len(items.keys() & LONGEST_PROMISE.keys()) != 1:
        spot.wrong("say how long: {days: 15, unit: calendar_days}, or {months: 1}")
        return Promise(1, UNITS[0])
    if "months" in items:
        if "unit" in items:
            items["unit"].choice(["months"], "unit of months; leave it out")
        return Promise(items["months"].whole(1, LONGEST_PROMISE["months"]), "months")
    unit = items["unit"].choice(UNITS, "unit of days") if "unit" in items else UNITS[0]
    return Promise(items["days"].whole(1, LONGEST_PROMISE["days"]), unit)


def identifier_kinds(spot: Spot) -> dict[str, IdentifierKind]:
    """What people are known by, and our own numbers for them."""
    kinds = {name: _kind(item) for name, item in named(spot).items()}
    if not any(not kind.internal for kind in kinds.values()):
        spot.wrong("name at least one kind that a person can prove, as in `phone: {proof: code}`")
    return kinds


def purposes(spot: Spot) -> dict[str, Purpose]:
    """Why things are held, by name."""
    return {name: purpose(item) for name, item in named(spot).items()}


def purpose(spot: Spot) -> Purpose:
    """One purpose; its name is its place's."""
    items = spot.keys("title", "legal_basis retention")
    return Purpose(
        name=spot.name,
        title=texts(items, "title"),
        legal_basis=texts(items, "legal_basis"),
        retention=texts(items, "retention"),
    )


def recipients(spot: Spot, stores: Collection[str], kinds: channels.Kinds) -> dict[str, Recipient]:
    """Who received records, by name."""
    return {name: _recipient(item, stores, kinds) for name, item in named(spot).items()}


def senders(spot: Spot) -> dict[str, Sender]:
    """Who may ask us to erase, by name."""
    return {name: channels.sender(item) for name, item in named(spot).items()}


def text(items: Mapping[str, Spot], key: str) -> str:
    """A text that may be left out: then ''."""
    return items[key].text() if key in items else ""


def texts(items: Mapping[str, Spot], key: str) -> Text:
    """Words in both languages that may be left out."""
    return items[key].texts() if key in items else NO_TEXT


def _recipient(spot: Spot, stores: Collection[str], kinds: channels.Kinds) -> Recipient:
    items = spot.keys("title legal_name contact", "abroad store got why consent answer_within channel")
    if "store" in items and "channel" in items:
        items["channel"].wrong("a recipient that is a store of this map is asked there; leave out `channel`")
    contact = text(items, "contact")
    return Recipient(
        name=spot.name,
        title=texts(items, "title"),
        legal_name=text(items, "legal_name"),
        contact=contact,
        abroad=items["abroad"].flag() if "abroad" in items else False,
        store=items["store"].member(stores, "store") if "store" in items else None,
        got=texts(items, "got"),
        why=texts(items, "why"),
        consent=texts(items, "consent"),
        answer_days=channels.answer_days(items["answer_within"])
        if "answer_within" in items
        else channels.ANSWER_DAYS,
        channel=channels.channel(items["channel"], contact, kinds) if "channel" in items else None,
    )


def _kind(spot: Spot) -> IdentifierKind:
    items = spot.keys("", "proof internal normal region title")
    internal = "internal" in items and items["internal"].flag()
    usual = spot.at("normal", USUAL_NORMAL.get(spot.name, "exact"))
    kind = IdentifierKind(
        name=spot.name,
        title=items["title"].texts() if "title" in items else KNOWN_TITLES.get(spot.name, NO_TEXT),
        normal=_normal(items.get("normal", usual)),
        proof=items["proof"].choice(PROOFS, "proof") if "proof" in items else None,  # type: ignore[arg-type]
        region=_region(items["region"]) if "region" in items else None,
    )
    _check_kind(spot, items, kind, internal)
    return kind


def _normal(spot: Spot) -> Normal:
    given = spot.choice(NORMALS, "normal form")
    return given if given in NORMALS else "exact"  # type: ignore[return-value]


def _check_kind(spot: Spot, items: Mapping[str, Spot], kind: IdentifierKind, internal: bool) -> None:
    if internal == ("proof" in items):
        spot.wrong("must be either `internal: true` or have a `proof`: code or staff")
    elif internal and kind.normal != "exact":
        spot.wrong("an internal kind is compared exactly; leave out `normal`, or call it something else")
    elif kind.proof == "code" and kind.normal == "exact":
        spot.wrong("a code can be sent only to a phone (normal: e164) or an e-mail address (normal: email)")
    if kind.region and kind.normal != "e164":
        items["region"].wrong("only a telephone number (normal: e164) has a region")
    if not internal and not kind.title and "title" not in items:
        spot.wrong("`title` is missing: what the person calls it, as {zh: …, en: …}")


def _region(spot: Spot) -> str | None:
    if spot.value is False:
        spot.wrong("YAML takes NO for false; put it in quotes")
        return None
    region = spot.text()
    if region and region not in REGIONS:
        spot.wrong(f"{region!r} is no region of ISO 3166, such as CN", nearest(region, sorted(REGIONS)))
        return None
    return region or None


def _laws(spot: Spot, known_rules: Collection[str] | None) -> tuple[str, ...]:
    laws = spot.names()
    if known_rules is None:
        return laws
    known = sorted({rule.split("-")[0] for rule in known_rules})
    for law in laws:
        if law and not any(rule.startswith(f"{law}-") for rule in known_rules):
            spot.wrong(f"no rules for {law!r}; there are for {', '.join(known)}", nearest(law, known))
    return laws


def _zone(spot: Spot) -> str:
    zone = spot.text()
    try:
        return ZoneInfo(zone).key if zone else zone
    except (KeyError, ValueError, OSError):
        spot.wrong(f"{zone!r} is no time zone, such as Asia/Shanghai", nearest(zone, available_timezones()))
        return "UTC"
