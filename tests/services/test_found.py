"""What the ledger says of a searched store: how many records, and the digest of what was sealed of them."""

import hashlib
from pathlib import Path

import pytest

from dsar import db
from dsar.services import ledger
from tests.shop import Shop


def digests(shop: Shop, reference: str) -> dict[str, str | None]:
    with shop.office(), db.read() as session:
        found = ledger.facts_of(session, reference, "store.found")
    return {facts["store"]: facts["sha256"] for facts in found}


@pytest.mark.parametrize("right", ["copy", "erasure"])
def test_where_nothing_was_sealed_there_is_no_digest(shop: Shop, tmp_path: Path, right: str):
    (reference,) = shop.confirmed(right)
    shop.work()
    found = digests(shop, reference)
    assert hashlib.sha256().hexdigest() not in found.values()
    assert (found["crm"] is None) is (right == "erasure"), "an erasure only counts"


def test_a_copy_with_an_empty_store_is_given(shop: Shop, tmp_path: Path):
    shop.change("orders", "delete from purchase")
    (reference,) = shop.confirmed("copy")
    shop.work()
    assert digests(shop, reference)["orders"] is None
    said = shop.run("copy", "write", reference, tmp_path / "copy", "--json")
    assert said.json["complete"] is True
