"""A recipient for the story: it answers for as long as the tests run."""

import atexit
from contextlib import ExitStack
from functools import cache
from typing import Any

from tests.recipients.answering import SECRET, done_when_asked, server

RECIPIENT: dict[str, Any] = {
    "title": {"zh": "合作方", "en": "The ally"}, "legal_name": "联盟有限公司", "contact": "privacy@ally.example",
    "channel": {"kind": "http", "url": "${ALLY_URL}", "key": "${ALLY_KEY}", "known_as": "parent"},
}  # fmt: skip


@cache
def environment() -> dict[str, str]:
    """Where it is, and the secret shared with it; started when first asked for."""
    stack = ExitStack()
    atexit.register(stack.close)
    made = stack.enter_context(server(done_when_asked))
    return {"ALLY_URL": f"http://127.0.0.1:{made.server_port}/ask", "ALLY_KEY": SECRET}


def given(plain: dict[str, Any]) -> dict[str, Any]:
    """The demonstration's map, whose students were given to the ally as well."""
    plain["recipients"]["ally"] = RECIPIENT
    plain["stores"]["crm"]["collections"]["student"]["recipients"].append("ally")
    return plain
