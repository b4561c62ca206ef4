"""Packages for the tests of the papers: one person's records in several stores, and hostile ones."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from dsar.datamap.types import Controller, Field, FileOf, Text
from dsar.render.package import (
    CollectionShown,
    FieldShown,
    FileShown,
    IdentifierShown,
    Package,
    PointShown,
    RecipientShown,
    Row,
    SealShown,
    StoreShown,
    UnmappedShown,
)

FIRST, SECOND = "13100008688", "13000000038"
MADE = datetime(2021, 11, 24, 2, 0, tzinfo=UTC)
SEAL = SealShown(18, hashlib.sha256(b"head").hexdigest())
PHONE = {"zh": "手机号码", "en": "Mobile number"}
SOURCE = "线下体验店-宁波海曙"
ADDRESS = "浙江省宁波市海曙区柳汀街道青林湾西区 12 幢 2 单元 301 室"

CONTROLLER = Controller(
    name={"zh": "星桥英语", "en": "Starbridge English"},
    legal_name={
        "zh": "星桥英语科技（宁波）有限公司",
        "en": "Starbridge English Technology (Ningbo) Co., Ltd.",
    },
    contact="privacy@starbridge.example",
    address={
        "zh": "浙江省宁波市海曙区中山西路 100 号，315010",
        "en": "100 Zhongshan West Road, Ningbo 315010",
    },
    phone="0574-0000-0100",
    officer={"zh": "个人信息保护负责人 沈岚", "en": "Shen Lan, personal information protection officer"},
    laws=("CN",),
    zone="Asia/Shanghai",
)
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
    )


def spreadsheet() -> CollectionShown:
    return collection(
        "callcenter_2021q1",
        {"zh": "呼叫中心名单（2021年第一季度）", "en": "Call-centre list, first quarter of 2021"},
        [field("mobile", "号码", "Number"), field("remark", "备注", "Remark")],
        [{"mobile": " 131 0000 8688 ", "remark": "家长，孩子大班，可跟进"}],
        consent_field="consent",
        without_consent=1,
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
        recipients=(),
    )


def store(name: str, zh: str, en: str, collections: Sequence[CollectionShown], **more: Any) -> StoreShown:
    told: dict[str, Any] = {"kind": "sql", "state": "searched", "reason": None, "at": MADE}
    return StoreShown(name=name, title={"zh": zh, "en": en}, collections=tuple(collections), **told | more)


def package(lang: str = "zh-CN", **more: Any) -> Package:
    """The whole of one person, complete; `more` replaces fields of it."""
    stores = (
        store("crm", "客户关系系统", "Customer relations system", [student(), tags(), spreadsheet()]),
        store(
            "crm_suggest",
            "客户关系系统的搜索联想",
            "Search suggestions, customer system",
            [suggestions()],
            kind="sql_suggest",
        ),
        store("orders", "订单系统", "Orders", [orders()]),
        store("sms", "短信网关", "Text-message gateway", [texts()]),
        store("weblog", "网站访问日志", "Web access log", [visits()]),
    )
    whole = Package(
        reference="K7RW4MXT",
        right="access",
        lang=lang,
        made_at=MADE,
        received_at=datetime(2021, 11, 18, 1, 0, tzinfo=UTC),
        due_on=date(2021, 12, 3),
        promise={
            "zh": "我们公布的承诺：收到之日起15日内答复（隐私政策）",
            "en": "Our published promise: within 15 days",
        },
        complete=True,
        controller=CONTROLLER,
        identifiers=(
            IdentifierShown("phone", PHONE, f"+86{FIRST}"),
            IdentifierShown("phone", PHONE, f"+86{SECOND}"),
        ),
        period=(None, date(2021, 11, 24)),
        stores=stores,
        points=points(),
        unmapped=(),
        recipients=(ORAL, CLASS),
        seal=SEAL,
        verify_url="https://privacy.starbridge.example/check",
    )
    return replace(whole, **more)


def suggestions() -> CollectionShown:
    return collection(
        "entry",
        {"zh": "联想词", "en": "Suggestions"},
        [field("entry", "联想词", "Suggestion")],
        [{"entry": FIRST}, {"entry": f"罗明 {FIRST}"}, {"entry": SECOND}],
    )


def visits() -> CollectionShown:
    return collection("visit", {"zh": "访问", "en": "Visits"}, [field("url", "网址", "Address")], [])


def points() -> tuple[PointShown, ...]:
    form = {"zh": "注册表", "en": "Sign-up form"}
    where = {"zh": "客户关系系统，学员账户", "en": "Customer relations system, student account"}
    why = {
        "zh": "核对后5分钟内失效，数据库中没有这个字段",
        "en": "Expires within 5 minutes; no database has a field for it",
    }
    return (
        PointShown("signup", form, "phone", PHONE, "held", where, None),
        PointShown(
            "signup", form, "code", {"zh": "短信验证码", "en": "Text-message code"}, "not_kept", None, why
        ),
        PointShown("signup", form, "level", {"zh": "英语水平", "en": "Level of English"}, None, None, None),
    )


def partial(lang: str = "zh-CN") -> Package:
    """One store cannot be reached, one place that no map names holds the person."""
    whole = package(lang)
    away = store(
        "calls",
        "通话录音存档",
        "Archive of call recordings",
        [],
        state="unreachable",
        reason="no answer in 30 s",
    )
    place = UnmappedShown("crm", "callcenter_2021q1", ("mobile", "remark"), 1)
    unseen = UnmappedShown("sms", "old_log", ("msisdn",), None)
    return replace(whole, complete=False, stores=(*whole.stores, away), unmapped=(place, unseen))


def single(rows: Sequence[Row], fields: Sequence[FieldShown], lang: str = "zh-CN", **more: Any) -> Package:
    """One store with one collection of these rows."""
    only = collection("note", {"zh": "备注", "en": "Notes"}, fields, rows, **more)
    return package(lang, stores=(store("notes", "备注系统", "Note store", [only]),))


def many(records: int, lang: str = "zh-CN") -> Package:
    """One collection whose rows are made as they are read."""

    def rows() -> Iterator[Row]:
        for n in range(records):
            yield {"phone": FIRST, "text": f"第{n}条消息", "at": "2021-01-15"}

    only = replace(texts(), records=records, rows=rows, without_consent=0)
    return package(lang, stores=(store("sms", "短信网关", "Text-message gateway", [only]),))
