"""A small map that is right, to be spoilt one line at a time, and what the checker says then."""

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from dsar.datamap.loader import Loaded, MapError, MapErrors, load

RULES = ("CN-ECL31-RETENTION-3Y", "CN-PIPL-PROMPT", "US-CA-KNOW-45D")

SMALL = dedent("""\
    controller: {name: {zh: 小店, en: Small shop}, contact: privacy@shop.example}
    promise: {days: 15, unit: calendar_days}
    identifier_kinds:
      phone: {proof: code, normal: e164, region: CN}
      email: {proof: code}
      card: {proof: staff, title: {zh: 会员卡号, en: Member card}}
      student_id: {internal: true}
    purposes:
      account: {title: {zh: 账户, en: Account}, legal_basis: {zh: 合同, en: Contract}}
    stores:
      crm:
        title: {zh: 客户系统, en: Customers}
        connector: sql
        url: ${CRM_URL}
        backups: {kept_days: 35}
        collections:
          student:
            title: {zh: 学员, en: Student}
            found_by: {phone: {column: phone, form: national}, email: {column: email}}
            gives: {student_id: id}
            purpose: account
            source: {column: source_store}
            consent: consent_evidence
            recipients: [oral]
            fields:
              phone: {title: {zh: 手机, en: Phone}, category: contact}
              gender: {title: {zh: 性别, en: Gender}, category: basic, values: {1: {zh: 男, en: Male}}}
              avatar: {title: {zh: 头像, en: Picture}, file: {root: ${MEDIA}, type: image}}
              password_hash: {withhold: credential}
            on_erasure: delete
      orders:
        title: {zh: 订单, en: Orders}
        connector: sql
        url: ${ORDERS_URL}
        collections:
          course_order:
            title: {zh: 订单, en: Order}
            found_by: {student_id: {column: student_id}}
            purpose: {title: {zh: 履行合同, en: To perform the contract}}
            fields:
              price: {title: {zh: 价格, en: Price}}
              done_at: {title: {zh: 完成时间, en: Completed}}
              receiver_phone: {title: {zh: 收货电话, en: Receiver}, identifier: phone, mentions: erase}
            on_erasure:
              keep: CN-ECL31-RETENTION-3Y
              where: {price: {above: 0}}
              fields: [price, done_at]
              until: {column: done_at}
              lock: {column: locked, value: 1}
              else: delete
        dismissed: {course: {reason: 课程目录, by: zhang}}
      suggest:
        title: {zh: 搜索框, en: Search box}
        connector: redis_suggest
        url: ${REDIS_URL}
        key: suggest
        rebuilt_from: crm.student
        collections:
          entry:
            title: {zh: 联想词, en: Suggestion}
            found_by: {phone: {column: entry}}
            purpose: account
            on_erasure: delete
    recipients:
      oral:
        title: {zh: 口语, en: Oral}
        legal_name: 小店口语有限公司
        contact: oral@shop.example
    collection_points:
      signup:
        title: {zh: 注册表, en: Sign-up form}
        fields: [phone, crm.student.gender, password_hash]
    """)


@pytest.fixture
def small() -> str:
    """The text of a map that is right."""
    return SMALL


@pytest.fixture
def read(tmp_path: Path) -> Callable[[str], Loaded]:
    """Load a map from its text."""

    def loaded(text: str) -> Loaded:
        path = tmp_path / "map.yaml"
        path.write_text(text, encoding="utf-8")
        return load(path, known_rules=RULES)

    return loaded


@pytest.fixture
def wrong(read: Callable[[str], Loaded], small: str) -> Callable[..., list[MapError]]:
    """What is wrong once `old` is put in place of `new` in the small map."""

    def errors(old: str, new: str) -> list[MapError]:
        assert small.count(old) == 1, f"the small map has {old!r} {small.count(old)} times"
        with pytest.raises(MapErrors) as caught:
            read(small.replace(old, new))
        return caught.value.errors

    return errors
