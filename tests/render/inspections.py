"""Records of an inspection for the tests of its paper."""

from __future__ import annotations

import hashlib
from typing import Any

from tests.render.packages import CONTROLLER

SIGNATURE = {"sha256": "ab" * 32, "public_key": "cd" * 32, "value": "ef" * 64}
NAME = {"zh": "客户系统", "en": "Customer system"}
HEAD = hashlib.sha256(b"tail").hexdigest()


def store(name: str, title: dict[str, str], **more: Any) -> dict[str, Any]:
    whole = {
        "name": name, "title": title, "connector": "sql", "account": "reader", "asked_at": "2021-12-07T02:12:31Z",
        "answered_at": "2021-12-07T02:12:32Z", "milliseconds": 1458, "state": "answered", "reason": None,
        "records": 0, "collections": [], "places": [], "derived": None, "box": None,
    }  # fmt: skip
    return whole | more


def record(lang: str = "zh-CN", **more: Any) -> dict[str, Any]:
    """A person of whom something is left, a store that is down, a box that still offers him; `more` replaces."""
    customer = {"name": "customer", "title": {"zh": "客户", "en": "Customer"}, "by": ["phone"], "records": 2}
    parcel = {"name": "parcel", "title": {"zh": "包裹", "en": "Parcel"}, "by": [], "records": None}
    places = [
        {"table": "customer", "column": "phone", "records": 2, "mapped": True},
        {"table": "callback", "column": "remark", "records": 1, "mapped": False},
    ]
    derived = [{"place": "customer (statistics)", "column": "phone", "entries": 1}]
    kept = {
        "store": "orders", "collection": "purchase", "title": {"zh": "订单", "en": "Order"}, "records": 1,
        "locked": True, "reason": None,
        "ground": {"until": "2024-03-20", "text": {"zh": "电子商务法第三十一条", "en": "E-Commerce Law, Art. 31"}},
    }  # fmt: skip
    request = {
        "reference": "K7RW4MXT", "right": "erasure", "status": "closed", "proven": True,
        "received_at": "2021-11-18T01:00:00Z", "verdict": "KEPT", "kept": [kept],
        "ledger": {"entries": 41, "head": HEAD}, "entries": [],
    }  # fmt: skip
    whole = {
        "schema": "dsar-inspection-1", "number": 12, "lang": lang, "zone": CONTROLLER.zone,
        "controller": {"name": dict(CONTROLLER.name), "contact": CONTROLLER.contact},
        "by": {"name": "王法官", "role": "inspector"}, "reason": "核实 <b>原告</b> 𠮷\u200d号码",
        "case": "（2021）京0491民初5094号", "opened_at": "2021-12-07T02:12:31Z", "made_at": "2021-12-07T02:12:40Z",
        "pretended": False,
        "identifier": {
            "kind": "phone", "title": {"zh": "手机号码", "en": "Mobile number"}, "masked": "131****8688",
            "keyed_digest": "12" * 32,
        },
        "map": {"version": 3, "sha256": "34" * 32},
        "stores": [
            store("crm", NAME, records=3, collections=[customer, parcel], places=places, derived=derived),
            store("oral", {"zh": "星桥口语", "en": "Starbridge Oral"}, state="unreachable", records=None,
                  reason="store oral gave no answer; see that it runs and can be reached"),
            store("box", {"zh": "搜索框系统", "en": "Suggestions"}, connector="redis_suggest", account=None, records=1,
                  box={"offered": [0, 0, 0, *[1] * 8]}),
        ],
        "requests": [request],
        "ledger": {
            "book": "inspections", "entries": 7, "head": HEAD,
            "checkpoint": {"number": 5, "at": "2021-12-07T02:12:40Z", "root": HEAD, "seal": HEAD, "signature": "00"},
        },
    }  # fmt: skip
    return whole | more
