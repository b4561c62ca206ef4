"""The map beside a live store: what nobody mapped, and what the map names that is not there."""

import dataclasses

import pytest

from dsar.datamap.compare import absent, missing, speaks_of, unmapped
from dsar.datamap.schema import Column, Place, Schema, Table


def schema(**tables):
    def table(name, columns):
        return Table(name, {column: Column(column, "text", True, True) for column in columns.split()}, ())

    return Schema({name: table(name, columns) for name, columns in tables.items()})


STUDENT = "id phone email gender avatar password_hash source_store consent_evidence"


def test_a_store_as_the_map_says_has_nothing_unmapped_and_nothing_missing(read, small):
    stores = read(small).map.stores
    assert unmapped(stores["crm"], schema(student=STUDENT)) == []
    assert missing(stores["crm"], schema(student=STUDENT)) == []
    orders = schema(course_order="student_id price done_at receiver_phone locked", course="id title")
    assert unmapped(stores["orders"], orders) == []
    assert missing(stores["orders"], orders) == []


def test_a_table_or_column_that_nobody_mapped_is_listed(read, small):
    crm = read(small).map.stores["crm"]
    assert unmapped(crm, schema(student=f"{STUDENT} wechat", callcenter_2021q1="mobile remark")) == [
        Place("student", ("wechat",)),
        Place("callcenter_2021q1", ("mobile", "remark")),
    ]


def test_some_columns_of_a_table_may_be_dismissed(read, small):
    text = small.replace(
        "course: {reason: 课程目录, by: zhang}", "log: {reason: 技术, by: zhang, columns: [at, level]}"
    )
    orders = read(text).map.stores["orders"]
    assert unmapped(orders, schema(log="at level message")) == [Place("log", ("message",))]


def test_a_column_that_was_dismissed_is_not_spoken_of_and_not_missed(read, small):
    text = small.replace(
        "course: {reason: 课程目录, by: zhang}", "course_order: {reason: 技术, by: zhang, columns: [at]}"
    )
    orders = read(text).map.stores["orders"]
    there = schema(course_order="student_id price receiver_phone locked")
    assert list(absent(orders, there)) == [("course_order", "done_at")]
    assert speaks_of(orders, "course_order", "done_at")
    assert not speaks_of(orders, "course_order", "at")


def test_a_column_that_only_a_condition_names_is_not_mapped_by_it(read, small):
    text = small.replace("              price: {title: {zh: 价格, en: Price}}\n", "").replace(
        "found_by: {student_id: {column: student_id}}",
        "found_by: {student_id: {column: student_id}}\n        key: [price]",
    )
    text = text.replace("fields: [price, done_at]", "fields: [done_at]")
    orders = read(text).map.stores["orders"]
    assert unmapped(orders, schema(course_order="student_id price done_at receiver_phone locked paid")) == [
        Place("course_order", ("paid",))
    ]


def test_what_the_map_names_and_the_store_lacks_comes_with_its_path_and_the_nearest_name(read, small):
    stores = read(small).map.stores
    assert missing(stores["crm"], schema(studnt=STUDENT)) == [
        ("stores.crm.collections.student", "the store has no table 'student'", "studnt")
    ]
    path = "stores.crm.collections.student"
    assert missing(
        stores["crm"], schema(student=STUDENT.replace("phone", "phone_no").replace(" id", " uid"))
    ) == [
        (f"{path}.found_by.phone", "table 'student' has no column 'phone'", "phone_no"),
        (f"{path}.fields.phone", "table 'student' has no column 'phone'", "phone_no"),
    ]
    assert missing(stores["orders"], schema(course_order="student_id price receiver_phone", course="id")) == [
        (
            "stores.orders.collections.course_order.fields.done_at",
            "table 'course_order' has no column 'done_at'",
            None,
        ),
        (
            "stores.orders.collections.course_order.on_erasure.until",
            "table 'course_order' has no column 'done_at'",
            None,
        ),
        (
            "stores.orders.collections.course_order.on_erasure.lock",
            "table 'course_order' has no column 'locked'",
            None,
        ),
    ]


def test_a_dismissed_table_that_is_not_there_is_missing_too(read, small):
    orders = read(small).map.stores["orders"]
    there = schema(course_order="student_id price done_at receiver_phone locked", courses="id")
    assert missing(orders, there) == [
        ("stores.orders.dismissed.course", "the store has no table 'course'", "courses")
    ]


def test_a_suggestion_table_is_mapped_by_its_settings(read, small):
    text = small.replace("redis_suggest", "sql_suggest").replace(
        "    key: suggest\n", "    table: search_suggest\n    column: entry\n    key: id\n"
    )
    suggest = read(
        text.replace(
            "        title: {zh: 联想词", "        table: search_suggest\n        title: {zh: 联想词"
        )
    ).map.stores["suggest"]
    assert unmapped(suggest, schema(search_suggest="id entry weight")) == [
        Place("search_suggest", ("weight",))
    ]
    assert ("stores.suggest.column", "table 'search_suggest' has no column 'entry'", "entries") in missing(
        suggest, schema(search_suggest="id entries")
    )


def kept_until(read, small, type):
    columns = "student_id price done_at receiver_phone locked"
    tables = schema(course_order=columns, course="id").tables
    order = tables["course_order"]
    done_at = dataclasses.replace(order.columns["done_at"], type=type)
    changed = dataclasses.replace(order, columns={**order.columns, "done_at": done_at})
    return missing(read(small).map.stores["orders"], Schema({**tables, "course_order": changed}))


@pytest.mark.parametrize(
    "type",
    [
        "INTEGER",
        "bigint(20) unsigned",
        "numeric(12,0)",
        "double precision",
        "year(4)",
        "time without time zone",
    ],
)
def test_a_law_s_period_cannot_run_from_a_column_that_holds_no_date(read, small, type):
    (error,) = kept_until(read, small, type)
    assert error[0] == "stores.orders.collections.course_order.on_erasure.until"
    assert error[1].startswith(f"column 'done_at' of table 'course_order' is {type}, which is no date")


@pytest.mark.parametrize(
    "type", ["", "TEXT", "date", "datetime(6)", "timestamp with time zone", "varchar(40)"]
)
def test_it_can_run_from_dates_times_and_text(read, small, type):
    assert kept_until(read, small, type) == []
