"""A guess that nobody has answered (`check:`) is an error wherever it stands, with its line; all of them at once."""

import pytest

from dsar.datamap.loader import MapErrors, load
from tests.datamap.conftest import RULES

PLACES = [  # what is replaced in the small map, by what, and the path of the error
    ("contact: privacy@shop.example}", "contact: privacy@shop.example, check: who}", "controller.check"),
    ("unit: calendar_days}", "unit: calendar_days, check: how long}", "promise.check"),
    ("student_id: {internal: true}", "student_id: {internal: true, check: ours}", "identifier_kinds.student_id.check"),
    ("en: Account}", "en: Account, check: words}", "purposes.account.title.check"),
    ("backups: {kept_days: 35}", "check: what it is called", "stores.crm.check"),
    ("email: {column: email}", "email: {column: email, check: like}", "S.found_by.email.check"),
    ("category: contact}\n", "category: contact, check: like}\n", "S.fields.phone.check"),
    ("{withhold: credential}", "{withhold: credential, check: it}", "S.fields.password_hash.check"),
    ("until: {column: done_at}", "until: {column: done_at, check: it}", "O.on_erasure.until.check"),
    ("else: delete", "else: {nothing: why, check: it}", "O.on_erasure.else.check"),
    ("by: zhang}", "by: zhang, check: no people}", "stores.orders.dismissed.course.check"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "path"), PLACES)
def test_a_guess_is_an_error_wherever_it_stands(wrong, old, new, path):
    (error,) = wrong(old, new)
    short = {"S.": "stores.crm.collections.student.", "O.": "stores.orders.collections.course_order."}
    assert error.path == short.get(path[:2], path[:2]) + path[2:]
    assert error.message.startswith("nobody has answered this guess")


def test_each_line_of_several_is_an_error_of_its_own_beside_all_others(read, small):
    guesses = "on_erasure: delete\n        check:\n        - one\n        - two"
    text = small.replace("on_erasure: delete", guesses, 1)
    text = text.replace("{days: 15,", "{days: 0,")
    with pytest.raises(MapErrors) as caught:
        read(text)
    lines = text.splitlines()
    said = [(error.path.rpartition(".")[2], lines[error.line - 1].strip()) for error in caught.value.errors]
    assert said == [("days", "promise: {days: 0, unit: calendar_days}"), ("0", "- one"), ("1", "- two")]


def test_a_list_whose_lines_were_all_taken_out_is_answered(read, small):
    assert read(small.replace("backups: {kept_days: 35}", "check:")).map.stores["crm"]


def test_a_table_or_a_column_called_check_is_no_guess(read, small):
    text = small.replace("gender: {title", "check: {title").replace("student.gender", "student.check")
    text = text.replace("{course: {reason", "{check: {reason")
    loaded = read(text)
    assert "check" in loaded.map.stores["crm"].collections["student"].fields
    assert loaded.map.stores["orders"].dismissed[0].table == "check"


def test_a_file_beside_the_map_adds_what_it_lacks(tmp_path, small):
    (tmp_path / "10.yaml").write_text(small, encoding="utf-8")
    (tmp_path / "20.yaml").write_text(
        "identifier_kinds: {order_no: {internal: true}}\n"
        "stores:\n  crm:\n    collections:\n      student:\n        gives: {order_no: order_no}\n"
        "        fields: {nickname: {title: {zh: 昵称, en: Nickname}}}\n"
        "    dismissed: {city: {reason: codes, by: zhang}}\n",
        encoding="utf-8",
    )
    student = load(tmp_path, known_rules=RULES).map.stores["crm"].collections["student"]
    assert dict(student.gives) == {"student_id": "id", "order_no": "order_no"}
    assert list(student.fields)[-1] == "nickname"


def test_what_two_files_say_of_one_field_is_an_error_of_that_field(tmp_path, small):
    (tmp_path / "10.yaml").write_text(small, encoding="utf-8")
    (tmp_path / "20.yaml").write_text(
        "stores: {crm: {title: {zh: 二, en: Two}, collections: {student: {fields: {gender: {withhold: no reason}}}}}}",
        encoding="utf-8",
    )
    with pytest.raises(MapErrors) as caught:
        load(tmp_path, known_rules=RULES)
    assert [error.path for error in caught.value.errors] == [
        "stores.crm.title", "stores.crm.collections.student.fields.gender",
    ]  # fmt: skip
