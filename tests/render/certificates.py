"""Certificates for the tests of the papers: one that went well, and one with every verdict that is open."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from dsar.render.certificate import Box, Certificate, ProofKept, Step, Typed
from dsar.render.package import SealShown
from tests.render.packages import CONTROLLER, MADE
from tests.render.records import PHONE


def certificate(lang: str = "zh-CN", **more: Any) -> Certificate:
    """An erasure that went well: one order kept by law, the rest gone; `more` replaces fields."""
    whole = Certificate(
        show=erased(),
        lang=lang,
        controller=CONTROLLER,
        identifiers=((PHONE, "131****8688"), (PHONE, "130****0038")),
        number=1,
        made_at=MADE,
        received_at=datetime(2021, 11, 18, 1, 0, tzinfo=UTC),
        erased_at=datetime(2021, 11, 23, 6, 2, tzinfo=UTC),
        seal=SealShown(41, hashlib.sha256(b"tail").hexdigest()),
        ladder=(
            Box(
                {"zh": "客户关系系统的搜索联想", "en": "Search suggestions, customer system"},
                MADE,
                (typed("131****8688"), typed("130****0038")),
            ),
        ),
        proof=ProofKept(
            {
                "zh": "本请求的编号、经核实的号码、我们所做的事和时间",
                "en": "The reference, the proven numbers, what we did and when",
            },
            date(2024, 11, 24),
        ),
        verify_url="https://privacy.starbridge.example/check",
        due_on=date(2021, 12, 3),
        promise={"zh": "我们公布的承诺：收到之日起15日内答复", "en": "Our published promise: within 15 days"},
    )
    return replace(whole, **more)


def typed(masked: str) -> Typed:
    return Typed(masked, tuple(Step(masked[:n], n > 3, False) for n in range(1, len(masked) + 1)))


def outcome(
    name: str, verdict: str, counts: tuple[int | None, int | None, int | None, int | None], **more: Any
) -> Any:
    """One collection of `erasure show`; counts: found, erased, kept, residue."""
    found, gone, kept, residue = counts
    looks = [
        {"number": 1, "at": "2021-11-23T06:10:00Z", "how": "locator", "left": 0},
        {"number": 2, "at": "2021-11-24T01:30:00Z", "how": "value", "left": residue or 0},
    ]
    told = {
        "name": name,
        "mapped": True,
        "verdict": verdict,
        "planned": found,
        "found": found,
        "erased": gone,
        "kept": kept,
        "residue": residue,
        "reason": None,
        "ground": None,
        "locked": None,
        "looks": looks,
        "where": [],
    }
    return told | more


def erased() -> dict[str, Any]:
    ground = {
        "rule": "CN-ECL31-RETENTION-3Y",
        "law": "电子商务法",
        "article": "31",
        "text": {
            "zh": "《电子商务法》第三十一条：交易信息自交易完成之日起保存不少于三年",
            "en": "E-Commerce Law, Art. 31: transaction information is kept for at least three years",
        },
        "until": "2024-03-20",
    }
    crm = {"zh": "客户关系系统", "en": "Customer relations system"}
    return {
        "reference": "M3HD9QVB",
        "stage": "done",
        "looks_only": False,
        "verdict": "KEPT",
        "stores": [
            {
                "name": "crm",
                "title": crm,
                "verdict": "ERASED",
                "collections": [
                    outcome(
                        "student", "ERASED", (2, 2, 0, 0), title={"zh": "学员账户", "en": "Student account"}
                    ),
                    outcome(
                        "student_tag",
                        "ERASED",
                        (8, 8, 0, 0),
                        title={"zh": "画像标签", "en": "Profile labels"},
                    ),
                ],
            },
            {
                "name": "orders",
                "title": {"zh": "订单系统", "en": "Orders"},
                "verdict": "KEPT",
                "collections": [
                    outcome(
                        "course_order",
                        "KEPT",
                        (5, 4, 1, 0),
                        ground=ground,
                        locked=True,
                        title={"zh": "课程订单", "en": "Course orders"},
                    )
                ],
            },
            {
                "name": "weblog",
                "title": {"zh": "网站访问日志", "en": "Web access log"},
                "verdict": "NOTHING_HELD",
                "collections": [outcome("visit", "NOTHING_HELD", (0, 0, 0, 0))],
            },
        ],
        "relooks": [
            {"on": "2021-11-25", "done_at": None, "left": None},
            {"on": "2021-12-01", "done_at": "2021-12-01T02:00:00Z", "left": 0},
        ],
        "recipients": [
            {
                "name": "oral",
                "state": "confirmed",
                "asked_at": "2021-11-23T06:00:00Z",
                "due_on": "2021-12-03",
                "answered_at": "2021-11-23T07:00:00Z",
            },
            {
                "name": "class",
                "state": "asked",
                "asked_at": "2021-11-23T06:00:00Z",
                "due_on": "2021-12-03",
                "answered_at": None,
            },
        ],
        "backups": [{"store": "crm", "gone_by": "2021-12-28"}],
        "certificate": None,
        "ledger": {"entries": 41, "head": hashlib.sha256(b"tail").hexdigest()},
    }


def unsettled(lang: str = "zh-CN", *, looks_only: bool = False) -> Certificate:
    """Every verdict that is open, and one that cannot be settled."""
    show = erased()
    crm = show["stores"][0]
    crm["verdict"] = "RESIDUE"
    crm["collections"] += [
        outcome(
            "callcenter_2021q1",
            "RESIDUE",
            (1, 0, 0, 1),
            mapped=False,
            reason="not in the map",
            where=[{"table": "callcenter_2021q1", "column": "mobile"}],
        ),
        outcome("archive", "UNREACHABLE", (None, None, None, None), reason="no answer in 30 s", looks=[]),
        outcome("label", "CANNOT", (1, 0, 0, 1), reason="the index is rebuilt every night"),
        outcome("mirror", "UNCONFIRMED", (2, 2, 0, None)),
        outcome("late", "PENDING", (1, None, None, None), looks=[]),
    ]
    show |= {"verdict": "RESIDUE", "looks_only": looks_only}
    return certificate(lang, show=show, erased_at=None if looks_only else MADE)
