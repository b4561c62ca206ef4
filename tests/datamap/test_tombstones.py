"""A cell is known again by its digests exactly where the identifier itself would have matched it."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsar.datamap.identifiers import candidates, common_forms, known_forms, matches, spelled
from dsar.datamap.loader import load
from dsar.datamap.tombstones import NORMAL, WITHIN, forms_of, read, texts_of
from tests.connectors.maps import KINDS
from tests.shop import MAP

VALUES = {
    "phone": ["+8613100008688", "+442079460958", "+13100008688"],
    "email": ["luo@x.cn"],
    "card": ["ABC-1234", "4176"],
}
CELLS = [
    "13100008688", "+8613100008688", "131 0000 8688", "131-0000-8688", "008613100008688", "8613100008688", 13100008688,
    "１３１００００８６８８", " 13100008688 ", "13100008687", "+13100008688", "+44 (0)20 7946 0958", "00442079460958",
    "luo@x.cn", "Luo@X.cn", " LUO@X.CN", "lúo@x.cn", "ABC-1234", "abc-1234", 4176, 4176.0, Decimal("4176.00"),
    "4176.00", None, "", True, b"4176", "e3ceb5881a0a1fdaad01296d7554868d", "E3CEB5881A0A1FDAAD01296D7554868D",
    bytes.fromhex("e3ceb5881a0a1fdaad01296d7554868d"), "罗明 13100008688", "call +86 131 0000 8688 now",
]  # fmt: skip
PAIRS = [(name, value) for name, values in VALUES.items() for value in values]


def known_again(kind, value, form, raw):
    return not texts_of(kind, value, form).isdisjoint(read(kind, form, raw))


@pytest.mark.parametrize(("name", "value"), PAIRS)
def test_a_cell_is_known_again_where_it_matches_and_nowhere_else(name, value):
    kind = KINDS[name]
    for form in known_forms(kind.normal):
        for raw in CELLS:
            assert known_again(kind, value, form, raw) == matches(kind, value, (form,), raw), (form, raw)


@given(st.sampled_from(PAIRS), st.text(alphabet="+0123456789 -()１３abcLUO@x.cn", max_size=24))
def test_so_it_is_with_any_text(pair, raw):
    kind = KINDS[pair[0]]
    for form in known_forms(kind.normal):
        assert known_again(kind, pair[1], form, raw) == matches(kind, pair[1], (form,), raw)


@given(st.sampled_from(PAIRS), st.sampled_from([raw for raw in CELLS if isinstance(raw, str)]))
def test_an_identifier_within_a_text_is_known_again_where_a_search_box_would_find_it(pair, raw):
    kind = KINDS[pair[0]]
    found = not common_forms(kind, pair[1]).isdisjoint({*candidates(raw), *spelled(raw)})
    assert known_again(kind, pair[1], WITHIN, raw) == found


def test_the_forms_are_those_of_the_map_and_those_it_is_asked_by():
    datamap = load(MAP, known_rules=["CN-ECL31-RETENTION-3Y"]).map
    kinds = datamap.identifier_kinds
    assert forms_of(datamap, kinds["phone"]) == ["any", "national", NORMAL, WITHIN]
    assert forms_of(datamap, kinds["card"]) == ["exact", NORMAL, WITHIN]
    assert forms_of(datamap, kinds["customer_id"]) == ["exact", WITHIN]
