"""Add members of staff."""

import click

from dsar import clock, db
from dsar.cli.speaking import answer, as_json, office
from dsar.models import User
from dsar.services import staff
from dsar.terms import Role


@click.group()
def user() -> None:
    """The staff."""


@user.command()
@click.argument("name")
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True)
@click.option("--until", metavar="T", help="When the access ends (RFC 3339); an inspector's: in 24 hours.")
@as_json
def add(name: str, role: str, until: str | None, as_json: bool) -> None:
    """Add a member of staff; the link sets the password, once, within 24 hours."""
    ends = clock.parse(until) if until else None
    with office() as here, db.begin() as session:
        known = staff.exists(session, name)
        added, token = staff.add(session, name, Role(role), until=ends, at=clock.now())
    link = f"{here.config.public_url}/desk/set-up/{token}" if token else None
    shown = {
        "name": added.name, "role": added.role, "set_up_link": link,
        "until": clock.moment(added.ends_at),
    }  # fmt: skip
    answer(shown, as_json, _words(added, link, known=known))


def _words(added: User, link: str | None, *, known: bool) -> str:
    if not known:
        end = f" until {clock.text(added.ends_at)}" if added.ends_at else ""
        return f"{added.name} is {added.role}{end}. To set the password: {link}"
    if link is None:
        return f"{added.name} is {added.role} already, and has set a password. Nothing was changed."
    return (
        f"{added.name} is {added.role} already, and has set no password yet. "
        f"A new link to set it (the one before has ended): {link}"
    )


COMMANDS = [user]
