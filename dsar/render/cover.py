"""What the first page of a paper says: how complete it is, who asked what, when it was due and answered."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from markupsafe import Markup, escape

from dsar import clock
from dsar.datamap.types import Text
from dsar.errors import BadInput
from dsar.render.package import Package, StoreShown
from dsar.render.rights import asked
from dsar.render.typeset import Typeset, day_strip, nobr, quiet
from dsar.terms import StoreState

Pair = tuple[Markup, Markup]  # label and what it says

_LONGEST_STRIP = 45  # days; a longer period has no strip


@dataclass(frozen=True)
class Cover:
    """The first page."""

    reference: str
    title: Markup
    statement: Markup
    warning: Markup  # what is not as it should be, or ''
    remarks: tuple[Markup, ...]
    pretend: Markup  # that the time shown is a demonstration's, or ''
    pairs: tuple[Pair, ...]


def copy_cover(package: Package, setting: Typeset) -> Cover:
    """The cover of a copy."""
    _ = setting.say
    return Cover(
        reference=package.reference,
        title=_("Copy of your personal information"),
        statement=_statement(package, setting),
        warning=Markup("") if package.complete else _("This copy is not complete."),
        remarks=_remarks(package, setting),
        pretend=pretended(package.pretend, setting),
        pairs=(
            (_("Proven to be yours"), _proven(package, setting)),
            (_("You asked us"), setting.ours(asked(package.right, setting.texts))),
            (_("Received"), setting.weekday(setting.texts.local_day(package.received_at))),
            answered(package.received_at, package.made_at, package.due_on, setting, whole=package.complete),
            due(package.due_on, package.promise, setting),
            (_("Period"), _period(package.period, setting)),
        ),
    )


def answered(
    received_at: datetime, made_at: datetime, due_on: date | None, setting: Typeset, *, whole: bool
) -> Pair:
    """When the paper was made, as the n-th day of the period, with the days drawn."""
    _ = setting.say
    label = _("Answered") if whole else _("Made")
    received, made = setting.texts.local_day(received_at), setting.texts.local_day(made_at)
    told = setting.weekday(made)
    if due_on is None or not 0 < (total := (due_on - received).days) <= _LONGEST_STRIP:
        return label, told
    used = (made - received).days
    spoken = _("day %(used)s of %(total)s", used=used, total=total)
    alt = _("Made on day %(used)s of the %(total)s days of the period", used=used, total=total).striptags()
    days = Markup(' <span class="quiet">{}</span>').format(spoken)
    return label, told + days + day_strip(used, total, alt)


def due(due_on: date, promise: Text, setting: Typeset) -> Pair:
    _ = setting.say
    return _("Due"), setting.weekday(due_on) + quiet(setting.words(promise))


def pretended(given: str | None, setting: Typeset) -> Markup:
    """That the present is made up, where it is; the moment in words where it can be read."""
    _ = setting.say
    if given is None:
        return Markup("")
    try:
        told = setting.moment(clock.parse(given))
    except BadInput:
        told = setting.own(given)
    return _(
        "Demonstration: the present is set to %(when)s, and every time in this document follows from that.",
        when=told,
    )


def sentences(setting: Typeset, told: Iterable[Markup]) -> Markup:
    """Whole sentences one after the other, as the language joins them."""
    return escape("" if setting.texts.zh else " ").join(told)


def _statement(package: Package, setting: Typeset) -> Markup:
    _, ngettext = setting.say, setting.ngettext
    done = [store for store in package.stores if store.state == StoreState.SEARCHED]
    full = sum(store.records > 0 for store in package.stores)
    systems, searched = setting.strong(len(package.stores)), setting.strong(len(done))
    told = [
        _("We searched all our %(systems)s systems.", systems=systems)
        if len(done) == len(package.stores)
        else _("We searched %(searched)s of our %(systems)s systems.", searched=searched, systems=systems)
    ]
    if not full:
        return sentences(setting, [*told, _("There is nothing about you.")])
    told.append(
        ngettext(
            "Information about you is in %(full)s of them: %(records)s record.",
            "Information about you is in %(full)s of them: %(records)s records.",
            package.records,
            full=setting.strong(full),
            records=setting.strong(package.records),
        )
    )
    if empty := sum(not store.records for store in done):
        told.append(_("In %(empty)s there is nothing.", empty=setting.strong(empty)))
    return sentences(setting, told)


def _remarks(package: Package, setting: Typeset) -> tuple[Markup, ...]:
    _ = setting.say
    told = []
    if away := [store for store in package.stores if store.state != StoreState.SEARCHED]:
        told.append(
            _("Not searched: %(names)s.", names=setting.join(_name(store, setting) for store in away))
        )
    if any(place.records is None for place in package.unmapped):
        told.append(_("Our inventory does not name every place in these systems; see part 1."))
    if any(place.looks_personal for place in package.unmapped):
        told.append(
            _("Some places look as if they held personal information; we look into them. See part 1.")
        )
    if any(point.state is None for point in package.points):
        told.append(_("A form asked you for something, and we cannot say yet where it is kept; see part 1."))
    if any(place.records for place in package.unmapped):
        told.append(
            _("Information about you stands in places that our inventory does not account for; see part 1.")
        )
    if package.complete:
        last = _(
            "To our knowledge this is all we hold about you. Should more come to light, we will open your "
            "request again and tell you."
        )
        return (*told, last)
    open_until = _(
        "Your request stays open until the rest is here. It is due on %(due)s.",
        due=setting.weekday(package.due_on),
    )
    return (*told, open_until)


def _name(store: StoreShown, setting: Typeset) -> Markup:
    return setting.words(store.title)


def _proven(package: Package, setting: Typeset) -> Markup:
    line = Markup('<span class="block">{} {}</span>')
    return Markup("").join(
        line.format(setting.words(proven.title), nobr(setting.own(proven.value)))
        for proven in package.identifiers
    )


def _period(period: tuple[date | None, date], setting: Typeset) -> Markup:
    _ = setting.say
    start, end = period
    last = nobr(setting.texts.day(end))
    if start is None:
        return _("From the first record to %(end)s", end=last)
    return _("From %(start)s to %(end)s", start=nobr(setting.texts.day(start)), end=last)
