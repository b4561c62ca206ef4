"""The forms that the controller fills from people, each field tied to the place where it lands."""

from collections.abc import Mapping
from typing import Literal

from dsar.datamap.report import nearest
from dsar.datamap.sections import named, texts
from dsar.datamap.spot import Spot
from dsar.datamap.types import CollectionPoint, Field, Store, Text

State = Literal["held", "not_kept", "withheld"]
STATES = ("held", "not_kept", "withheld")


def collection_points(spot: Spot, stores: Mapping[str, Store]) -> tuple[CollectionPoint, ...]:
    """Every field of every form, in the map's order."""
    places = {
        f"{store.name}.{collection.name}.{field.name}": field
        for store in stores.values()
        for collection in store.collections.values()
        for field in collection.fields.values()
    }
    return tuple(point for form in named(spot).values() for point in _form(form, places))


def _form(spot: Spot, places: Mapping[str, Field]) -> list[CollectionPoint]:
    items = spot.keys("title fields")
    title = texts(items, "title")
    if "fields" not in items:
        return []
    if isinstance(items["fields"].value, list):
        return [_short(each, spot.name, title, places) for each in items["fields"].listed()]
    return [_point(each, spot.name, title, places) for each in items["fields"].items().values()]


def _short(spot: Spot, form: str, title: Text, places: Mapping[str, Field]) -> CollectionPoint:
    """A field written as its place, or as the name of the one field so named, whose title it takes."""
    so_named = [place for place in places if place.rpartition(".")[2] == spot.value]
    if len(so_named) > 1:
        spot.wrong(f"is the name of several fields; say which: {', '.join(so_named[:5])}")
        return CollectionPoint(form, title, "", {}, None, None, {})
    place = so_named[0] if so_named else _place(spot, places)
    field = places.get(place)
    return CollectionPoint(
        name=form,
        title=title,
        field=place.rpartition(".")[2],
        field_title=field.title if field else {},
        state=_state(field),
        place=place,
        reason={},
    )


def _point(spot: Spot, form: str, title: Text, places: Mapping[str, Field]) -> CollectionPoint:
    items = spot.keys("title", "state place reason")
    place = _place(items["place"], places) if "place" in items else None
    field = places.get(place) if place else None
    state = _given_state(items["state"]) if "state" in items else _state(field)
    if "state" in items:
        _check(spot, items, state, field)
    return CollectionPoint(
        name=form,
        title=title,
        field=spot.name,
        field_title=texts(items, "title"),
        state=state,
        place=place,
        reason=texts(items, "reason"),
    )


def _check(spot: Spot, items: Mapping[str, Spot], state: str | None, field: Field | None) -> None:
    if state == "not_kept":
        if "reason" not in items:
            spot.wrong("`reason` is missing: why what was asked is not kept")
        if "place" in items:
            items["place"].wrong("what is not kept has no place; leave it out")
    elif "place" not in items:
        spot.wrong("`place` is missing: where it is held, as store.collection.field")
    elif field and state in STATES and state != _state(field):
        items["state"].wrong(f"the field it is tied to is {_state(field)}", _state(field))


def _given_state(spot: Spot) -> State | None:
    given = spot.choice(STATES, "state of a form's field")
    return given if given in STATES else None  # type: ignore[return-value]


def _state(field: Field | None) -> State | None:
    if field is None:
        return None
    return "held" if field.given else "withheld"


def _place(spot: Spot, places: Mapping[str, Field]) -> str:
    place = spot.text()
    if place and place not in places:
        spot.wrong(f"no field of this map is {place!r}; write store.collection.field", nearest(place, places))
    return place
