"""Packages for the tests of the papers: one person's records in several stores, and hostile ones."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from dsar.datamap.types import Controller
from dsar.render.package import (
    CollectionShown,
    FieldShown,
    IdentifierShown,
    LikeShown,
    Package,
    PointShown,
    Row,
    SealShown,
    StoreShown,
    UnmappedShown,
)
from tests.render.records import (
    CLASS,
    FIRST,
    ORAL,
    PHONE,
    SECOND,
    collection,
    orders,
    spreadsheet,
    student,
    suggestions,
    tags,
    texts,
    visits,
)

MADE = datetime(2021, 11, 24, 2, 0, tzinfo=UTC)
SEAL = SealShown(18, hashlib.sha256(b"head").hexdigest())

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
    alike = UnmappedShown("crm", "lead", ("wx",), 0, (LikeShown("wx", "account", None, 0),))
    return replace(whole, complete=False, stores=(*whole.stores, away), unmapped=(place, unseen, alike))


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
