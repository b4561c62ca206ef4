"""What every page works with: the office, the newest map, today."""

from datetime import date

from flask import current_app, g

from dsar import clock, db
from dsar.datamap.types import DataMap
from dsar.errors import DsarError, NotFound
from dsar.jobs.office import Office
from dsar.services import maps


class NoMapYet(DsarError):
    """Nobody has applied a data map, so nothing can be asked yet."""

    status = 503


def office() -> Office:
    """The settings and the vault of this process."""
    return current_app.extensions["office"]


def datamap() -> DataMap:
    """The newest version of the data map.  Raises NoMapYet."""
    if "datamap" not in g:
        try:
            with db.read() as session:
                g.datamap = maps.current(session)[1]
        except NotFound as error:
            raise NoMapYet("no data map was applied yet; apply one: dsar map apply FILE") from error
    return g.datamap


def today() -> date:
    """The day it is where the controller is."""
    return clock.day(clock.now(), datamap().controller.zone)


def shows_outbox() -> bool:
    """Whether mail is read on a page here: in the demonstration and in tests, where there is no mail server."""
    config = office().config
    return config.may_pretend and not config.smtp_url
