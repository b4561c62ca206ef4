"""The questions of the desk."""

from datetime import date

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import BooleanField, PasswordField, RadioField, StringField, TextAreaField
from wtforms.validators import ValidationError

from dsar.services import staff
from dsar.terms import Outcome
from dsar.web.forms import Form, Wanted, half_width


class SignInForm(Form):
    """Who is there."""

    name = StringField(_("User name"), validators=[Wanted(_("Enter your user name"))])
    password = PasswordField(_("Password"), validators=[Wanted(_("Enter your password"))])


class AnswerForm(Form):
    """What a recipient answered, and how staff knows."""

    outcome = StringField(validators=[Wanted(_("Choose what it answered"))])
    evidence = TextAreaField(
        _("How do you know?"), validators=[Wanted(_("Say how you know: a letter, a call, and of which day"))]
    )

    def validate_outcome(self, field) -> None:
        if field.data not in list(Outcome):
            raise ValidationError(gettext("Choose what it answered"))


class HoldForm(Form):
    """Why an erasure is held, and until when."""

    reason = StringField(_("Reason"), validators=[Wanted(_("Enter why the erasure is held"))])
    until = StringField(_("Last day (if it is known)"))
    quietly = BooleanField(_("The law forbids telling the person"))

    def validate_until(self, field) -> None:
        if field.data and self.day is None:
            raise ValidationError(gettext("Enter the day as 2026-01-31"))

    @property
    def day(self) -> date | None:
        """The day that was entered; None where there is none, or it is no day."""
        try:
            return date.fromisoformat(half_width(self.until.data))
        except ValueError:
            return None


class SetUpForm(Form):
    """A first password, twice."""

    password = PasswordField(_("New password"), validators=[Wanted(_("Choose a password"))])
    again = PasswordField(_("The same once more"), validators=[Wanted(_("Enter the password once more"))])

    def validate_password(self, field) -> None:
        if len(field.data) < staff.SHORTEST:
            raise ValidationError(gettext("Choose a password of at least %(n)s characters", n=staff.SHORTEST))

    def validate_again(self, field) -> None:
        if field.data != self.password.data:
            raise ValidationError(gettext("Enter the same password both times"))


class DismissForm(Form):
    """Why no copy needs to wait for a place of the review list."""

    reason = RadioField(
        _("Reason"), validators=[Wanted(_("Choose a reason"))], choices=[], validate_choice=False
    )

    def validate_reason(self, field) -> None:
        if field.data not in [value for value, *_rest in field.choices]:
            raise ValidationError(gettext("Choose a reason"))
