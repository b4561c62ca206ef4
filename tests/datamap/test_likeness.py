"""What a column looks like, by its name and by its values."""

from __future__ import annotations

from random import Random

import pytest

from dsar.datamap.likeness import Like, by_name, by_values

NAMES = {
    "phone": "phone receiver_phone lianxiDianhua shouji2 TEL userMobile 手机号码 lxdh",
    "email": "email userEmail email_address youxiang 电子邮箱",
    "id_number": "idCardNo sfzh id_card passport_no 身份证号",
    "bank_card": "card_no bank_account yinhangka 银行卡号",
    "person_name": "name FirstName real_name xingming contact_name 收件人",
    "address": "address BillingAddress dizhi 收货地址",
    "birthday": "birthday birth_date csrq 出生日期",
    "account": "wechat wx_openid openId unionid qq userName 微信号",
    "device": "imei device_id MAC idfa",
    "ip": "ip last_login_ip ip_addr",
    "gender": "sex xingbie",
    "location": "geo_lat longitude",
    "credential": "password_hash",
    "internal_id": "id user_id order_no",
    "free_text": "remark order_note beizhu 备注",
}
NOTHING = "hotel telephone_type email_verified macaroni created_at level learning_purpose status product_name x 等级"


@pytest.mark.parametrize(
    ("like", "column"), [(like, each) for like, names in NAMES.items() for each in names.split()]
)
def test_a_column_is_known_by_its_name(like, column):
    assert by_name(column).like == like
    assert by_name(column).alike is None


@pytest.mark.parametrize("column", NOTHING.split())
def test_a_name_that_says_nothing_is_taken_for_nothing(column):
    assert by_name(column) is None


def test_a_name_alone_is_that_of_whom_the_table_is_named_after():
    assert by_name("name", "customers").like == Like.PERSON_NAME
    assert by_name("name", "product") is None
    assert by_name("name", ".") is None


VALUES = {
    Like.PHONE: [
        "13100008688",
        "+1 650-253-0000",
        "021-62345678",
        "131 0000 8688",
        "家长,电话13100008688,可跟进",
        "１３１００００８６８８",
    ],
    Like.EMAIL: ["ann@x.cn", "Ann <ann.b+c@mail.example.com>"],
    Like.ID_NUMBER: ["11010519491231002X", "身份证 11010519491231002x"],
    Like.BANK_CARD: ["4111111111111111", "6222 0212 3456 7890 128"],
    Like.PERSON_NAME: ["罗明", "欧阳娜娜", "阿依古丽·买买提", "Luo Ming"],
    Like.ADDRESS: ["北京市朝阳区建国路88号", "12 Main Street", "Rua da Glória 15"],
    Like.IP: ["192.168.1.1", "2001:db8::1"],
    Like.DEVICE: ["490154203237518", "00:1A:2B:3C:4D:5E"],
    Like.ACCOUNT: ["oABCdefGHI-jklMNOpqrSTUvwxyz"],
    Like.DIGEST: ["5f4dcc3b5aa765d61d8327deb882cf99"],
    Like.FREE_TEXT: ["she will call back on some other day", "下午三点以后再联系我谢谢您了"],
}


@pytest.mark.parametrize(
    ("like", "value"), [(like, each) for like, values in VALUES.items() for each in values]
)
def test_a_column_is_known_by_its_values(like, value):
    seen = by_values([value, None, "  "])
    assert (seen.like, seen.alike, seen.of) == (like, 1, 1)


ORDINARY = {
    "numbers of 11 digits": lambda chance, _: str(chance.randrange(10**10, 10**11)),
    "numbers of 10 digits": lambda chance, _: str(chance.randrange(10**9, 10**10)),
    "numbers of 16 digits": lambda chance, _: str(chance.randrange(10**15, 10**16)),
    "numbers of 16 digits, all from 4": lambda chance, _: str(chance.randrange(4 * 10**15, 5 * 10**15)),
    "numbers of 18 digits": lambda chance, _: str(chance.randrange(10**17, 10**18)),
    "numbers in a row": lambda _, n: str(n),
    "seconds": lambda _, n: str(1_700_000_000 + 997 * n),
    "milliseconds": lambda _, n: str(1_700_000_000_000 + 997 * n),
    "times": lambda _, n: f"2024-0{n % 9 + 1}-11 10:1{n % 10}:00",
    "orders": lambda _, n: f"DD2024{n:09d}",
    "levels": lambda chance, _: chance.choice(["金牌", "高级", "普通", "白金"]),
    "courses": lambda chance, _: chance.choice(["口语", "雅思", "高级英语"]),
    "prices": lambda chance, _: f"{chance.randrange(10**6)}.50",
}


@pytest.mark.parametrize("name", ORDINARY)
def test_what_is_in_every_database_does_not_look_personal(name):
    chance = Random(1)
    seen = by_values([ORDINARY[name](chance, n) for n in range(200)])
    assert seen is None or not seen.personal


def test_the_counts_are_of_what_was_read():
    seen = by_values(["13100008688"] * 38 + ["x"] * 162 + [None] * 50)
    assert (seen.like, seen.alike, seen.of) == (Like.PHONE, 38, 200)


def test_a_number_abroad_is_known_where_its_region_is_named():
    assert by_values(["6502530000"]) is None
    assert by_values(["6502530000"], ("CN", "US")).like == Like.PHONE


@pytest.mark.parametrize("value", ["省路" * 400, "1" * 900, "a." * 400, "1 a" * 300, "Li " * 300, "@" * 900])
def test_no_value_takes_long(value):
    by_values([value] * 200)


@pytest.mark.parametrize("wrong", ["110105194912310021", "11010519491331002X", "991105194912310026"])
def test_a_citizens_number_has_a_check_digit_a_day_and_a_province(wrong):
    assert by_values([wrong]) is None or by_values([wrong]).like != Like.ID_NUMBER
