"""What the checker says of a map that is wrong: path, line, message and nearest right name, all at once."""

import copy
import functools
import operator
from collections.abc import Iterator

import pytest

from dsar.datamap.loader import MapErrors, build

SHORT = {"S": "stores.crm.collections.student", "O": "stores.orders.collections.course_order"}

# what stands in the small map, what is put in its place, the path blamed, words of the message, nearest;
# S and O stand for the paths of the two collections
CASES = [
    # keys
    ("backups: {kept_days: 35}", "backup: {kept_days: 35}", "stores.crm.backup", "no such key", "backups"),
    ("        gives:", "        give:", "S.give", "no such key", "gives"),
    ("    key: suggest", "    kye: suggest", "stores.suggest.kye", "no such key", "key"),
    ("    key: suggest\n", "", "stores.suggest", "`key` is missing", None),
    ("    key: suggest", "    key: suggest\n    table: t", "stores.suggest.table", "no such key", "title"),
    ("promise: {days: 15", "promises: {days: 15", "promises", "no such key", "promise"),
    ("    url: ${CRM_URL}\n", "", "stores.crm", "`url` is missing", None),
    # closed sets
    (
        "connector: redis_suggest", "connector: redis_sugest",
        "stores.suggest.connector", "kind of store", "redis_suggest",
    ),
    (
        "key: suggest\n", "key: suggest\n    order: score\n",
        "stores.suggest.order", "'score' is no order", "scored",
    ),
    ("form: national", "form: nationl", "S.found_by.phone.form", "form of phone", "national"),
    ("form: national", "form: 'md5:any'", "S.found_by.phone.form", "form of phone", "md5:exact"),
    ("{column: email}", "{column: email, form: e164}", "S.found_by.email.form", "form of email", None),
    ("category: contact", "category: contct", "S.fields.phone.category", "category", "contact"),
    ("type: image", "type: picture", "S.fields.avatar.file.type", "type of file", None),
    ("mentions: erase", "mentions: ersae", "O.fields.receiver_phone.mentions", "answer", "erase"),
    ("mentions: erase", "mentions: ask", "O.fields.receiver_phone.mentions", "`ask` is not served yet", None),
    ("normal: e164", "normal: E164", "identifier_kinds.phone.normal", "normal form", "e164"),
    ("proof: staff", "proof: stuff", "identifier_kinds.card.proof", "proof", "staff"),
    (
        "gives: {student_id: id}", "gives: {student_id: id}\n        shared: gives",
        "S.shared", "shared", "give",
    ),
    ("region: CN", "region: CNN", "identifier_kinds.phone.region", "region", "CN"),
    ("region: CN", "region: NO", "identifier_kinds.phone.region", "in quotes", None),
    (
        "contact: privacy@", "zone: Asia/Shangai, contact: privacy@",
        "controller.zone", "time zone", "Asia/Shanghai",
    ),
    ("contact: privacy@", "laws: [CN, XX], contact: privacy@", "controller.laws", "no rules for 'XX'", None),
    # names defined elsewhere
    ("phone: {column: phone,", "phon: {column: phone,", "S.found_by.phon", "identifier kind", "phone"),
    ("recipients: [oral]", "recipients: [orl]", "S.recipients.0", "recipient", "oral"),
    ("legal_name:", "store: cmr\n    legal_name:", "recipients.oral.store", "store 'cmr'", "crm"),
    (
        "rebuilt_from: crm.student", "rebuilt_from: crm.studnt",
        "stores.suggest.rebuilt_from", "collection", "crm.student",
    ),
    (
        "keep: CN-ECL31-RETENTION-3Y", "keep: CN-ECL31-RETENTION",
        "O.on_erasure.keep", "no rule", "CN-ECL31-RETENTION-3Y",
    ),
    ("identifier: phone", "identifier: phne", "O.fields.receiver_phone.identifier", "kind", "phone"),
    (
        "crm.student.gender", "crm.student.gendr",
        "collection_points.signup.fields.1", "no field", "crm.student.gender",
    ),
    (
        "purpose: account\n        source", "purpose: acount\n        source",
        "S.purpose", "purpose", "account",
    ),
    # columns of an erasure
    ("fields: [price, done_at]", "fields: [prise, done_at]", "O.on_erasure.fields.0", "not among", "price"),
    ("where: {price:", "where: {prize:", "O.on_erasure.where.prize", "not among", "price"),
    (
        "until: {column: done_at}", "until: {column: done}",
        "O.on_erasure.until.column", "not among", "done_at",
    ),
    ("else: delete", "else: {blank: [prices]}", "O.on_erasure.else.blank.0", "not among", "price"),
    ("{above: 0}", "{over: 0}", "O.on_erasure.where.price.over", "no such key", "above"),
    ("{above: 0}", "{above: null}", "O.on_erasure.where.price.above", "number or a text", None),
    ("          else: delete\n", "", "O.on_erasure", "both or neither", None),
    ("else: delete", "else: {keep: X}", "O.on_erasure.else.keep", "no such key", None),
    (
        "        on_erasure: delete\n  orders:", "        on_erasure: delte\n  orders:",
        "S.on_erasure", "must be", "delete",
    ),
    ("        on_erasure: delete\n  orders:", "  orders:", "S", "`on_erasure` is missing", None),
    # titles
    ("title: {zh: 手机, en: Phone}", "title: {zh: 手机}", "S.fields.phone.title", "given in English", None),
    ("title: {zh: 手机, en: Phone}", "title: 手机", "S.fields.phone.title", "in Chinese and in", None),
    ("title: {zh: 手机, en: Phone}, ", "", "S.fields.phone", "`title` is missing", None),
    ("1: {zh: 男, en: Male}", "1: {zh: 男, en: Yes}", "S.fields.gender.values.1.en", "in quotes", None),
    (", title: {zh: 会员卡号, en: Member card}", "", "identifier_kinds.card", "`title` is missing", None),
    ("en: Small shop", "en: ''", "controller.name.en", "is empty", None),
    # identifier kinds
    ("student_id: {internal: true}", "student_id: {}", "identifier_kinds.student_id", "internal: true", None),
    ("{proof: staff,", "{proof: code,", "identifier_kinds.card", "code can be sent only", None),
    ("{proof: code}", "{proof: code, region: CN}", "identifier_kinds.email.region", "only a telephone", None),
    (", region: CN", "", "S.found_by.phone.form", "needs a region", None),
    (
        "gives: {student_id: id}", "gives: {student_id: id, phone: phone}",
        "S.gives.phone", "only an internal", None,
    ),
    ("        gives: {student_id: id}\n", "", "identifier_kinds.student_id", "no collection `gives`", None),
    # reach
    (
        "found_by: {student_id: {column: student_id}}", "found_by: {}",
        "O.found_by", "no record can be found", None,
    ),
    ("        found_by: {student_id: {column: student_id}}\n", "", "O", "`found_by` is missing", None),
    (
        "found_by: {phone: {column: phone, form: national}, email: {column: email}}",
        "found_by: {student_id: {column: id}}",
        "S.found_by", "nothing that a person can prove", None,
    ),
    (
        "rebuilt_from: crm.student", "rebuilt_from: suggest.entry",
        "stores.suggest.rebuilt_from", "in a circle", None,
    ),
    # numbers, texts and lists
    ("{days: 15, unit: calendar_days}", "{days: 0}", "promise.days", "from 1 to 365", None),
    ("{days: 15, unit: calendar_days}", "{days: 15.5}", "promise.days", "whole number", None),
    ("{days: 15, unit: calendar_days}", "{days: fifteen}", "promise.days", "whole number", None),
    ("{days: 15, unit: calendar_days}", "{days: 15, unit: seconds}", "promise.unit", "unit of days", None),
    ("{days: 15, unit: calendar_days}", "{}", "promise", "say how long", None),
    ("{days: 15, unit: calendar_days}", "{days: 15, months: 15}", "promise", "say how long", None),
    ("kept_days: 35", "kept_days: true", "stores.crm.backups.kept_days", "whole number", None),
    ("legal_name: 小店口语有限公司", "legal_name: 12", "recipients.oral.legal_name", "in quotes", None),
    ("legal_name:", "abroad: 否\n    legal_name:", "recipients.oral.abroad", "true or false", None),
    ("[price, done_at]", "[price, price]", "O.on_erasure.fields.1", "twice", None),
    ("[price, done_at]", "[]", "O.on_erasure.fields", "is empty", None),
    (
        "{student_id: {column: student_id}}", "{student_id: student_id}",
        "O.found_by.student_id", "{column: student_id}", None,
    ),
    ("withhold: credential", "withhold: ''", "S.fields.password_hash.withhold", "is empty", None),
    ("key: suggest", "key: suggest\n    erasing: maybe", "stores.suggest.erasing", "true or false", None),
    # forms, dismissals, names
    ("fields: [phone,", "fields: [receiver_phones,", "collection_points.signup.fields.0", "no field", None),
    (
        "course: {reason: 课程目录", "course: {reasons: 课程目录",
        "stores.orders.dismissed.course.reasons", "no such key", "reason",
    ),
    (
        "dismissed: {course: ", "dismissed: {course_order: ",
        "stores.orders.dismissed.course_order", "is mapped", None,
    ),
    (
        "dismissed: {course: {", "dismissed: {course_order: {columns: [price], ",
        "stores.orders.dismissed.course_order.columns", "cannot be both", None,
    ),
    ("  suggest:\n", "  sug/gest:\n", "stores.sug/gest", "letters, digits", None),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "path", "words", "nearest"), CASES)
