"""The data map of an invented company, as plain values."""

from __future__ import annotations

from typing import Any

from tests.stories.invented_kinds import Kind
from tests.stories.invented_names import ROLES, Names

Forms = dict[str, tuple[Kind, str]]
PARENTS = {"label": "account", "order": "account", "visit": "account", "seat": "profile"}
EXTRA: dict[tuple[str, str], dict[str, Any]] = {
    ("account", "sex"): {"values": {"1": {"zh": "男", "en": "Male"}, "2": {"zh": "女", "en": "Female"}}},
    ("account", "secret"): {"withhold": "credential"},
    ("order", "receiver"): {"withhold": "another_person"},
}


def map_of(names: Names, kinds: tuple[Kind, Kind], forms: Forms, *, knows_forgotten: bool) -> dict[str, Any]:
    """The map; it knows of the forgotten table or not."""
    roles = [role for role in ROLES if role != "forgotten" or knows_forgotten]
    stores = {
        store: _store(names, store, [r for r in roles if names.store[r] == store], forms)
        for store in names.stores()
    }
    internal = (names.account_kind, names.seat_kind, names.file_kind)
    return {
        "controller": {"name": _text(names.company), "contact": f"privacy@{names.company.lower()}.example"},
        "promise": {"days": 15, "unit": "calendar_days"},
        "identifier_kinds": {kind.name: kind.declared for kind in kinds}
        | {name: {"internal": True, "title": _text(name)} for name in internal},
        "purposes": {
            "work": {"title": _text("work"), "legal_basis": _text("contract"), "retention": _text("a year")}
        },
        "stores": stores | {names.media: _media(names)},
        "recipients": {"ally": _recipient(names)},
    }


def _store(names: Names, store: str, roles: list[str], forms: Forms) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "title": _text(store),
        "connector": "sql",
        "url": f"${{{names.variable(store)}}}",
    }
    own = [role for role in roles if names.store[role] == store]
    if "box" in own:
        plain |= {"connector": "sql_suggest", "rebuilt_from": names.place("account")}
        plain |= {"table": names.table["box"], "column": names.column("box", "entry")}
    return plain | {"collections": {names.collection[role]: _collection(names, role, forms) for role in own}}


def _collection(names: Names, role: str, forms: Forms) -> dict[str, Any]:
    plain = {
        "table": names.table[role],
        "title": _text(names.collection[role]),
        "found_by": _found_by(names, role, forms),
        "purpose": "work",
        "source": _text("from the person"),
        "fields": {names.column(role, name): _field(names, role, name, forms) for name in ROLES[role]},
        "on_erasure": _keep(names) if role == "order" else "delete",
    }
    return plain | _gives(names, role)


def _found_by(names: Names, role: str, forms: Forms) -> dict[str, Any]:
    if role == "account":
        searched = {"first": forms["first"], "second": forms["second"]}
    elif role == "box":
        searched = {"entry": (forms["box"][0], forms["box"][0].loose)}
    else:
        searched = {"contact": forms[role]} if role in forms else {}
    found = {
        kind.name: {"column": names.column(role, name), "form": form}
        for name, (kind, form) in searched.items()
    }
    if role in PARENTS:
        parent = PARENTS[role]
        internal = names.account_kind if parent == "account" else names.seat_kind
        found[internal] = {"column": names.column(role, parent)}
    return found


def _gives(names: Names, role: str) -> dict[str, Any]:
    if role == "account":
        return {"gives": {names.account_kind: names.column(role, "id")}, "recipients": ["ally"],
                "source": {"column": names.column(role, "origin")},
                "consent": {"column": names.column(role, "proof")}}  # fmt: skip
    if role == "profile":
        return {"gives": {names.seat_kind: names.column(role, "id")}}
    return {"gives": {names.file_kind: names.column(role, "recording")}} if role == "visit" else {}


def _field(names: Names, role: str, name: str, forms: Forms) -> dict[str, Any]:
    extra = EXTRA.get((role, name), {})
    if (role, name) == ("account", "picture"):
        extra = {"file": {"root": f"${{MEDIA}}/{names.pictures}", "type": "image"}}
    elif (role, name) == ("order", "other"):
        extra = {"identifier": forms["first"][0].name, "mentions": "erase"}
    return extra if "withhold" in extra else {"title": _text(f"{role} {name}"), "category": "other"} | extra


def _keep(names: Names) -> dict[str, Any]:
    column = {name: names.column("order", name) for name in ROLES["order"]}
    return {
        "keep": "CN-ECL31-RETENTION-3Y",
        "where": {column["amount"]: {"above": 0}},
        "fields": [column["number"], column["item"], column["amount"], column["done"]],
        "until": {"column": column["done"]},
        "lock": {"column": column["locked"], "value": 1},
        "else": "delete",
    }


def _media(names: Names) -> dict[str, Any]:
    fields = {
        name: {"title": _text(name), "category": "technical"} for name in ("bytes", "sha256", "modified")
    }
    file = {"root": f"${{MEDIA}}/{names.recordings}", "type": "audio"}
    recordings = {
        "title": _text("recordings"),
        "found_by": {names.file_kind: {"column": "name"}},
        "purpose": "work",
        "source": _text("from the person"),
        "fields": {"name": {"title": _text("file"), "category": "other", "file": file}} | fields,
        "on_erasure": "delete",
    }
    return {
        "title": _text("media"),
        "connector": "folder",
        "root": "${MEDIA}",
        "collections": {names.recordings: recordings},
        "dismissed": {names.pictures: {"reason": "go with the accounts that name them", "by": "an engineer"}},
    }


def _recipient(names: Names) -> dict[str, Any]:
    return {
        "title": _text("ally"), "legal_name": f"{names.ally} Ltd", "contact": "privacy@ally.example",
        "store": names.ally, "got": _text("contact"), "why": _text("to serve"), "consent": _text("none"),
    }  # fmt: skip


def _text(words: str) -> dict[str, str]:
    return {"zh": f"（{words}）", "en": words}
