"""Why something stands as it does, in both languages; what a store says stays in its own words."""

import re
from datetime import date

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
LEFT = "records of this person are still there after the erasure"
OFF = "erasing is off for this store; an officer turns it on in the map"
UNPROVEN = "the identifiers are not proven yet"
UNNAMED = "a place that the map does not name holds this person; map it"
UNLED = "records that nothing leads to hold this person; say in the map by found_by or mentions what they are"
ON_HOLD = "the erasure is held"
ALL_STOPPED = "all erasures are stopped; a lead or an officer lets them go on"
NEEDS_GO = "the plan is over its threshold; a second person must let it go"
NO_LETTER = "no letter reaches this person; hand the answer over"
ASKED = "asked to erase, not confirmed yet"

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

_CHINESE = {
    UNDECLARED: "该字段出现了您的标识，但数据地图没有说明如何处理",
    NOT_MAPPED: "该位置不在数据地图中；在有人将其列入之前，绝不会删除其中的内容",
    SHARED: "该记录同时属于其他人，为他们保留；其中能够去除的您的标识已去除",
    SHARED_NAMED: "该记录同时属于其他人，为他们保留；其中您的标识指明该记录属于谁，一并保留",
    SHARED_KEPT: "该记录同时属于其他人，按原样保留",
    REMOVED: "该系统已从数据地图中移除且无法访问，无法确认其中是否仍有内容",
    ERASED_BEFORE: "此处的记录在按现行数据地图读取之前已被删除；此前查找到的内容已提供",
    UNDATED: "有记录未写明保存期自何时起算，写明之前予以保存",
    LEFT: "删除之后，此人的记录在此处仍有残留",
    UNPROVEN: "所填标识尚未核实",
    UNNAMED: "数据地图未列出的一处位置有此人的信息，须将其列入",
    UNLED: "有此人的记录，但数据地图没有通向它们的途径，须以 found_by 或 mentions 说明",
    ON_HOLD: "删除已被叫停",
    ALL_STOPPED: "所有删除均已紧急停止，须由主管或负责人恢复",
    NEEDS_GO: "删除计划超过设定的数量，须由另一人放行",
    NO_LETTER: "无法通过信件联系此人，须另行交付答复",
    ASKED: "已要求删除，尚未确认",
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
    said = _DISMISSED_SAID.fullmatch(reason)
    return _DISMISSED_CHINESE.format(by=said[1], reason=said[2]) if said else None
