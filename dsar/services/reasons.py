"""Why something stands as it does, in both languages; what a store says stays in its own words."""

import re
from collections.abc import Iterable
from datetime import date

from dsar.datamap import grounds

UNDECLARED = "undeclared mention"
NOT_MAPPED = "this place is not in the map; it is never erased until someone maps it"
SHARED = "the record belongs to other people as well; it stays for them, without what could be taken from it of you"
SHARED_NAMED = (
    "the record belongs to other people as well; "
    "it stays for them, with your identifier, which names whose record it is"
)
SHARED_KEPT = "the record belongs to other people as well; it stays as it is"
REMOVED = (
    "this system was taken out of the data map and does not answer; what it still holds could not be seen"
)
ERASED_BEFORE = (
    "records here were erased before they could be read as the map has it now; what was found before is given"
)
UNDATED = "a record does not say when its period began; it is kept until it does"
UNLOCKED = "a record that a law keeps is not locked"
REFILLED = "a record that a law keeps holds more than the law needs"
LEFT = "records of this person are still there after the erasure"
OFF = "erasing is off for this store; an officer turns it on in the map"
UNPROVEN = "the identifiers are not proven yet"
UNNAMED = "a place that the map does not name holds this person; map it"
UNLED = "records that nothing leads to hold this person; say in the map by found_by or mentions what they are"
LOOKS_PERSONAL = "a place looks as if it held personal information; map it, withhold it, or dismiss it"
UNTIED = (
    "a form asks for it, and nobody has said where it is kept; say in the map where, or why it is not kept"
)
ON_HOLD = "the erasure is held"
ALL_STOPPED = "all erasures are stopped; a lead or an officer lets them go on"
NEEDS_GO = "the plan is over a limit of the map; a second person must let it go"
NO_LETTER = "no letter reaches this person; hand the answer over"
UNTOLD = "what came of it has not reached the sender that asked"
ASKED = "asked to erase, not confirmed yet"
TO_ASK = "to be asked to erase; nothing has reached it yet"
SILENT = "asked to erase, and silent past its day"
RECIPIENT_REFUSED = "refused to erase; staff must take that for final or have it confirmed"

_COPY_FIRST = "begins once the person has the copy asked for with it; without that, on {day}"
_COPY_FIRST_SAID = re.compile(
    r"begins once the person has the copy asked for with it; without that, on (\S+)"
)
_COPY_FIRST_CHINESE = "待本人取得一并请求的副本后开始；未取得的，于 {day} 开始"
_HELD = "rows of {table} that stay refer to it, so it is not deleted (foreign key {tie})"
_HELD_SAID = re.compile(r"rows of (.+) that stay refer to it, so it is not deleted \(foreign key (.+)\)")
_HELD_CHINESE = "{table} 表中仍保留的记录引用了它，因此不能删除（外键 {tie}）"

_DISMISSED = "dismissed by {by} as {reason}, yet it holds the person; map it"
_DISMISSED_SAID = re.compile(r"dismissed by (.+?) as (.+), yet it holds the person; map it", re.DOTALL)
_DISMISSED_CHINESE = "{by} 曾以“{reason}”为由将该位置排除在外，但其中仍有您的信息；须将其列入数据地图"
_QUOTED = 100  # characters of what a map says of a dismissed place, so that all of it fits its column

_RENEWED = "derived from {tables}; brought up to date by {remedy}"
_RENEWED_SAID = re.compile(r"derived from (.+); brought up to date by (.+)", re.DOTALL)
_RENEWED_CHINESE = "由 {tables} 派生；已通过 {remedy} 更新"
_STALE = "derived from {tables}, and keeps what is there no more until it is brought up to date: {remedy}"
_STALE_SAID = re.compile(
    r"derived from (.+), and keeps what is there no more until it is brought up to date: (.+)", re.DOTALL
)
_STALE_CHINESE = "由 {tables} 派生，在更新之前仍保留原处已不存在的内容；更新方法：{remedy}"
_SOURCES = 90  # characters of the names of tables, and
_REMEDY = 100  # of a remedy, so that a reason fits its column

