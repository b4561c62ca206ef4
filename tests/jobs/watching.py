"""A shop whose stores are compared with its map: what the tests of comparing share."""

from __future__ import annotations

import yaml

from dsar import clock, db
from dsar.services import alerting, ledger, reviewing
from dsar.terms import Dismissal
from tests.shop import MAP, OFFICER, Shop

TOMORROW, LATER = "2021-11-25T02:00:01Z", "2021-11-26T02:00:02Z"
OTHERS = ", ".join(f"(1310000{n:04d})" for n in range(2000, 2020))


def watched(shop: Shop, **settings: str) -> list[tuple]:
    """The list after a comparison: place, kind, whether copies wait for it."""
    said = shop.run("map", "watch", "--json", **settings)
    assert said.code == 0, said.err
    return [(one["place"], one["kind"], one["personal"]) for one in said.json["listed"]]


def applied(shop: Shop, change) -> Shop:
    plain = yaml.safe_load(MAP.read_text(encoding="utf-8"))
    change(plain)
    file = shop.folder / "map.yaml"
    file.write_text(yaml.safe_dump(plain, allow_unicode=True), encoding="utf-8")
    said = shop.run("map", "apply", file)
    assert said.code == 0, said.err
    return shop


def dismissed(shop: Shop, place: str, reason: Dismissal = Dismissal.TECHNICAL) -> None:
    """An officer says of a place that nobody is in it."""
    listed = shop.run("map", "watch", "--queue", "--json").json["listed"]
    (id,) = [one["id"] for one in listed if one["place"] == place]
    with shop.office(), db.begin() as session:
        reviewing.dismiss(session, id, by=OFFICER, reason=reason, at=clock.now())


def alerts(shop: Shop) -> list[tuple]:
    with shop.office(), db.read() as session:
        return [(one.kind, one.store) for one in alerting.unsettled(session, limit=99)]


def facts(shop: Shop, act: str) -> list[dict]:
    with shop.office(), db.read() as session:
        return ledger.facts_of(session, ledger.MAP, act)


def wait_names(shown: dict) -> list[str]:
    return [wait["name"] for wait in shown["waits_for"]]
