"""The question of an inspection: what to ask every system for, and why."""

from collections.abc import Mapping

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import SelectField, StringField
from wtforms.fields import SelectChoice
from wtforms.validators import ValidationError

from dsar.datamap import identifiers
from dsar.datamap.types import IdentifierKind
from dsar.errors import BadInput
from dsar.services import inspecting
from dsar.web.forms import Form, Wanted, half_width, what_to_enter
from dsar.web.language import own


class InspectForm(Form):
    """What to ask every system for, and why."""

    kind = SelectField(_("What it is"), validate_choice=False)
    identifier = StringField(_("What to look for"), validators=[Wanted(_("Enter what to look for"))])
    reason = StringField(_("Why you inspect"), validators=[Wanted(_("Say why you inspect"))])
    case = StringField(_("Number of the case or order (optional)"))
    kinds: Mapping[str, IdentifierKind]

    def validate_kind(self, field) -> None:
        if field.data not in self.kinds:
            raise ValidationError(gettext("Choose one of the list"))

    def validate_identifier(self, field) -> None:
        kind = self.kinds.get(self.kind.data)
        if kind is None:
            return
        try:
            value = identifiers.normal(kind, half_width(field.data))
        except BadInput:
            raise ValidationError(what_to_enter(kind)) from None
        if not identifiers.common_forms(kind, value):
            raise ValidationError(gettext("This is too short: it would be found in other people’s records"))

    def validate_reason(self, field) -> None:
        if len((field.data or "").strip()) > inspecting.LONGEST:
            raise ValidationError(gettext("Say it in at most %(n)s characters", n=inspecting.LONGEST))

    validate_case = validate_reason


def inspect_form(kinds: Mapping[str, IdentifierKind]) -> InspectForm:
    """The form with the kinds of identifier that can be typed."""
    form = InspectForm()
    form.kinds = kinds
    form.kind.choices = [SelectChoice(name, own(kind.title)) for name, kind in kinds.items()]
    return form
