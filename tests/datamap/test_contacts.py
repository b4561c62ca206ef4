"""Whose telephone numbers and e-mail addresses stand in a text."""

import time

import pytest

from dsar.datamap.contacts import contacts_in


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("请转告 139 0000 1234", {"+8613900001234"}),
        ("tel:１３９００００１２３４。", {"+8613900001234"}),
        ("0086 139-0000-1234", {"+8613900001234"}),
        ("call +1 415 555 2671", {"+14155552671"}),
        ("cc: Ann.Hill@Other.example, bob@b.example.", {"ann.hill@other.example", "bob@b.example"}),
        ("landline 010-8888 7777", {"+861088887777"}),
        ("订单 20210315001 于 2021-03-15 10:00:00", set()),
        ("ISBN 978-7-115-54608-1, 99.80", set()),
        ("@name and a@b", set()),
        ("", set()),
    ],
)
def test_numbers_and_addresses_are_told_from_what_only_looks_like_them(text, found):
    assert contacts_in(text, ["CN"]) == found


def test_without_a_region_only_numbers_with_their_country_count():
    assert contacts_in("13900001234 +8613900001235", []) == set()
    assert contacts_in("13900001234 and +44 20 7946 0018", ["GB"]) == {"+442079460018"}


@pytest.mark.parametrize("word", ["a", "a.", "a@"])
def test_a_word_without_an_end_is_told_quickly(word):
    began = time.process_time()
    assert contacts_in(f"{word * 150_000} ann@b.example", ["CN"]) == {"ann@b.example"}
    assert time.process_time() - began < 5
