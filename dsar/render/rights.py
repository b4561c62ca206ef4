"""What a person may ask next, how, and by which article; and what was asked, in words."""

from dataclasses import dataclass

from dsar.datamap.types import Controller
from dsar.render.texts import Texts


@dataclass(frozen=True)
class RightShown:
    """One right: its name, how to use it, the article it stands in."""

    right: str
    how: str
    article: str


def asked(right: str, texts: Texts) -> str:
    """What the person asked for, as he would say it."""
    _ = texts.say
    said = {
        "access": _("To see and have a copy of all my personal information"),
        "copy": _("To see and have a copy of all my personal information"),
        "portability": _("To have my personal information transferred"),
        "erasure": _("To erase all my personal information"),
        "source_of_data": _("To know where my personal information came from"),
        "recipients": _("To know who received my personal information"),
        "account_cancel": _("To cancel my account and erase what belongs to it"),
        "never_registered": _("I never registered: to know what is held and have it erased"),
    }
    return said.get(right, right)


def rights(controller: Controller, texts: Texts) -> list[RightShown]:
    """The rights of a person in China (PIPL 15, 24, 44-48, 50, 65); `how` names the controller's address."""
    _ = texts.say
    return [
        RightShown(
            _("Correct or complete"),
            _("Tell us what is wrong or missing and what is right. We check it and tell the recipients."),
            _("Art. 46"),
        ),
        RightShown(
            _("Have it erased"),
            _("All of it or single entries, a label for example. What the law makes us keep is locked."),
            _("Art. 47"),
        ),
        RightShown(
            _("Withdraw consent"), _("At any time. What was done before stays as it was."), _("Art. 15")
        ),
        RightShown(
            _("Limit or refuse"), _("Stop advertising, profiling or any other use."), _("Arts. 24, 44")
        ),
        RightShown(
            _("Ask for the rules"), _("We explain how and why we handle your information."), _("Art. 48")
        ),
        RightShown(
            _("Have it transferred"),
            _("To another company that you name, where the conditions are met."),
            _("Art. 45(3)"),
        ),
        *_remedies(controller, texts),
    ]


def _remedies(controller: Controller, texts: Texts) -> list[RightShown]:
    _ = texts.say
    return [
        RightShown(
            _("Complain"),
            _(
                "To us at %(contact)s, or to the authority: report to the Cyberspace Administration at "
                "12377.cn or by telephone 12377.",
                contact=controller.contact,
            ),
            _("Arts. 50, 65"),
        ),
        RightShown(
            _("Sue"),
            _(
                "If we refuse you or do not answer, you may sue in a people's court. "
                "You need not complain first."
            ),
            _("Art. 50(2)"),
        ),
    ]
