"""Open, confirm and follow requests; do the work."""

from typing import Any

import click

from dsar import clock, db
from dsar.cli.speaking import answer, as_json, by_staff, given, office, with_identifiers
from dsar.errors import BadInput
from dsar.jobs import perform
from dsar.services import intake, proving, showing, work
from dsar.terms import Right, language

rights = click.Choice([right.value for right in Right])


@click.group()
def request() -> None:
    """Requests: one right, asked once."""


@request.command("open")
@click.option("--right", "asked", type=rights, multiple=True, required=True)
@click.option("--lang", default="zh-CN", show_default=True, metavar="L", help="zh-CN or en.")
@click.option(
    "--received-at", metavar="T", help="When it first reached the controller (RFC 3339); default: now."
)
@click.option("--looks-only", is_flag=True, help="For an erasure done elsewhere: only look what is left.")
@click.option("--once", metavar="KEY", help="The same key gives the same requests.")
@with_identifiers
@as_json
def open_(
    asked: tuple[str, ...], lang: str, received_at: str | None, looks_only: bool, once: str | None,
    identifiers: tuple[str, ...], identifier_file: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Open a request for each right; several rights are one submission."""
    try:
        lang = language(lang)
    except ValueError as error:
        raise BadInput(str(error)) from error
    with office() as here, db.begin() as session:
        at = clock.now()
        received = clock.parse(received_at) if received_at else at
        taken = intake.Intake(
            [Right(r) for r in asked], given(identifiers, identifier_file), lang, received, looks_only, once
        )
        opened = intake.open_submission(session, here.vault, taken, actor="operator", at=at)
        shown = [
            {
                "reference": r.reference, "right": r.right, "status": r.status,
                "received_at": clock.moment(r.received_at), "due_on": r.due_on.isoformat(),
            }
            for r in opened
        ]  # fmt: skip
        first = opened[0]
    whole = {"reference": first.reference, "submission": first.submission, "requests": shown}
    answer(whole, as_json, "\n".join(f"{r['reference']} {r['right']}: due on {r['due_on']}" for r in shown))


@request.command()
@click.argument("ref")
@by_staff
@click.option(
    "--evidence", required=True, metavar="TEXT", help="What was seen that proves the identity; it is sealed."
)
@with_identifiers
@as_json
def confirm(
    ref: str, by: str, evidence: str, identifiers: tuple[str, ...], identifier_file: str | None, as_json: bool
) -> None:
    """Take identifiers for proven; all of them when none is named."""
    with office() as here, db.begin() as session:
        row = intake.get(session, ref)
        chosen = given(identifiers, identifier_file)
        done = proving.confirm(
            session, here.vault, row, by=by, evidence=evidence, given=chosen, at=clock.now()
        )
        shown = {
            "reference": row.reference, "status": row.status,
            "confirmed": done.confirmed, "unconfirmed": done.unconfirmed,
        }  # fmt: skip
    answer(shown, as_json, f"{row.reference}: {done.confirmed} proven, {done.unconfirmed} not; {row.status}")


@request.command("show")
@click.argument("ref")
@as_json
def show_request(ref: str, as_json: bool) -> None:
    """Where a request stands."""
    with office() as here, db.read() as session:
        shown = showing.request(session, here.vault, intake.get(session, ref), at=clock.now())
    answer(shown, as_json, _request_words(shown))


@click.command("work")
@click.option("--until-idle", is_flag=True, required=True, help="Do all that is due, then stop.")
@click.option("--retry-now", is_flag=True, help="Ignore pauses between tries.")
@as_json
def work_(until_idle: bool, retry_now: bool, as_json: bool) -> None:  # noqa: ARG001
    """Do the work that is due, in this process."""
    with office() as here:
        done, failed = perform.until_idle(here, retry_now=retry_now)
        with db.read() as session:
            waiting = work.waiting(session)
    shown: dict[str, Any] = {"done": done, "failed": failed, "waiting": waiting}
    lines = [f"{done} done, {failed} failed"]
    lines += [f"  {w['reference']} waits for {w['store']}: {w['reason']}" for w in waiting]
    answer(shown, as_json, "\n".join(lines))


def _request_words(shown: dict[str, Any]) -> str:
    lines = [f"{shown['reference']} {shown['right']}: {shown['status']}, due on {shown['due_on']}"]
    for store in shown["stores"]:
        counts = [c["records"] for c in store["collections"] if c["records"] is not None]
        reason = f" ({store['reason']})" if store["reason"] else ""
        lines.append(f"  {store['name']}: {store['state']}, {sum(counts)} records{reason}")
    lines += [
        f"  not in the map: {p['store']}.{p['table']}: {p['records']} records" for p in shown["unmapped"]
    ]
    return "\n".join(lines)


COMMANDS = [request, work_]
