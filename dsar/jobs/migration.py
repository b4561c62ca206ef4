"""Bring our own database up to date: by itself where it is embedded, by the operator elsewhere."""

import fcntl
from typing import TYPE_CHECKING

from sqlalchemy import inspect, text

from dsar import db, places
from dsar.config import Config
from dsar.db import DatabaseProblem
from dsar.errors import BadInput

if TYPE_CHECKING:
    from alembic.config import Config as Alembic


def bring_up_to_date(config: Config) -> None:
    """Migrate the embedded database; elsewhere only see that it is up to date.

    Raises DatabaseProblem, saying what to do, when another database is behind or ahead.
    """
    if current() == newest():
        return
    if config.embedded or config.may_pretend:
        config.home.mkdir(parents=True, exist_ok=True)
        with (config.home / "migration.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if current() != newest():
                upgrade()
        return
    raise DatabaseProblem("the database is not at this version; bring it there: dsar db upgrade")


def upgrade(to: str = "head") -> None:
    """Run the migrations up to a revision.  Raises DatabaseProblem where a newer version has been at work."""
    from alembic.util import CommandError

    from alembic import command  # late, here and below: few processes migrate, all look

    try:
        with db.told():
            command.upgrade(_alembic(), to)
    except CommandError as error:
        raise DatabaseProblem(
            "the database is at a revision that this version does not know; run the version that made it"
        ) from error


def downgrade(to: str) -> None:
    """Run the migrations down to a revision (`base`: to nothing).  Raises BadInput for one that is not there."""
    from alembic.util import CommandError

    from alembic import command

    try:
        with db.told():
            command.downgrade(_alembic(), to)
    except CommandError as error:
        raise BadInput(
            f"there is no revision {to!r} to go down to; name one of alembic/versions, or base"
        ) from error


def newest() -> str | None:
    """The newest revision that this version of the product knows; files are numbered as their revisions are."""
    numbered = (places.migrations() / "versions").glob("[0-9]*_*.py")
    return max((path.name.partition("_")[0] for path in numbered), default=None)


def current() -> str | None:
    """The revision the database is at; None when it is empty."""
    with db.told(), db.engine().connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        at: str | None = connection.scalar(text("select version_num from alembic_version"))
        return at


def _alembic() -> "Alembic":
    from alembic.config import Config as Alembic

    alembic = Alembic()
    alembic.set_main_option("script_location", str(places.migrations()).replace("%", "%%"))
    return alembic
