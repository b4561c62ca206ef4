"""The objects that commands promise, as JSON Schemas: what is named must be there, more may be."""

from typing import Any

Schema = dict[str, Any]

TEXT: Schema = {"type": "string", "minLength": 1}
FLAG: Schema = {"type": "boolean"}
COUNT: Schema = {"type": "integer", "minimum": 0}
WHOLE: Schema = {"type": "integer"}
TIME: Schema = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"}
DAY: Schema = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\d$"}
HASH: Schema = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
REFERENCE: Schema = {"type": "string", "pattern": "^[2-9BCDFGHJKMNPQRSTVWXYZ]{8}$"}


def thing(**keys: Schema) -> Schema:
    return {"type": "object", "required": list(keys), "properties": keys}


def some(one: Schema) -> Schema:
    return {"type": "array", "items": one}


def maybe(one: Schema) -> Schema:
    return {"anyOf": [{"type": "null"}, one]}


def word(*words: str) -> Schema:
    return {"enum": list(words)}


BOTH = thing(zh=TEXT, en=TEXT)
FILES = some(thing(name=TEXT, bytes=COUNT, sha256=HASH))
LEDGER = thing(entries=COUNT, head=HASH)
STATUS = word("received", "verifying", "working", "answered", "closed", "refused", "withdrawn")
STATE = word("waiting", "working", "searched", "unreachable", "failed", "paused")
STAGE = word("planned", "frozen", "erasing", "looking", "done", "held")
VERDICT = word("RESIDUE", "UNREACHABLE", "UNCONFIRMED", "PENDING", "CANNOT", "KEPT", "ERASED", "NOTHING_HELD")

MAP_CHECK = thing(
    ok=FLAG,
    errors=some(thing(file=TEXT, line=COUNT, path={"type": "string"}, message=TEXT, nearest=maybe(TEXT))),
    unmapped=some(thing(store=TEXT, table=TEXT, columns=some(TEXT))),
    cascades=some(thing(store=TEXT, collection=TEXT, table=TEXT, foreign_key=TEXT, reason=TEXT)),
    refusing=some(thing(store=TEXT, collection=TEXT, table=TEXT, foreign_key=TEXT, reason=TEXT)),
    unreachable=some(thing(store=TEXT, reason=TEXT)),
)
MAP_APPLY = thing(version=COUNT, sha256=HASH, stores=COUNT, added=some(TEXT), removed=some(TEXT))
REQUEST_OPEN = thing(
    reference=REFERENCE,
    submission=TEXT,
    requests=some(thing(reference=REFERENCE, right=TEXT, status=STATUS, received_at=TIME, due_on=DAY)),
)
REQUEST_CONFIRM = thing(reference=REFERENCE, status=STATUS, confirmed=COUNT, unconfirmed=COUNT)
REQUEST_SHOW = thing(
    reference=REFERENCE,
    submission=TEXT,
    right=TEXT,
    status=STATUS,
    complete=FLAG,
    overdue=FLAG,
    lang=word("zh-CN", "en"),
    received_at=TIME,
    verified_at=maybe(TIME),
    answered_at=maybe(TIME),
    closed_at=maybe(TIME),
    due_on=DAY,
    legal_latest=TEXT,
    days_left=WHOLE,
    rule=thing(id=TEXT, article=TEXT, text=BOTH),
    identifiers=some(thing(kind=TEXT, masked=maybe(TEXT), confirmed=FLAG, internal=FLAG)),
    waits_for=some(
        thing(who=word("person", "staff", "store", "recipient"), name=TEXT, since=maybe(TIME), reason=TEXT)
    ),
    map=thing(version=COUNT, sha256=HASH),
    stores=some(
        thing(
            name=TEXT,
            title=BOTH,
            state=STATE,
            reason=maybe(TEXT),
            since=maybe(TIME),
            tries=COUNT,
            next_try_at=maybe(TIME),
            collections=some(thing(name=TEXT, title=BOTH, state=STATE, records=maybe(COUNT))),
        )
    ),
    unmapped=some(thing(store=TEXT, table=TEXT, columns=some(TEXT), records=maybe(COUNT))),
    withheld=some(thing(store=TEXT, collection=TEXT, field=TEXT, reason=TEXT)),
    copy=maybe(
        thing(
            state=word("making", "ready", "delivered", "expired"),
            complete=FLAG,
            records=COUNT,
            made_at=maybe(TIME),
            expires_at=maybe(TIME),
            files=FILES,
        )
    ),
    erasure=maybe(thing(stage=STAGE, verdict=VERDICT)),
    ledger=LEDGER,
)
ERASURE_SHOW = thing(
    reference=REFERENCE,
    stage=STAGE,
    looks_only=FLAG,
    verdict=VERDICT,
    stores=some(
        thing(
            name=TEXT,
            title=BOTH,
            verdict=VERDICT,
            collections=some(
                thing(
                    name=TEXT,
                    mapped=FLAG,
                    verdict=VERDICT,
                    planned=maybe(COUNT),
                    found=maybe(COUNT),
                    erased=maybe(COUNT),
                    kept=maybe(COUNT),
                    residue=maybe(COUNT),
                    reason=maybe(TEXT),
                    ground=maybe(thing(rule=TEXT, law=BOTH, article=TEXT, text=BOTH, until=maybe(DAY))),
                    locked=maybe(FLAG),
                    looks=some(
                        thing(number=COUNT, at=TIME, how=word("locator", "value", "prefix"), left=COUNT)
                    ),
                    where=some(thing(table=TEXT, column=TEXT)),
                )
            ),
        )
    ),
    relooks=some(thing(on=DAY, done_at=maybe(TIME), left=maybe(COUNT))),
    recipients=some(
        thing(
            name=TEXT,
            state=word("asked", "confirmed", "refused", "silent"),
            asked_at=maybe(TIME),
            due_on=DAY,
            answered_at=maybe(TIME),
        )
    ),
    backups=some(thing(store=TEXT, gone_by=DAY)),
    certificate=maybe(thing(number=COUNT, made_at=TIME, sha256=HASH)),
    ledger=LEDGER,
)
ERASURE_ACT = thing(reference=REFERENCE, stage=STAGE)
WORK = thing(
    done=COUNT,
    failed=COUNT,
    waiting=some(thing(reference=REFERENCE, store=TEXT, reason=TEXT, next_try_at=maybe(TIME))),
)
COPY_WRITE = thing(reference=REFERENCE, complete=FLAG, files=FILES)
CERTIFICATE_WRITE = thing(reference=REFERENCE, verdict=VERDICT, files=FILES)
LEDGER_VERIFY = thing(
    whole=FLAG, entries=COUNT, chains=COUNT, broken=some(thing(reference=TEXT, number=COUNT, reason=TEXT))
)
LEDGER_EXPORT = thing(entries=COUNT, sha256=HASH)
USER_ADD = thing(
    name=TEXT, role=word("handler", "lead", "officer", "auditor", "inspector"), set_up_link=maybe(TEXT)
)
