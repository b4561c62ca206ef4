"""Whose record it is, when one person has many identifiers: the index leads to whom comparing one by one leads to."""

from hypothesis import given
from hypothesis import strategies as st

from dsar.connectors import Probe, _owners
from dsar.connectors._owners import Owners
from dsar.datamap.identifiers import written
from dsar.datamap.types import FoundBy, IdentifierKind

KINDS = {
    "phone": IdentifierKind("phone", {}, "e164", "code", "CN"),
    "email": IdentifierKind("email", {}, "email", "code"),
    "order": IdentifierKind("order", {}, "exact", None),
}
ENTRIES = [
    FoundBy("order", "order_id", ("exact",)), FoundBy("phone", "phone", ("national", "md5:e164")),
    FoundBy("phone", "spoken", ("any",)), FoundBy("email", "email", ("exact", "sha1:exact")),
]  # fmt: skip
VALUES = {
    "phone": ["+8613100008688", "+8613100008689", "+8613100008690"],
    "email": ["a@example.com", "b@example.com"],
    "order": [str(number) for number in range(1000, 1020)] + ["A7", "a7"],
}
MD5 = [next(iter(written(KINDS["phone"], value, "md5:e164"))) for value in VALUES["phone"]]
SHA1 = next(iter(written(KINDS["email"], "b@example.com", "sha1:exact")))
HELD = [
    None, "", "A7", "a7", "1003", 1003, 1003.0, 1007, True, "13100008688", "+86 131-0000-8689", "8613100008690",
    MD5[0], MD5[1].upper(), bytes.fromhex(MD5[2]), "a@example.com", SHA1, b"1004",
]  # fmt: skip
known = st.sampled_from([(kind, value) for kind, values in VALUES.items() for value in values])
probes = st.lists(st.tuples(known, st.booleans()), min_size=1, max_size=25, unique_by=lambda one: one[0])
rows = st.fixed_dictionaries({by.column: st.sampled_from(HELD) for by in ENTRIES})


@given(given_probes=probes, held=st.lists(rows, min_size=1, max_size=4))
def test_an_index_leads_to_the_same_owner(given_probes, held):
    asked = [Probe(0, place, *one, done=done) for place, (one, done) in enumerate(given_probes)]
    few = _owners.FEW
    try:
        _owners.FEW = 100
        one_by_one = [Owners(KINDS, ENTRIES, asked).first(0, row) for row in held]
        _owners.FEW = 0
        assert [Owners(KINDS, ENTRIES, asked).first(0, row) for row in held] == one_by_one
    finally:
        _owners.FEW = few


def test_one_subject_after_another_has_an_index_of_his_own():
    asked = [Probe(s, n, "order", str(1000 + s * 50 + n)) for s in range(2) for n in range(20)]
    owners = Owners(KINDS, ENTRIES, asked)
    assert owners.first(0, {"order_id": 1003}) == (asked[3], 0)
    assert owners.first(1, {"order_id": 1003}) == (None, -1)
    assert owners.first(1, {"order_id": 1053}) == (asked[23], 0)
