"""What ends a paper: recipients, the person's rights, whom to write to, how to check the seal."""

from datetime import datetime

from markupsafe import Markup

from dsar.datamap.types import Controller
from dsar.render.cover import Pair
from dsar.render.package import RecipientShown, SealShown
from dsar.render.rights import rights
from dsar.render.typeset import Typeset, code, link, qr


def recipient(shown: RecipientShown, setting: Typeset) -> tuple[Pair, ...]:
    """Name and contact of a recipient, what it received and why (PIPL 23)."""
    _ = setting.say
    consent = setting.words(shown.consent)
    return (
        (_("Legal name"), setting.own(shown.legal_name)),
        (_("What it received"), setting.words(shown.got)),
        (_("Why"), setting.words(shown.why)),
        (_("Consent or basis"), consent or _warning(_("No consent on record."))),
        (_("Where it is"), _("Outside China") if shown.abroad else _("In China")),
        (_("Contact"), link(shown.contact)),
    )


def rights_rows(controller: Controller, setting: Typeset) -> tuple[tuple[Markup, Markup, Markup], ...]:
    """What the person may ask next, how, and by which article."""
    return tuple(
        (setting.ours(right.right), setting.ours(right.how), setting.ours(right.article))
        for right in rights(controller, setting.texts)
    )


def contacts(controller: Controller, setting: Typeset) -> tuple[Pair, ...]:
    """Where to write or call."""
    _ = setting.say
    return (
        (_("Controller"), setting.words(controller.legal_name)),
        (_("Write to"), setting.words(controller.officer)),
        (_("Email"), link(controller.contact)),
        (_("Telephone"), setting.own(controller.phone)),
        (_("Post"), setting.words(controller.address)),
    )


def seal(shown: SealShown, verify_url: str, made_at: datetime, setting: Typeset) -> tuple[Pair, ...]:
    """The seal of the ledger that a reader compares."""
    _, ngettext = setting.say, setting.ngettext
    entries = ngettext("%(n)s entry about this request", "%(n)s entries about this request", shown.entries)
    return (
        (_("Web address"), link(verify_url)),
        (_("Ledger"), entries),
        (_("Head of the ledger (SHA-256)"), code(shown.head)),
        (_("Sealed on"), setting.moment(made_at)),
    )


def seal_code(reference: str, head: str, verify_url: str, setting: Typeset) -> Markup:
    """The QR code to the checking page; what follows the # is never sent to a server."""
    _ = setting.texts.say
    return qr(f"{verify_url}#{reference}.{head[:16]}", _("QR code to the checking page"))


def _warning(text: Markup) -> Markup:
    return Markup('<strong class="warn">{}</strong>').format(text)
