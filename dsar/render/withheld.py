"""What a copy leaves out of a collection, and why, in words."""

from dataclasses import dataclass

from markupsafe import Markup

from dsar.render.package import CollectionShown, FieldShown
from dsar.render.typeset import Typeset


@dataclass(frozen=True)
class Left:
    """One thing left out: what, why, and the law that the reason rests on ('' where there is none)."""

    what: Markup
    why: Markup
    law: Markup


def left_out(collection: CollectionShown, setting: Typeset) -> tuple[Left, ...]:
    """The withheld fields of a collection; the reason is one of our words for it, or the map's own."""
    fields = tuple(
        Left(_what(shown, setting), *_reason(shown.reason or "", setting))
        for shown in collection.fields
        if shown.state == "withheld"
    )
    return fields + _of_others(collection, setting)


def _of_others(collection: CollectionShown, setting: Typeset) -> tuple[Left, ...]:
    """What a copy leaves out of records that belong to other people as well."""
    _, ngettext, shared = setting.say, setting.ngettext, collection.shared
    if shared is None or shared.rule == "give":
        return ()
    records = ngettext("%(n)s record", "%(n)s records", shared.records)
    law = _("Civil Code, Art. 1034")
    if shared.rule == "keep":
        return (Left(records, _("It belongs to other people as well, so it is not given here."), law),)
    what = _("Other people's identifiers, and files, in %(records)s", records=records)
    return (Left(what, _("The records belong to other people as well."), law),)


def _what(shown: FieldShown, setting: Typeset) -> Markup:
    return setting.words(shown.field.title) or setting.own(shown.field.name)


def _reason(reason: str, setting: Typeset) -> tuple[Markup, Markup]:
    _ = setting.say
    known = {
        "credential": (
            _(
                "A password in encrypted form, or another secret that opens an account. It tells you nothing "
                "and, once out, would put the account at risk."
            ),
            _("Personal Information Protection Law, Art. 51"),
        ),
        "third_party": (_("It is another person's information."), _("Civil Code, Art. 1034")),
    }
    return known.get(reason, (setting.own(reason), Markup("")))
