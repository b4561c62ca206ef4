"""copy.json holds everything, exactly, and no more memory than a row."""

from __future__ import annotations

import json
import tracemalloc
from dataclasses import replace

import jsonschema
import pytest

from dsar.errors import ReleaseRefused
from dsar.render.copy_json import schema, write_copy_json
from tests.render import packages, records


def written(package) -> dict:
    blocks: list[bytes] = []
    write_copy_json(package, blocks.append)
    return json.loads(b"".join(blocks))


@pytest.mark.parametrize(
    "package", [packages.package("zh-CN"), packages.package("en"), packages.partial("zh-CN")]
)
def test_it_validates_against_the_published_schema(package):
    validator = jsonschema.Draft202012Validator(schema())
    validator.check_schema(schema())
    assert list(validator.iter_errors(written(package))) == []


def test_the_schema_is_strict():
    validator = jsonschema.Draft202012Validator(schema())
    good = written(packages.package())
    for spoil in (
        lambda copy: copy.update(extra=1),
        lambda copy: copy.pop("ledger"),
        lambda copy: copy["stores"][0]["collections"][0].update(records="2"),
        lambda copy: copy["stores"][0]["collections"][0]["rows"][0].update(n=1.5),
        lambda copy: copy["stores"][0].update(state="found"),
    ):
        copy = json.loads(json.dumps(good))
        spoil(copy)
        assert list(validator.iter_errors(copy))


def test_raw_values_are_exact_and_shown_ones_decoded():
    fields = [
        records.field(name, "甲", "A", values={"1": {"zh": "一", "en": "One"}} if name == "code" else {})
        for name in ("whole", "flag", "decimal", "real", "at", "empty", "code", "odd")
    ]
    row = {
        "whole": 2**60,
        "flag": True,
        "decimal": "19.00",
        "real": 0.1,
        "at": "2021-01-15T02:33:00Z",
        "empty": None,
        "code": 1,
        "odd": "\ud800\x00”",
    }
    copy = written(packages.single([row], fields))["stores"][0]["collections"][0]
    assert copy["rows"] == [row | {"real": "0.1"}]
    assert copy["shown"] == [
        {
            "whole": str(2**60),
            "flag": "是",
            "decimal": "19.00",
            "real": "0.1",
            "at": "2021年1月15日 10:33",
            "empty": "",
            "code": "一",
            "odd": "\ud800\x00”",
        }
    ]


def test_withheld_fields_are_named_and_not_given():
    only = records.student()
    leaky = replace(only, rows=lambda: (dict(row) | {"password_hash": "x1"} for row in only.rows()))
    copy = written(packages.package(stores=(packages.store("crm", "甲", "A", [leaky]),)))
    given = copy["stores"][0]["collections"][0]
    assert "x1" not in json.dumps(copy)
    withheld = {
        "name": "password_hash",
        "title": {},
        "category": "other",
        "state": "withheld",
        "reason": "credential",
    }
    assert withheld in given["fields"]


def test_counts_are_those_of_the_rows():
    copy = written(packages.package())
    collections = [collection for store in copy["stores"] for collection in store["collections"]]
    assert copy["totals"] == {
        "stores": 5,
        "collections": 7,
        "records": sum(len(c["rows"]) for c in collections),
    }
    assert all(c["records"] == len(c["rows"]) == len(c["shown"]) for c in collections)


@pytest.mark.parametrize("sealed", [4, 6])
def test_rows_that_are_not_as_many_as_sealed_are_refused(sealed):
    package = packages.many(5)
    wrong = replace(package.stores[0].collections[0], records=sealed)
    with pytest.raises(ReleaseRefused, match=rf"sms\.sms_log: {sealed} records are sealed, 5 are read back"):
        written(replace(package, stores=(replace(package.stores[0], collections=(wrong,)),)))


def test_memory_does_not_grow_with_the_rows(proof):
    def peak(records: int) -> int:
        tracemalloc.start()
        write_copy_json(packages.many(records), len)
        size = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return size

    peak(100)
    assert peak(1_000_000 if proof else 30_000) < 1.5 * peak(3_000)
