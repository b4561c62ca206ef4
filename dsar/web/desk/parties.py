"""What staff must see to of recipients and senders, in words."""

from flask_babel import gettext as _

from dsar.models import Alert
from dsar.services import receiving, recipients
from dsar.web import here
from dsar.web.language import own

KINDS = (*recipients.ALERTS, receiving.UNTOLD)


def words(alert: Alert) -> list[str]:
    """Who it is, and what to do."""
    return [_name(alert), _to_do(alert.kind)]


def _name(alert: Alert) -> str:
    name, datamap = alert.store or "", here.datamap()
    known = (datamap.senders if alert.kind == receiving.UNTOLD else datamap.recipients).get(name)
    return own(known.title) if known else name


def _to_do(kind: str) -> str:
    again = _("It is tried again by itself. See whether its address in the data map is right.")
    return {
        recipients.SILENT: _(
            "It is reminded every week, and the request stays open. Ring or write, and record what it answers."
        ),
        recipients.UNREACHED: again,
        receiving.UNTOLD: again,
        recipients.REFUSED: _(
            "The request stays open until you record the refusal as final, or that it has confirmed after all."
        ),
        recipients.BY_HAND: _(
            "The data map names no way to ask it. Write the letter out, send it, and record the answer."
        ),
    }[kind]
