"""Recipients of a request: how far each is, and what one answered on paper."""

from typing import Any

import click

from dsar import clock, db
from dsar.cli.speaking import answer, as_json, by_staff, office
from dsar.models import RecipientAsk
from dsar.services import intake, recipients
from dsar.terms import CONFIRMING, Outcome

evidence = click.option(
    "--evidence",
    required=True,
    metavar="TEXT",
    help="How you know; it is sealed, the ledger holds its digest.",
)


def choices(*, confirming: bool) -> click.Choice[str]:
    """The outcomes that confirm, or those that refuse."""
    return click.Choice([one.value for one in Outcome if (one in CONFIRMING) == confirming])


@click.group()
def recipient() -> None:
    """Who received records from the controller, and is asked to erase them."""


@recipient.command()
@click.argument("ref")
@click.argument("name")
@by_staff
@evidence
@click.option(
    "--outcome",
    type=choices(confirming=True),
    default=Outcome.ERASED.value,
    show_default=True,
    help="What it did.",
)
@as_json
def confirm(ref: str, name: str, by: str, evidence: str, outcome: str, as_json: bool) -> None:
    """Record that a recipient has confirmed, on paper or by telephone."""
    _say(_recorded(ref, name, outcome, by, evidence), as_json)


@recipient.command()
@click.argument("ref")
@click.argument("name")
@by_staff
@evidence
@click.option("--ground", type=choices(confirming=False), required=True, help="Why it cannot.")
@as_json
def refuse(ref: str, name: str, by: str, evidence: str, ground: str, as_json: bool) -> None:
    """Take a refusal for final: the person is told it, and the request no longer waits for this recipient."""
    _say(_recorded(ref, name, ground, by, evidence), as_json)


def _recorded(ref: str, name: str, outcome: str, by: str, evidence: str) -> RecipientAsk:
    with office() as here, db.begin() as session:
        row = intake.get(session, ref)
        return recipients.recorded(
            session, here.vault, row, name, Outcome(outcome), by=by, evidence=evidence, at=clock.now()
        )


def _say(ask: RecipientAsk, as_json: bool) -> None:
    state = "confirmed" if ask.outcome in CONFIRMING else "refused"
    shown: dict[str, Any] = {
        "reference": ask.reference, "name": ask.name, "state": state, "outcome": ask.outcome,
        "answered_at": clock.text(ask.answered_at) if ask.answered_at else None,
    }  # fmt: skip
    answer(shown, as_json, f"{ask.reference}: {ask.name} {state} ({ask.outcome})")


COMMANDS = [recipient]
