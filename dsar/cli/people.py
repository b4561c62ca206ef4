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
@as_json
def add(name: str, role: str, as_json: bool) -> None:
    """Add a member of staff; the link sets the password, once, within 24 hours."""
    with office() as here, db.begin() as session:
        known = staff.exists(session, name)
        added, token = staff.add(session, name, Role(role), at=clock.now())
    link = f"{here.config.public_url}/desk/set-up/{token}" if token else None
    shown = {"name": added.name, "role": added.role, "set_up_link": link}
    answer(shown, as_json, _words(added, link, known=known))


def _words(added: User, link: str | None, *, known: bool) -> str:
    if not known:
        return f"{added.name} is {added.role}. To set the password: {link}"
    if link is None:
        return f"{added.name} is {added.role} already, and has set a password. Nothing was changed."
    return (
        f"{added.name} is {added.role} already, and has set no password yet. "
        f"A new link to set it (the one before has ended): {link}"
    )


COMMANDS = [user]
