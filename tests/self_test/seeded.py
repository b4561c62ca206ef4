"""The shop's map with a self-test in it."""

from pathlib import Path
from typing import Any

import yaml

from tests.shop import MAP, Shop

SEEDS: dict[tuple[str, str], dict[str, Any]] = {
    ("crm", "customer"): {"name": "自检", "secret": "x", "card": "T-{n}"},
    ("orders", "purchase"): {
        "order_no": "T-{n}", "price": 0, "done_at": "2021-04-01 10:00:00", "address": "自检路"
    },
    ("box", "entry"): {},
}  # fmt: skip
IDENTIFIERS = {"phone": "+86 199000{n}", "email": "self-test-{n}@shop.example"}
PLACES = {"crm.customer": [1, 1], "orders.purchase": [1, 1], "box.entry": [1, 1]}


def plain(**changes: Any) -> dict[str, Any]:
    """The map, as it is written; changes: sections put in, or other seeds by `STORE_COLLECTION`."""
    made: dict[str, Any] = yaml.safe_load(MAP.read_text(encoding="utf-8"))
    made["self_test"] = {"identifiers": IDENTIFIERS}
    for (store, name), seed in SEEDS.items():
        made["stores"][store]["collections"][name]["self_test"] = changes.pop(f"{store}_{name}", seed)
    return made | changes


def write(folder: Path, made: dict[str, Any]) -> Path:
    """The map as a file."""
    file = folder / "self-test.yaml"
    file.write_text(yaml.safe_dump(made, allow_unicode=True), encoding="utf-8")
    return file


def apply(shop: Shop, **changes: Any) -> None:
    """Put the shop's self-test in force."""
    said = shop.run("map", "apply", write(shop.folder, plain(**changes)))
    assert said.code == 0, said.err


def held(shop: Shop) -> dict[str, list[tuple]]:
    """Every record of the shop's stores."""
    tables = {"crm": "customer", "orders": "purchase", "box": "entry"}
    return {
        store: sorted(shop.rows(store, f"select * from {table}"), key=str) for store, table in tables.items()
    }
