"""Records for the tests of the papers: what the stores of a made-up company hold of one person."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from dsar.datamap.types import Field, FileOf, Text
from dsar.render.package import CollectionShown, FieldShown, FileShown, RecipientShown, Row

FIRST, SECOND = "13100008688", "13000000038"
PHONE = {"zh": "手机号码", "en": "Mobile number"}
SOURCE = "线下体验店-宁波海曙"
ADDRESS = "浙江省宁波市海曙区柳汀街道青林湾西区 12 幢 2 单元 301 室"

ORAL = RecipientShown(
    name="oral",
    title={"zh": "星桥口语", "en": "Starbridge Oral"},
    legal_name="北京星桥口语科技有限公司",
    contact="privacy@oral.starbridge.example",
    abroad=False,
    got={"zh": "手机号码、职业、学习目的、订单", "en": "Mobile number, occupation, learning purpose, orders"},
    why={"zh": "账户互通，自动同步", "en": "Shared sign-in, copied automatically"},
    consent={},
)
CLASS = RecipientShown(
    name="class",
    title={"zh": "星桥班课", "en": "Starbridge Class"},
    legal_name="杭州星桥班课教育科技有限公司",
    contact="privacy@class.starbridge.example",
    abroad=True,
    got={"zh": "手机号码的哈希值、昵称", "en": "Hash of the mobile number, nickname"},
    why={"zh": "账户互通，自动同步", "en": "Shared sign-in, copied automatically"},
    consent={
        "zh": "委托合同，2020年6月1日（《个人信息保护法》第二十一条）",
        "en": "Contract of 1 June 2020 (Art. 21)",
    },
)


def field(name: str, zh: str, en: str, **more: Any) -> FieldShown:
    return FieldShown(Field(name, {"zh": zh, "en": en}, "other", **more), "given", None)


def kept_back(name: str, zh: str, en: str, reason: str) -> FieldShown:
    title = {"zh": zh, "en": en} if zh else {}
    return FieldShown(Field(name, title, "other", withhold=reason), "withheld", reason)


def collection(
    name: str, title: Text, fields: Sequence[FieldShown], rows: Sequence[Row], **more: Any
) -> CollectionShown:
    """A collection with the facts of an account, unless told otherwise."""
    facts: dict[str, Any] = {
        "purpose": {
            "zh": "开设学员账户，安排体验课。",
            "en": "To open a student account and arrange a trial lesson.",
        },
        "legal_basis": {
            "zh": "本应取得您的同意（《个人信息保护法》第十三条第一款第一项）。",
            "en": "Should have been your consent (Personal Information Protection Law, Art. 13(1)(1)).",
        },
        "source": {"zh": "由学员账户自动生成。", "en": "Made from the student accounts."},
        "source_field": None,
        "consent_field": None,
        "recipients": (ORAL,),
        "retention": {"zh": "至账户注销为止。", "en": "Until the account is closed."},
        "without_consent": 0,
        "mentions": 0,
    }
    return CollectionShown(
        name=name,
        title=title,
        records=len(rows),
        fields=tuple(fields),
        rows=lambda: iter(rows),
        **facts | more,
    )


def student() -> CollectionShown:
    rows = [
        {
            "phone": FIRST,
            "id": 4471,
            "real_name": "罗明",
            "english_name": "Leo",
            "gender": "M",
            "birthday": None,
            "avatar": "leo.png",
            "source_store": SOURCE,
            "consent_evidence": None,
            "created_at": "2021-01-15T10:32:00",
            "active": True,
        },
        {
            "phone": SECOND,
            "id": 4472,
            "real_name": None,
            "english_name": "Coco",
            "gender": None,
            "birthday": None,
            "avatar": None,
            "source_store": SOURCE,
            "consent_evidence": None,
            "created_at": "2021-01-15T10:41:07",
            "active": False,
        },
    ]
    name = "files/crm/student/1-leo.png"
    return collection(
        "student",
        {"zh": "学员账户", "en": "Student account"},
        [
            field("phone", "手机号码", "Mobile number"),
            field("id", "学员编号", "Student number"),
            field("real_name", "真实姓名", "Real name"),
            field("english_name", "英文名", "English name"),
            field("gender", "性别", "Gender", values={"M": {"zh": "男", "en": "Male"}}),
            field("birthday", "出生日期", "Date of birth"),
            field("avatar", "头像", "Picture", file=FileOf("${MEDIA}", "image")),
            field("source_store", "来源门店", "Shop it came from"),
            field("consent_evidence", "同意凭证", "Proof of consent"),
            field("created_at", "开户时间", "Account opened"),
            field("active", "在用", "In use"),
            kept_back("password_hash", "", "", "credential"),
            kept_back("operator", "经办员工", "Employee who typed it in", "third_party"),
        ],
        rows,
        source=None,
        source_field="source_store",
        consent_field="consent_evidence",
        without_consent=2,
        mentions=0,
        files=(FileShown(0, "avatar", name, "image", 1284, hashlib.sha256(b"leo").hexdigest()),),
    )


def tags() -> CollectionShown:
    told = [
        ("注册目的", "我要学英语", FIRST),
        ("职业", "上班族", FIRST),
        ("学习目的", "商务职场", FIRST),
        ("英语水平", "会说简单单词", FIRST),
        ("注册目的", "我的孩子要学英语", SECOND),
        ("学龄阶段", "幼儿（幼儿园大班）", SECOND),
        ("学习目的", "提高听说能力", SECOND),
    ]
    return collection(
        "student_tag",
        {"zh": "画像标签", "en": "Profile labels"},
        [
            field("tag_key", "标签", "Label"),
            field("tag_value", "内容", "What it says"),
            field("phone", "账户", "Account"),
            field("at", "填写于", "Given on"),
        ],
        [
            {"tag_key": key, "tag_value": value, "phone": phone, "at": "2021-01-15"}
            for key, value, phone in told
        ],
        consent_field="consent",
        without_consent=7,
        mentions=0,
    )


def spreadsheet() -> CollectionShown:
    return collection(
        "callcenter_2021q1",
        {"zh": "呼叫中心名单（2021年第一季度）", "en": "Call-centre list, first quarter of 2021"},
        [field("mobile", "号码", "Number"), field("remark", "备注", "Remark")],
        [{"mobile": " 131 0000 8688 ", "remark": "家长，孩子大班，可跟进"}],
        consent_field="consent",
        without_consent=1,
        mentions=0,
    )


def orders() -> CollectionShown:
    rows = [
        {"course": "外教1对1体验课", "phone": "131-0000-8688", "at": "2021-01-15 10:35:00", "price": "0.00"},
        {"course": "我的玩具会唱歌", "phone": "131-0000-8688", "at": "2021-01-24 20:06:00", "price": "0.00"},
        {
            "course": "1对1纯外教课19元课包",
            "phone": "130-0000-0038",
            "at": "2021-03-20 19:14:00",
            "price": "19.00",
            "address": ADDRESS,
        },
    ]
    return collection(
        "course_order",
        {"zh": "课程订单", "en": "Course orders"},
        [
            field("course", "课程", "Course"),
            field("phone", "号码", "Number"),
            field("at", "下单时间", "Ordered"),
            field("price", "金额（元）", "Yuan"),
            field("address", "送货地址", "Delivery address"),
        ],
        rows,
        purpose={"zh": "排课、收款、售后。", "en": "Timetable, payment, after-sales service."},
        legal_basis={
            "zh": "履行与您的合同（《个人信息保护法》第十三条第一款第二项）。",
            "en": "To perform a contract with you (Art. 13(1)(2)).",
        },
        recipients=(ORAL, CLASS),
    )


def texts() -> CollectionShown:
    sent = [
        (
            "86" + FIRST,
            "【星桥】学员您好，已为您分配账号：131****8688，密码：25**81。",
            "2021-01-15T02:33:00Z",
        ),
        (
            "86" + SECOND,
            "【星桥】学员您好，已为您分配账号：130****0038，密码：78**55。回T退订",
            "2021-01-15T02:42:00Z",
        ),
        (
            "86" + SECOND,
            "【星桥】感谢您注册！您已获得一节在线1对1外教课，请在七日内登录星桥英语应用预约上课时间，"
            "逾期自动失效。"
            "如需帮助，请联系您的专属课程顾问。回T退订",
            "2021-01-15T02:44:00Z",
        ),
    ]
    return collection(
        "sms_log",
        {"zh": "短信记录", "en": "Messages sent"},
        [
            field("phone", "号码", "Number"),
            field("text", "短信全文", "Full text"),
            field("at", "发送时间", "Sent"),
        ],
        [{"phone": phone, "text": text, "at": at} for phone, text, at in sent],
        consent_field="consent",
        without_consent=2,
        mentions=0,
        recipients=(),
    )


def suggestions() -> CollectionShown:
    return collection(
        "entry",
        {"zh": "联想词", "en": "Suggestions"},
        [field("entry", "联想词", "Suggestion")],
        [{"entry": FIRST}, {"entry": f"罗明 {FIRST}"}, {"entry": SECOND}],
    )


def visits() -> CollectionShown:
    return collection("visit", {"zh": "访问", "en": "Visits"}, [field("url", "网址", "Address")], [])
