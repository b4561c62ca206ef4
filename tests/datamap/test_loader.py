"""Loading a map: what a right one becomes, one file or a folder, its digest, its stored form."""

import json
from dataclasses import FrozenInstanceError

import pytest

from dsar.datamap.loader import MapErrors, build, canonical, load
from dsar.datamap.types import Caution, Condition, Delete, FoundBy, Keep, Mentions, Nothing

RULES = ("CN-ECL31-RETENTION-3Y",)


def test_a_right_map_becomes_frozen_values(read, small):
    datamap = read(small).map
    student = datamap.stores["crm"].collections["student"]
    assert student.found_by == (FoundBy("phone", "phone", ("national",)), FoundBy("email", "email", ("any",)))
    assert student.gives == {"student_id": "id"}
    assert student.fields["avatar"].file.root == "${MEDIA}"
    assert student.fields["gender"].values == {"1": {"zh": "男", "en": "Male"}}
    assert not student.fields["password_hash"].given
    assert (student.source.column, student.consent) == ("source_store", "consent_evidence")
    with pytest.raises(FrozenInstanceError):
        student.table = "another"


def test_defaults_are_filled_in(read, small):
    datamap = read(small).map
    assert datamap.controller.legal_name == {"zh": "小店", "en": "Small shop"}
    assert (datamap.controller.laws, datamap.controller.zone) == (("CN",), "Asia/Shanghai")
    assert (datamap.undo_hours, datamap.caution) == (0, Caution(10_000, 25, 100, 100))
    assert datamap.stores["suggest"].settings == {"key": "suggest", "order": "lexicographic"}
    assert datamap.stores["crm"].collections["student"].table == "student"
    assert datamap.identifier_kinds["phone"].title["zh"] == "手机号码"
    assert datamap.identifier_kinds["email"].normal == "email"
    assert datamap.identifier_kinds["student_id"].internal


def test_kept_rows_carry_their_rule_condition_lock_and_what_becomes_of_the_others(read, small):
    assert read(small).map.stores["orders"].collections["course_order"].on_erasure == Keep(
        rule="CN-ECL31-RETENTION-3Y",
        where=(Condition("price", "above", 0),),
        fields=("price", "done_at"),
        until_column="done_at",
        lock_column="locked",
        lock_value=1,
        otherwise=Delete(),
    )


def test_a_condition_may_name_several_values_and_the_rest_may_be_left(read, small):
    text = small.replace("{price: {above: 0}}", "{price: {in: [1, 2.5, '3']}, done_at: {is_not: null}}")
    act = (
        read(text.replace("else: delete", "else: {nothing: 无需处理}"))
        .map.stores["orders"]
        .collections["course_order"]
        .on_erasure
    )
    assert act.where == (Condition("price", "in", (1, 2.5, "3")), Condition("done_at", "is_not", None))
    assert act.otherwise == Nothing("无需处理")


def test_a_mention_is_erased_or_kept_for_a_reason(read, small):
    def mentions(written):
        text = small.replace("mentions: erase", f"mentions: {written}")
        fields = read(text).map.stores["orders"].collections["course_order"].fields
        return fields["receiver_phone"].mentions

    assert mentions("erase") == Mentions("erase")
    assert mentions("{keep: 收货凭证}") == Mentions("keep", "收货凭证")


def test_a_kind_may_stand_in_two_columns_and_in_several_forms(read, small):
    text = small.replace(
        "phone: {column: phone, form: national}",
        "phone: [{column: phone, form: [national, 'md5:dashed', 0086]}, {column: phone2}]",
    )
    assert read(text).map.stores["crm"].collections["student"].found_by[:2] == (
        FoundBy("phone", "phone", ("national", "md5:dashed", "0086")),
        FoundBy("phone", "phone2", ("any",)),
    )


def test_a_form_field_is_tied_to_the_place_where_it_lands(read, small):
    points = read(small).map.collection_points
    assert [(p.name, p.field, p.state, p.place) for p in points] == [
        ("signup", "phone", "held", "crm.student.phone"),
        ("signup", "gender", "held", "crm.student.gender"),
        ("signup", "password_hash", "withheld", "crm.student.password_hash"),
    ]
    assert points[0].field_title == {"zh": "手机", "en": "Phone"}


def test_a_form_field_may_be_written_out_not_kept_or_tied_to_nothing(read, small):
    text = small.replace(
        "[phone, crm.student.gender, password_hash]",
        "{code: {title: {zh: 验证码, en: Code}, state: not_kept, reason: {zh: 用后即删, en: Deleted}},"
        " level: {title: {zh: 水平, en: Level}}}",
    )
    assert [(p.field, p.state, p.place) for p in read(text).map.collection_points] == [
        ("code", "not_kept", None),
        ("level", None, None),
    ]