def test_one_thing_wrong_is_named_with_its_line_and_the_nearest_right_name(
    wrong, small, old, new, path, words, nearest
):
    first, dot, rest = path.partition(".")
    path = SHORT.get(first, first) + dot + rest
    errors = wrong(old, new)
    blamed = [error for error in errors if error.path == path and words in error.message]
    assert len(blamed) == 1, [str(error) for error in errors]
    assert blamed[0].nearest == nearest
    text = small.replace(old, new)
    first = text[: small.index(old)].count("\n") + 1
    around = text.splitlines()[blamed[0].line - 1]
    in_the_change = first <= blamed[0].line <= first + new.count("\n") + 1
    assert in_the_change or path.rpartition(".")[2] in around


def test_everything_wrong_is_told_at_once_in_the_order_of_lines(wrong):
    errors = wrong(
        "promise: {days: 15, unit: calendar_days}\nidentifier_kinds:",
        "promise: {days: 0}\nundo: {hour: 24}\nidentifier_kinds:\n  odd: {proof: code}",
    )
    assert [(error.path, error.line) for error in errors] == [
        ("promise.days", 2),
        ("undo.hour", 3),
        ("undo", 3),
        ("identifier_kinds.odd", 5),
        ("identifier_kinds.odd", 5),
    ]


