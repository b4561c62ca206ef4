"""Erasures: what is planned, what became of it, and who lets it go, holds or stops it."""

from datetime import date
from typing import Any

import click

from dsar import clock, db
from dsar.cli.speaking import answer, as_json, by_staff, office
from dsar.errors import BadInput
from dsar.services import erasing, holding, intake, showing, stopping


@click.group()
def erasure() -> None:
    """Erasures: plan, verdicts, hold and go."""


@erasure.command("show")
@click.argument("ref")
@as_json
def show_erasure(ref: str, as_json: bool) -> None:
    """What an erasure came to, store by store."""
    with office(), db.read() as session:
        shown = showing.erasure(session, intake.get(session, ref))
    lines = [f"{shown['reference']}: {shown['stage']}, {shown['verdict']}"]
    lines += [_line(s["name"], c) for s in shown["stores"] for c in s["collections"]]
    lines += [f"  over a limit: {_over(one)}" for one in shown["thresholds"]]
    answer(shown, as_json, "\n".join(lines))


@erasure.command()
@click.argument("ref")
@by_staff
@as_json
def go(ref: str, by: str, as_json: bool) -> None:
    """Let a plan go that stopped at its threshold, or release a held one."""
    with office(), db.begin() as session:
        row = intake.get(session, ref)
        stage = erasing.go(session, row, by=by, at=clock.now()).stage
    answer({"reference": row.reference, "stage": stage}, as_json, f"{row.reference}: {stage}")


@erasure.command()
@click.argument("ref")
@by_staff
@click.option(
    "--reason", required=True, metavar="TEXT", help="Why; it is sealed, the ledger holds its digest."
)
@click.option("--until", metavar="DAY", help="Its last day; then it goes on by itself.")
@click.option("--quietly", is_flag=True, help="Do not tell the person, where the law forbids it.")
@as_json
def hold(ref: str, by: str, reason: str, until: str | None, quietly: bool, as_json: bool) -> None:
    """Stop an erasure where it stands."""
    with office() as here, db.begin() as session:
        row = intake.get(session, ref)
        held = holding.hold(
            session, here.vault, row, by=by, reason=reason, until=_day(until), quietly=quietly, at=clock.now()
        )
        shown = {"reference": row.reference, "stage": held.stage, "until": held.held_until}
    answer(shown, as_json, f"{row.reference}: {held.stage}, until {held.held_until or 'it is released'}")


@erasure.command()
@click.argument("ref")
@by_staff
@as_json
def release(ref: str, by: str, as_json: bool) -> None:
    """Let a held erasure go on."""
    with office(), db.begin() as session:
        row = intake.get(session, ref)
        stage = holding.release(session, row, by=by, at=clock.now()).stage
    answer({"reference": row.reference, "stage": stage}, as_json, f"{row.reference}: {stage}")


@erasure.command("stop")
@by_staff
@as_json
def stop_all(by: str, as_json: bool) -> None:
    """Stop all erasures at once: nothing more is deleted anywhere."""
    with office(), db.begin() as session:
        stop = stopping.stop(session, by=by, at=clock.now())
        shown = {"stopped": True, "since": clock.text(stop.stopped_at), "by": stop.stopped_by}
    answer(shown, as_json, f"All erasures are stopped, since {shown['since']}, by {shown['by']}.")


@erasure.command("resume")
@by_staff
@as_json
def resume_all(by: str, as_json: bool) -> None:
    """Let erasures go on that were stopped all at once; a lead or an officer can."""
    with office(), db.begin() as session:
        stopping.resume(session, by=by, at=clock.now())
    answer({"stopped": False, "since": None, "by": None}, as_json, "Erasures go on.")


def _day(text: str | None) -> date | None:
    """A day as it was typed.  Raises BadInput for what is none."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise BadInput(f"{text!r} is no day; write it as 2026-01-31") from None


def _line(store: str, one: dict[str, Any]) -> str:
    """A collection with its verdict, and with its counts: what is planned, or what became of it."""
    verdict = "KEPT, not locked" if one["verdict"] == "KEPT" and one["locked"] is False else one["verdict"]
    planned = "not known" if one["planned"] is None else one["planned"]
    counts = f"planned {planned}"
    if one["residue"] is not None:
        counts += f", found {one['found']}, erased {one['erased']}, kept {one['kept']}, left {one['residue']}"
    return f"  {store}.{one['name']}: {verdict} ({counts})"


def _over(one: dict[str, Any]) -> str:
    if one["name"] == "share":
        place = f"{one['store']}.{one['collection']}"
        return f"{one['count']} of {one['of']} records of {place}, more than {one['above']} %"
    what = "records" if one["name"] == "records" else "records that name other people"
    return f"{one['count']} {what}, more than {one['above']}"


COMMANDS = [erasure]