def test_months_may_be_promised(read, small):
    promise = read(small.replace("{days: 15, unit: calendar_days}", "{months: 1}")).map.promise
    assert (promise.n, promise.unit) == (1, "months")


def test_a_stored_version_gives_the_same_map_and_keeps_the_order_written(read, small):
    loaded = read(small)
    stored = json.loads(json.dumps(loaded.plain, ensure_ascii=False))
    assert build(stored) == loaded.map
    assert list(build(stored).stores) == ["crm", "orders", "suggest"]


def test_a_stored_version_whose_rule_is_gone_still_loads(read, small):
    plain = json.loads(json.dumps(read(small).plain).replace("CN-ECL31-RETENTION-3Y", "CN-GONE"))
    assert build(plain).stores["orders"].collections["course_order"].on_erasure.rule == "CN-GONE"


def test_a_stored_version_that_cannot_be_read_says_so_without_a_line(read, small):
    plain = read(small).plain
    with pytest.raises(MapErrors, match=r"stores\.crm: `title` is missing") as caught:
        build({**plain, "stores": {"crm": {"connector": "sql", "url": "x", "collections": {}}}})
    assert caught.value.errors[0].line == 0


def test_order_and_comments_do_not_change_the_digest_but_a_word_does(read, small):
    head, _, rest = small.partition("promise:")
    turned = f"# a comment\npromise:{rest}{head}"
    assert read(turned).sha256 == read(small).sha256
    assert read(small.replace("小店口语", "大店口语")).sha256 != read(small).sha256
    assert canonical({"b": 1, "a": "中"}) == '{"a":"中","b":1}'.encode()


def test_a_folder_of_files_is_the_same_map_as_one_file(tmp_path, read, small):
    one = read(small)
    before, _, after = small.partition("  orders:\n")
    orders, _, rest = after.partition("  suggest:\n")
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "10-main.yaml").write_text(before)
    (folder / "20-orders.yml").write_text("stores:\n  orders:\n" + orders)
    (folder / "30-rest.yaml").write_text("stores:\n  suggest:\n" + rest)
    (folder / "notes.txt").write_text("not YAML: [")
    (folder / ".hidden.yaml").write_text("not YAML: [")
    loaded = load(folder, known_rules=RULES)
    assert loaded.sha256 == one.sha256
    assert list(loaded.map.stores) == ["crm", "orders", "suggest"]


def test_a_key_or_store_that_two_files_give_names_both_places(tmp_path, small):
    (tmp_path / "a.yaml").write_text(small)
    (tmp_path / "b.yaml").write_text("promise: {months: 1}\nstores:\n  crm: {}\n")
    with pytest.raises(MapErrors) as caught:
        load(tmp_path, known_rules=RULES)
    assert [(e.path, e.line) for e in caught.value.errors] == [("promise", 1), ("stores.crm", 3)]
    assert all(e.file.endswith("b.yaml") for e in caught.value.errors)
    assert f"given twice, in {tmp_path / 'a.yaml'} line 2" in caught.value.errors[0].message


def test_an_error_in_a_folder_names_its_own_file_and_line(tmp_path, small):
    (tmp_path / "a.yaml").write_text(small.replace("purpose: account", "purpose: acount", 1))
    (tmp_path / "b.yaml").write_text("undo: {hours: 24}\nerasure: {go_above: many}\n")
    with pytest.raises(MapErrors) as caught:
        load(tmp_path, known_rules=RULES)
    first, second = caught.value.errors
    assert (first.file, first.nearest) == (str(tmp_path / "a.yaml"), "account")
    assert (second.file, second.line, second.path) == (str(tmp_path / "b.yaml"), 2, "erasure.go_above")


def test_an_error_found_later_gets_the_line_of_its_path(read, small):
    error = read(small).error("stores.crm.collections.student.gives.student_id", "no such column", "uid")
    assert error.line == small[: small.index("gives:")].count("\n") + 1
    assert str(error).endswith("gives.student_id: no such column; did you mean uid?")


def test_an_empty_folder_and_a_missing_file_are_one_error_each(tmp_path):
    for path, said in ((tmp_path, "no .yaml file"), (tmp_path / "none.yaml", "No such file")):
        with pytest.raises(MapErrors, match=said):
            load(path, known_rules=RULES)
