"""The questions of the portal."""

from collections.abc import Iterable
from dataclasses import dataclass

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import EmailField, SelectMultipleField, StringField, TelField
from wtforms.validators import ValidationError

from dsar.datamap import identifiers
from dsar.datamap.types import IdentifierKind
from dsar.errors import BadInput
from dsar.services import intake
from dsar.terms import SERVED
from dsar.web import answers
from dsar.web.forms import Form, Wanted, half_width, what_to_enter
from dsar.web.language import own

MOST = 10  # identifiers of one submission


class RightsForm(Form):
    """What we are to do."""

    right = SelectMultipleField(
        choices=sorted(str(right) for right in SERVED),
        validate_choice=False,
        validators=[Wanted(_("Choose what you would like us to do"))],
    )

    def validate_right(self, field) -> None:
        if set(field.data) - set(field.choices):
            raise ValidationError(gettext("Choose what you would like us to do"))


class OutcomeForm(Form):
    """What a recipient did."""

    outcome = StringField(validators=[Wanted(_("Choose what you did"))])

    def validate_outcome(self, field) -> None:
        if field.data not in [one.value for one in answers.offered()]:
            raise ValidationError(gettext("Choose what you did"))


class CodeForm(Form):
    """The six digits."""

    code = StringField(_("Code"), validators=[Wanted(_("Enter the 6 digits we sent you"))])

    @property
    def digits(self) -> str:
        return "".join(half_width(self.code.data).split())

    def validate_code(self, _field) -> None:
        if not (self.digits.isdecimal() and len(self.digits) == 6):
            raise ValidationError(gettext("Enter the 6 digits we sent you"))

    def refuse_code(self) -> None:
        """Say that these are not the digits, or not any more: never which of the two."""
        words = gettext("This code is wrong or no longer works. Enter the newest one, or ask for another.")
        self.code.errors = [words]


class ReferenceForm(Form):
    """Which request."""

    reference = StringField(_("Reference"), validators=[Wanted(_("Enter your reference"))])

    def validate_reference(self, field) -> None:
        try:
            intake.reference(half_width(field.data))
        except BadInput:
            words = gettext("Enter a reference of 8 letters and digits, like 7KQ4-M2XD")
            raise ValidationError(words) from None


class SealForm(ReferenceForm):
    """A seal, as a paper or a receipt shows it."""

    seal = StringField(_("Seal"), validators=[Wanted(_("Enter the seal"))])

    @property
    def hex(self) -> str:
        return "".join(half_width(self.seal.data).lower().split())

    def validate_seal(self, _field) -> None:
        if not (8 <= len(self.hex) <= 64 and set(self.hex) <= set("0123456789abcdef")):
            raise ValidationError(
                gettext("Enter 8 characters or more of the seal, digits and the letters a to f")
            )


@dataclass(frozen=True, repr=False)
class Row:
    """One line of the question which identifiers the person is known by."""

    kind: str
    value: str


class IdentifierOf:
    """A line may be empty; what is in it must be an identifier of its kind."""

    def __init__(self, kind: IdentifierKind) -> None:
        self.kind = kind

    def __call__(self, _form: Form, field) -> None:
        if not (field.data or "").strip():
            return
        try:
            identifiers.normal(self.kind, field.data)
        except BadInput:
            raise ValidationError(what_to_enter(self.kind)) from None


def sent_rows(kinds: Iterable[str], sent: Iterable[tuple[str, str]]) -> list[Row]:
    """The lines of a form as it was sent, kind by kind."""
    sent = list(sent)
    rows = [Row(kind, value) for kind in kinds for name, value in sent if name.rpartition("-")[0] == kind]
    return rows[:MOST]


def with_every_kind(kinds: Iterable[str], rows: list[Row]) -> list[Row]:
    """At least one line of each kind, kind by kind."""
    return [row for kind in kinds for row in ([r for r in rows if r.kind == kind] or [Row(kind, "")])]


def identifiers_form(kinds: dict[str, IdentifierKind], rows: list[Row]) -> Form:
    """A form with one field a line, filled; its fields are named <kind>-<n>, n from 1."""
    fields, values, count = {}, {}, dict.fromkeys(kinds, 0)
    for row in rows:
        count[row.kind] += 1
        name = f"{row.kind}-{count[row.kind]}"
        fields[name] = _field(kinds[row.kind], count[row.kind])
        values[name] = row.value
    form = type("IdentifiersForm", (_IdentifiersForm,), fields)(data=values)
    for name, value in values.items():
        form[name].data = value
    return form


class _IdentifiersForm(Form):
    def validate(self) -> bool:
        """Every line is right, and one at least is filled."""
        if not super().validate():
            return False
        first = next(iter(self))
        if not any((field.data or "").strip() for field in self):
            first.errors = [gettext("Enter at least one")]
            return False
        return True


def _field(kind: IdentifierKind, number: int):
    made = {"e164": TelField, "email": EmailField, "exact": StringField}[kind.normal]
    title = own(kind.title)
    label = title if number == 1 else gettext("%(what)s %(n)s", what=title, n=number)
    return made(label, validators=[IdentifierOf(kind)])
