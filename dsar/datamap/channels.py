"""How recipients are asked, and who may ask us: the channels of a map."""

import re
from collections.abc import Mapping

from dsar.datamap import secrets
from dsar.datamap.identifiers import HASHES
from dsar.datamap.parties import Channel, Sender
from dsar.datamap.spot import Spot
from dsar.datamap.types import IdentifierKind
from dsar.terms import LANGUAGES

KINDS = ("mail", "http")
PROVING = ("sender", "staff")
ANSWER_DAYS, LONGEST = 7, 365  # days that a recipient is given, unless the map says
_ADDRESS = re.compile(r"[^\s@<>,;]+@[^\s@<>,;]+")

Kinds = Mapping[str, IdentifierKind]


def channel(spot: Spot, contact: str, kinds: Kinds) -> Channel | None:
    """`{kind: mail, to: ADDRESS, lang: en}` or `{kind: http, url, key, known_as}`; None where it cannot be read."""
    kind = spot.items().get("kind", spot.at("kind", "")).value
    if kind == "mail":
        return _mail(spot, contact)
    if kind == "http":
        return _http(spot, kinds)
    items = spot.keys("kind", "to lang url key known_as identifiers")
    if "kind" in items:
        items["kind"].choice(KINDS, "kind of channel")
    return None


def answer_days(spot: Spot) -> int:
    """`{days: N}`: how long a recipient is given to answer."""
    items = spot.keys("days")
    return items["days"].whole(1, LONGEST) if "days" in items else ANSWER_DAYS


def sender(spot: Spot) -> Sender:
    """One who may ask us to erase; its name is its place's."""
    items = spot.keys("title key callback", "proof")
    proof = items["proof"].choice(PROVING, "answer to `proof`") if "proof" in items else PROVING[0]
    return Sender(
        name=spot.name,
        title=items["title"].texts() if "title" in items else {},
        key=_secret(items["key"]) if "key" in items else "",
        callback=items["callback"].text() if "callback" in items else "",
        proof="staff" if proof == "staff" else "sender",
    )


def _mail(spot: Spot, contact: str) -> Channel:
    items = spot.keys("kind", "to lang")
    to = items["to"].text() if "to" in items else contact
    if not _ADDRESS.fullmatch(to):
        items.get("to", spot).wrong("a letter is sent to one e-mail address; give it as `to`")
    lang = items["lang"].choice(LANGUAGES, "language of letters") if "lang" in items else LANGUAGES[0]
    return Channel("mail", to=to, lang=lang)


def _http(spot: Spot, kinds: Kinds) -> Channel:
    items = spot.keys("kind url key known_as", "identifiers")
    return Channel(
        "http",
        url=items["url"].text() if "url" in items else "",
        key=_secret(items["key"]) if "key" in items else "",
        known_as=items["known_as"].text() if "known_as" in items else "",
        identifiers=_forms(items["identifiers"], kinds) if "identifiers" in items else _raw(kinds),
    )


def _secret(spot: Spot) -> str:
    text = spot.text()
    if text and (len(secrets.names(text)) != 1 or text != f"${{{secrets.names(text)[0]}}}"):
        spot.wrong("a key stands in the environment, not in the map; write ${NAME}")
    return text


def _raw(kinds: Kinds) -> dict[str, str]:
    return {name: _plain(kind) for name, kind in kinds.items() if not kind.internal}


def _plain(kind: IdentifierKind) -> str:
    return "e164" if kind.normal == "e164" else "exact"


def _forms(spot: Spot, kinds: Kinds) -> dict[str, str]:
    """In which form each kind is sent: as it is, or as a digest of that."""
    forms = {}
    for name, item in spot.items().items():
        item.must_be_named(
            [kind.name for kind in kinds.values() if not kind.internal], "kind that people prove"
        )
        if name in kinds:
            plain = _plain(kinds[name])
            forms[name] = item.choice([plain, *(f"{each}:{plain}" for each in HASHES)], "form to send")
    return forms
