"""The questions of the desk."""

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import PasswordField, StringField
from wtforms.validators import ValidationError

from dsar.services import staff
from dsar.web.forms import Form, Wanted


class SignInForm(Form):
    """Who is there."""

    name = StringField(_("User name"), validators=[Wanted(_("Enter your user name"))])
    password = PasswordField(_("Password"), validators=[Wanted(_("Enter your password"))])


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
