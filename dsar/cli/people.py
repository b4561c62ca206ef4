"""Add members of staff."""

import click

from dsar import clock, db
from dsar.cli.speaking import answer, as_json, office
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
        added, token = staff.add(session, name, Role(role), at=clock.now())
    link = f"{here.config.public_url}/desk/set-up/{token}" if token else None
    shown = {"name": added.name, "role": added.role, "set_up_link": link}
    answer(
        shown, as_json, f"{added.name} is {added.role}." + (f" To set the password: {link}" if link else "")
    )


COMMANDS = [user]
