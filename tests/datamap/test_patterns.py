"""Patterns of keys: what they hold, what stands in the place of an identifier, and which a map may not have."""

import time

import pytest

from dsar.datamap.loader import MapErrors
from dsar.datamap.patterns import Pattern


@pytest.mark.parametrize(
    ("pattern", "key", "tokens"),
    [
        ("session:{phone}", "session:131", ["131"]),
        ("session:{phone}", "session:", []),
        ("session:{phone}", "xsession:131", []),
        ("{phone}", "131", ["131"]),
        ("a:{id}:*", "a:1:b:c", ["1", "1:b"]),
        ("a:{id}:*", "a:1", []),
        ("*:{id}:z", "x:y:1:z", ["y:1", "1"]),
        ("*:{id}:z", "x:y:1:zz", []),
        ("a:*:{id}", "a:b:1", ["1"]),
        ("a:*:{id}:*:c", "a:b:1:2:c", ["1"]),
    ],
)
def test_what_stands_in_the_place_of_the_identifier(pattern, key, tokens):
    assert list(Pattern(pattern).tokens(key)) == tokens
    assert Pattern(pattern).holds(key) or not tokens


def test_a_long_key_of_many_parts_is_told_quickly():
    assert not Pattern("*a*a*a*a*a*a*a*a*b").holds("a" * 100_000)

    began = time.process_time()
    tokens = list(Pattern("*:{id}:*").tokens(":" * 4000, longest=20))
    assert set(tokens) == {":" * length for length in range(1, 21)}
    assert time.process_time() - began < 5


CACHE = """connector: redis_cache
    url: ${{REDIS_URL}}
    rebuilt_from: crm.student
    collections:
      entry:
        table: "{}"
        found_by: {}"""


@pytest.mark.parametrize(
    ("table", "found_by", "path", "words"),
    [
        ("s:{phone}", "{phone: {column: key}}", "found_by.phone", "made in one form"),
        ("s:{phone}", "{phone: {column: value}}", "table", "stands in the keys"),
        ("s:{phnoe}", "{phone: {column: key, form: national}}", "table", "{phnoe} stands in the keys"),
        ("s:*", "{phone: {column: key, form: national}}", "table", "keys are found by phone"),
        ("s:{phone}*", "{phone: {column: key, form: national}}", "table", "one person for another"),
        ("s:*{phone}", "{phone: {column: key, form: national}}", "table", "one person for another"),
        ("{phone}:{email}", "{phone: {column: key, form: national}}", "table", "one {…} at most"),
        ("*", "{phone: {column: value}}", "table", "every key of the database"),
        ("s:*", "{phone: {column: vlaue}}", "found_by.phone", "no column 'vlaue'"),
    ],
)
def test_a_pattern_that_cannot_be_is_one_error_at_its_place(read, small, table, found_by, path, words):
    start = small.index("connector: redis_suggest")
    end = small.index("        purpose: account\n", start)
    entry = CACHE.format(table, found_by) + "\n        title: {zh: 缓存, en: Cache}\n"
    with pytest.raises(MapErrors) as wrong:
        read(small[:start] + entry + small[end:])
    (error,) = wrong.value.errors
    assert error.path == f"stores.suggest.collections.entry.{path}"
    assert words in error.message
    assert error.line > 1
