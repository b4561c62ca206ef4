"""What was searched, as printed: every store, places that no map names, forms the person filled in."""

from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup

from dsar.render.package import CollectionShown, Package, PointShown, StoreShown, UnmappedShown
from dsar.render.typeset import Typeset, nobr
from dsar.terms import StoreState

MANY = 12  # collections of one store, from which they stand in a row of their own: a row may end a page


@dataclass(frozen=True)
class SearchedLine:
    """One store; mark is the shape beside the result: full, empty or away."""

    title: Markup
    holds: Markup  # its collections
    how: Markup
    mark: str
    result: Markup
    at: Markup  # when, or ''
    reason: Markup  # why not, or ''
    many: bool  # collections


@dataclass(frozen=True)
class Form:
    """A form the person filled in: each field, its state, where it is or why it is not there."""

    title: Markup
    fields: tuple[tuple[Markup, Markup, Markup], ...]


def searched(store: StoreShown, setting: Typeset) -> SearchedLine:
    """One line of the table of everything that was searched."""
    mark, result = _result(store, setting)
    return SearchedLine(
        title=setting.words(store.title),
        holds=_holds(store, setting),
        how=_how(store.kind, setting),
        mark=mark,
        result=result,
        at=setting.moment(store.at) if store.at else Markup(""),
        reason=setting.own(store.reason or "") if mark == "away" else Markup(""),
        many=len(store.collections) > MANY,
    )


def unmapped(package: Package, setting: Typeset) -> tuple[tuple[Markup, Markup, Markup], ...]:
    """Places that no map names and that hold the person or were not looked at: place, columns, finding."""
    titles = {store.name: setting.words(store.title) for store in package.stores}
    return tuple(
        (
            _place(place, titles, setting),
            setting.join(setting.own(c) for c in place.columns),
            _finding(place, setting),
        )
        for place in package.unmapped
        if place.records is None or place.records > 0 or place.looks_personal
    )


def forms(package: Package, setting: Typeset) -> tuple[Form, ...]:
    """The fields of each form that the controller fills from people, and where they are now."""
    by_form: dict[str, list[PointShown]] = {}
    for point in package.points:
        by_form.setdefault(point.name, []).append(point)
    return tuple(
        Form(setting.words(points[0].title), tuple(_point(point, setting) for point in points))
        for points in by_form.values()
    )


def _holds(store: StoreShown, setting: Typeset) -> Markup:
    """Each collection with its count and the comma behind it, as a block that is not torn where it fits a line."""
    comma, last = setting.texts.say(", ").rstrip(), len(store.collections) - 1
    item = Markup('<span class="item">{}{}</span>')
    return Markup(" ").join(
        item.format(_counted(each, setting), comma if n < last else "")
        for n, each in enumerate(store.collections)
    )


def _counted(collection: CollectionShown, setting: Typeset) -> Markup:
    _, ngettext = setting.say, setting.ngettext
    told = ngettext("%(n)s record", "%(n)s records", collection.records)
    return Markup("{} {}").format(setting.words(collection.title), nobr(told))


def _result(store: StoreShown, setting: Typeset) -> tuple[str, Markup]:
    _, ngettext = setting.say, setting.ngettext
    if store.state == StoreState.SEARCHED:
        if not store.records and store.withheld:
            left_out = ngettext("%(n)s record", "%(n)s records", store.withheld)
            return "full", _("Found and left out: %(n)s", n=left_out)
        if not store.records:
            return "empty", _("Nothing about you")
        return "full", _("Found: %(n)s", n=ngettext("%(n)s record", "%(n)s records", store.records))
    told = {
        StoreState.UNREACHABLE: _("Not reachable"),
        StoreState.FAILED: _("Search failed"),
        StoreState.PAUSED: _("Search stopped for now"),
    }
    return "away", told.get(StoreState(store.state), _("Not searched yet"))


def _how(kind: str, setting: Typeset) -> Markup:
    _ = setting.say
    box = _("Every suggestion of the search box read, and compared with what you proved")
    told = {
        "sql_suggest": box,
        "redis_suggest": box,
        "http_suggest": _("What you proved typed into the search box, and searched for, as anybody could"),
        "folder": _("By the names of files that records about you gave"),
    }
    tables = _("By what you proved, in every way it may be written, and by our own numbers that this led to")
    return told.get(kind, tables)


def _place(place: UnmappedShown, titles: Mapping[str, Markup], setting: Typeset) -> Markup:
    title = titles.get(place.store, setting.own(place.store))
    return Markup('{}<span class="quiet block">{}</span>').format(title, setting.own(place.table))


def _finding(place: UnmappedShown, setting: Typeset) -> Markup:
    _, ngettext = setting.say, setting.ngettext
    if place.looks_personal and not place.records:
        return _("It looks as if it held personal information. We look into it")
    if place.records is None:
        return _("Not looked at yet")
    return _("About you: %(n)s", n=ngettext("%(n)s record", "%(n)s records", place.records))


def _point(point: PointShown, setting: Typeset) -> tuple[Markup, Markup, Markup]:
    _ = setting.say
    states = {"held": _("Saved"), "not_kept": _("Not saved"), "withheld": _("Saved, not given out")}
    told = [setting.words(text) for text in (point.place, point.reason) if text]
    return (
        setting.words(point.field_title),
        states.get(point.state or "", _("Not known yet. We look into it")),
        setting.join(filter(None, told)),
    )
