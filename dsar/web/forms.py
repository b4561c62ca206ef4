"""What every form of ours has in common: who is asked when, and what a wrong answer answers."""

import unicodedata

from flask import request
from flask_babel import gettext
from wtforms import Form as PlainForm
from wtforms.validators import ValidationError

from dsar.datamap.types import IdentifierKind
from dsar.web.language import only_switched


class Form(PlainForm):
    """A form filled from what was sent, if anything was; the guard against forgery is the application's."""

    def __init__(self, **given: object) -> None:
        super().__init__(request.form if request.method == "POST" else None, **given)

    def answered(self) -> bool:
        """Whether it was sent (and not only to switch the language) and every answer can be used."""
        return request.method == "POST" and not only_switched() and self.validate()

    @property
    def status(self) -> int:
        """The HTTP answer of a page with this form: 422 when there is something to mend."""
        return 422 if self.errors else 200


class Wanted:
    """An answer must be there; `words` say what to do."""

    def __init__(self, words: str) -> None:
        self.words = words

    def __call__(self, _form: PlainForm, field) -> None:
        if not (field.data.strip() if isinstance(field.data, str) else field.data):
            field.errors[:] = []
            raise ValidationError(str(self.words))


def half_width(text: str | None) -> str:
    """The text as typed on a Latin keyboard: digits typed in a Chinese one are full-width."""
    return unicodedata.normalize("NFKC", text or "").strip()


def what_to_enter(kind: IdentifierKind) -> str:
    """What an identifier of a kind looks like, said where something else was entered."""
    return {
        "e164": gettext(
            "Enter a phone number in full, like 131 0000 8688; from abroad, like +1 202 555 0100"
        ),
        "email": gettext("Enter an email address in full, like name@example.com"),
        "exact": gettext("Enter it in full, in one line, with nothing else"),
    }[kind.normal]