_CHINESE = grounds.IN_CHINESE | {
    UNDECLARED: "该字段出现了您的标识，但数据地图没有说明如何处理",
    NOT_MAPPED: "该位置不在数据地图中；在有人将其列入之前，绝不会删除其中的内容",
    SHARED: "该记录同时属于其他人，为他们保留；其中能够去除的您的标识已去除",
    SHARED_NAMED: "该记录同时属于其他人，为他们保留；其中您的标识指明该记录属于谁，一并保留",
    SHARED_KEPT: "该记录同时属于其他人，按原样保留",
    REMOVED: "该系统已从数据地图中移除且无法访问，无法确认其中是否仍有内容",
    ERASED_BEFORE: "此处的记录在按现行数据地图读取之前已被删除；此前查找到的内容已提供",
    UNDATED: "有记录未写明保存期自何时起算，写明之前予以保存",
    UNLOCKED: "依法保存的记录未被锁定",
    REFILLED: "依法保存的记录含有超出法律所需的内容",
    LEFT: "删除之后，此人的记录在此处仍有残留",
    UNPROVEN: "所填标识尚未核实",
    UNNAMED: "数据地图未列出的一处位置有此人的信息，须将其列入",
    UNLED: "有此人的记录，但数据地图没有通向它们的途径，须以 found_by 或 mentions 说明",
    LOOKS_PERSONAL: "有一处位置疑似存有个人信息，须在数据地图中列入、注明不予提供，或由负责人排除",
    UNTIED: "表单收集了该项，但尚未说明存放在何处；须在数据地图中写明位置，或写明不予保存的原因",
    ON_HOLD: "删除已被叫停",
    ALL_STOPPED: "所有删除均已紧急停止，须由主管或负责人恢复",
    NEEDS_GO: "删除计划超过数据地图设定的限度，须由另一人放行",
    NO_LETTER: "无法通过信件联系此人，须另行交付答复",
    UNTOLD: "处理结果尚未送达提出要求的发送方",
    ASKED: "已要求删除，尚未确认",
    TO_ASK: "尚待要求其删除，要求还未送达",
    SILENT: "已要求删除，逾期未答复",
    RECIPIENT_REFUSED: "拒绝删除，须由工作人员认定或取得确认",
    OFF: "该系统的删除功能尚未开启，须由负责人在数据地图中开启",
}


def held(table: str, tie: str) -> str:
    """Why a record stays to which other records refer that stay."""
    return _HELD.format(table=table, tie=tie)


def holder(reason: str | None) -> str | None:
    """The table whose rows make records stay; None where the reason is another."""
    said = _HELD_SAID.fullmatch(reason or "")
    return said[1] if said else None


def dismissed(by: str, reason: str) -> str:
    """Why a place that somebody dismissed as holding nothing personal is residue."""
    return _DISMISSED.format(by=by[:_QUOTED], reason=reason[:_QUOTED])


def renewed(tables: Iterable[str], remedy: str) -> str:
    """What was done about a place that derives from tables."""
    return _RENEWED.format(tables=_listed(tables), remedy=remedy[:_REMEDY])


def stale(tables: Iterable[str], remedy: str) -> str:
    """Why a place that derives from tables is residue, and what whoever may do it is to run."""
    return _STALE.format(tables=_listed(tables), remedy=remedy[:_REMEDY])


def _listed(tables: Iterable[str]) -> str:
    listed = ", ".join(tables) or "other places"
    return listed if len(listed) <= _SOURCES else f"{listed[: _SOURCES - 1]}…"


def copy_first(day: date) -> str:
    """Why an erasure waits that was asked together with a copy; day: when it begins all the same."""
    return _COPY_FIRST.format(day=day.isoformat())


def text(reason: str | None) -> dict[str, str] | None:
    """The reason in zh and en; None where there is none."""
    if reason is None:
        return None
    return {"zh": _CHINESE.get(reason) or _filled_in_chinese(reason) or reason, "en": reason}


def _filled_in_chinese(reason: str) -> str | None:
    if said := _HELD_SAID.fullmatch(reason):
        return _HELD_CHINESE.format(table=said[1], tie=said[2])
    if said := _COPY_FIRST_SAID.fullmatch(reason):
        return _COPY_FIRST_CHINESE.format(day=said[1])
    if said := _RENEWED_SAID.fullmatch(reason):
        return _RENEWED_CHINESE.format(tables=said[1], remedy=said[2])
    if said := _STALE_SAID.fullmatch(reason):
        return _STALE_CHINESE.format(tables=said[1], remedy=said[2])
    said = _DISMISSED_SAID.fullmatch(reason)
    return _DISMISSED_CHINESE.format(by=said[1], reason=said[2]) if said else None
