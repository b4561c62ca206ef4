"""Maps of the shop that say something else, for the tests of what a new map does to open requests."""

from collections.abc import Callable
from pathlib import Path

import yaml

from tests import shop as shops
from tests.shop import Said, Shop

Change = Callable[[dict], object]
CALLBACK = {
    "title": {"zh": "回电", "en": "Call back"},
    "found_by": {"phone": {"column": "mobile", "form": "any"}},
    "purpose": "account",
    "source": {"zh": "来电", "en": "A call"},
    "fields": {
        "mobile": {"title": {"zh": "电话", "en": "Number"}, "category": "contact"},
        "remark": {"title": {"zh": "备注", "en": "Remark"}, "category": "content"},
    },
    "key": ["mobile"],
    "on_erasure": "delete",
}


def apply(shop: Shop, folder: Path, change: Change, *more: str) -> Said:
    """Apply the shop's map, changed."""
    plain = yaml.safe_load(shops.MAP.read_text())
    change(plain)
    file = folder / "map.yaml"
    file.write_text(yaml.safe_dump(plain, allow_unicode=True, sort_keys=False))
    return shop.run("map", "apply", file, "--json", *more)


def both(*changes: Change) -> Change:
    """Several changes, one after the other."""

    def change(plain: dict) -> None:
        for each in changes:
            each(plain)

    return change


def maps_callback(plain: dict) -> None:
    """The forgotten table is mapped."""
    plain["stores"]["crm"]["collections"]["callback"] = CALLBACK


def renames(plain: dict) -> None:
    """The customers are called clients; the table is the same."""
    collections = plain["stores"]["crm"]["collections"]
    collections["client"] = {**collections.pop("customer"), "table": "customer"}
    plain["stores"]["box"]["rebuilt_from"] = "crm.client"


def renames_store(plain: dict) -> None:
    """The customer system has another name, and its place is the same."""
    plain["stores"] = {{"crm": "people"}.get(name, name): store for name, store in plain["stores"].items()}
    plain["stores"]["box"]["rebuilt_from"] = "people.customer"


def unmaps(plain: dict) -> None:
    """Customers and orders are in the map no more; the customer system is, with what was forgotten once."""
    maps_callback(plain)
    del plain["stores"]["crm"]["collections"]["customer"]
    _forgets_customers(plain)


def drops_stores(plain: dict) -> None:
    """The customer system is in the map no more, nor what it led to."""
    del plain["stores"]["crm"]
    _forgets_customers(plain)


def _forgets_customers(plain: dict) -> None:
    del (
        plain["stores"]["orders"],
        plain["stores"]["box"]["rebuilt_from"],
        plain["identifier_kinds"]["customer_id"],
    )
