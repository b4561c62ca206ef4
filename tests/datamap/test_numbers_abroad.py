"""Numbers from abroad in a column without a +: whose they are is what the region dials by these digits."""

import re

import pytest

from dsar.datamap.identifiers import candidates, common_forms, matches, written
from dsar.datamap.types import IdentifierKind


@pytest.mark.parametrize(
    ("value", "text", "region"),
    [
        ("+447700900123", "447700900123", "CN"), ("+447700900123", "00447700900123", "CN"),
        ("+447700900123", "44 (0)7700 900123", "CN"), ("+85291234567", "852 9123 4567", "CN"),
        ("+33612345678", "33612345678", "CN"), ("+4915123456789", "4915123456789", "CN"),
        ("+8613100008688", "8613100008688", "CN"), ("+8613100008688", "8613100008688", "GB"),
        ("+447700900123", "447700900123", "US"), ("+8613100008688", "011 86 13100008688", "US"),
        ("+8613100008688", "8613100008688", "US"),
    ],
)  # fmt: skip
def test_a_country_code_without_a_plus_is_read_where_the_region_dials_nobody_so(value, text, region):
    kind = IdentifierKind("phone", {}, "e164", "code", region)
    assert matches(kind, value, ["any"], text)
    assert re.sub(r"\D", "", text) in written(kind, value, "any")
    assert common_forms(kind, value) & set(candidates(f"tel {text}."))


@pytest.mark.parametrize(
    ("value", "text", "region"),
    [
        ("+13100008688", "13100008688", "CN"), ("+12125550188", "12125550188", "CN"),
        ("+79161234567", "79161234567", "CN"), ("+6581234567", "6581234567", "US"),
        ("+447700900124", "447700900123", "CN"),
    ],
)  # fmt: skip
def test_digits_that_the_region_dials_or_may_dial_are_no_number_from_abroad(value, text, region):
    kind = IdentifierKind("phone", {}, "e164", "code", region)
    assert not matches(kind, value, ["any"], text)
    assert not common_forms(kind, value) & set(candidates(text))