def test_the_message_counts_and_shows_the_first(read):
    with pytest.raises(
        MapErrors, match=r"^the map cannot be used: .*map\.yaml:1: .* \(and 3 more\)$"
    ) as caught:
        read("{}\n")
    assert caught.value.status == 422
    assert {error.message for error in caught.value.errors} == {
        f"`{key}` is missing" for key in ("controller", "promise", "identifier_kinds", "stores")
    }


@pytest.mark.parametrize("text", ["", "just words", "[1, 2]", "12"])
def test_what_is_no_map_is_refused(read, text):
    with pytest.raises(MapErrors):
        read(text)


@pytest.mark.parametrize("value", ["null", "12", "[1]", "word", "{a: {b: {c: 1}}}", "true"])
def test_no_section_of_a_wrong_type_breaks_the_checker(read, small, value):
    for key in (
        "controller",
        "promise",
        "identifier_kinds",
        "purposes",
        "stores",
        "recipients",
        "collection_points",
    ):
        start = f"\n{small}".index(f"\n{key}:")
        end = next(
            (n for n in range(start + 1, len(small)) if small[n - 1] == "\n" and small[n] != " "), len(small)
        )
        with pytest.raises(MapErrors) as caught:
            read(f"{small[:start]}{key}: {value}\n{small[end:]}")
        assert any(error.path.startswith(key) for error in caught.value.errors)


ODD = (None, 1, -1.5, True, "", "x", [], {}, [None], [{}], {"a": 1}, {"column": []}, "x" * 5000)


def _paths(value: object, path: tuple = ()) -> Iterator[tuple]:
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inner:
        yield from _paths(each, (*path, key))


def test_whatever_stands_anywhere_the_answer_is_a_map_or_errors(read, small):
    plain, refused = read(small).plain, 0
    for path in _paths(plain):
        for odd in ODD:
            changed = {"": copy.deepcopy(plain)}
            place = functools.reduce(operator.getitem, ("", *path)[:-1], changed)
            place[("", *path)[-1]] = odd
            try:
                build(changed[""])
            except MapErrors as errors:
                refused += bool(errors.errors)
    assert refused > 500
