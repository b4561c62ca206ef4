"""Tables to which nothing leads from a person: why each may be dismissed, or should not be without a thought."""

from collections.abc import Iterator, Sequence
from typing import Any

from dsar.datamap.drafting.facts import Facts
from dsar.datamap.drafting.words import bag, words
from dsar.datamap.likeness import Like
from dsar.datamap.spot import CHECK

_PLAIN = (  # words of a table's name, and what such a table is
    ("migration alembic flyway liquibase knex", "the record of changes to the database's own tables"),
    ("permission role group", "roles and what they may do, no people"),
    ("content type setting settings config configuration option site flag", "settings of the software"),
    (
        "product category catalogue catalog item stock sku brand price tax currency country region city partner range"
        " offer voucher condition benefit shipping carrier charge band",
        "catalogue, prices and terms, no people",
    ),
    (
        "course lesson class subject genre album track artist page template flat menu",
        "what is offered, no people",
    ),
)
_SESSION = bag("session")
_LOG = bag("log audit history event queue job task cache outbox")


def dismissal(facts: Facts, table: str, columns: Sequence[str], by: str) -> dict[str, Any]:
    """What stands under `dismissed` for a table, its guesses marked."""
    whole = set(columns) == set(facts.schema.tables[table].columns)
    plain: dict[str, Any] = {"reason": _reason(table), "by": by}
    if not whole:
        plain["columns"] = list(columns)
    return {**plain, CHECK: list(_doubts(facts, table, columns))}


def _reason(table: str) -> str:
    if _SESSION & set(words(table)):
        return "sessions, which end by themselves"
    about = next((what for telling, what in _PLAIN if bag(telling) & set(words(table))), None)
    return about or "nothing personal in it"


def _doubts(facts: Facts, table: str, columns: Sequence[str]) -> Iterator[str]:
    told = [
        (name, fact) for name in columns if (fact := facts.of(table, name)).like and Like(fact.like).personal
    ]
    for name, fact in told:
        yield f"CAREFUL: {name}: {fact.why}, and nothing leads here from a person; map the table if that is somebody's"
    if _SESSION & set(words(table)):
        yield (
            "CAREFUL: sessions are personal. What stands in them is packed, so that no look sees through it, and no"
            " column says whose one is; they may be dismissed only if each ends within days and is deleted then"
        )
    if _LOG & set(words(table)):
        yield "CAREFUL: logs often hold whole records in one text; look into it before you dismiss it"
    for tie in facts.composite(table):
        yield f"CAREFUL: the foreign key to {tie.parent} has several columns and is not followed"
    if not told:
        yield f"no column of it looks personal{_rows(facts, table)}, and no foreign key leads here from a person"


def _rows(facts: Facts, table: str) -> str:
    read = facts.rows.get(table, 0)
    return f" in {read} rows that were read" if read else ", but it is empty"
