"""One collection as it stands on paper: the facts about it, its records, and what is left out."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from markupsafe import Markup

from dsar.datamap.types import Field
from dsar.errors import ReleaseRefused
from dsar.render.decode import as_stored, in_words, when
from dsar.render.layout import Content, Layout, layout
from dsar.render.package import CollectionShown, FieldShown, FileShown, Raw, Row
from dsar.render.typeset import Typeset, nobr, visible
from dsar.render.withheld import Left, left_out

_FEW_SOURCES = 3
_LONGEST = 2000  # characters of one value on paper: a long unbroken one takes the square of its length to set


@dataclass(frozen=True)
class Facts:
    """Why, on what basis, from where, to whom, how long; `like` names a collection with the same."""

    pairs: tuple[tuple[Markup, Markup], ...]
    missing: Markup  # "No consent on record.", or ''
    like: Markup  # or ''


@dataclass(frozen=True)
class Cell:
    """One value; `more` is the file of the package that it names, or where the rest of it is, or ''."""

    title: Markup
    value: Markup
    more: Markup


@dataclass(frozen=True)
class CollectionPaper:
    """What the template prints of one collection."""

    title: Markup
    count: Markup
    facts: Facts
    layout: Layout
    titles: tuple[Markup, ...]  # of the fields printed, as the columns of the layout
    rows: tuple[tuple[Cell | None, ...], ...]  # None: nothing recorded
    empty: tuple[Markup, ...]  # fields with nothing in any record
    cut: Markup  # says where the rest is, or ''
    left: tuple[Left, ...]
    always: int | None  # place of the field shown even when empty


class CollectionPrinter:
    """Makes the paper of each collection in turn; remembers the facts already told."""

    def __init__(self, setting: Typeset, *, rows: int, recipients_part: int) -> None:
        self._set = setting
        self._most = rows
        self._part = recipients_part
        self._told: dict[tuple[str, ...], Markup] = {}

    def paper(self, store: str, collection: CollectionShown) -> CollectionPaper:
        """The collection as printed, at most so many rows of it.

        Raises ReleaseRefused when its rows are not as many as it says.
        """
        rows = listed(store, collection, self._most)
        given = [shown for shown in collection.fields if shown.state == "given"]
        whole = len(rows) == collection.records
        printed = [shown for shown in given if not whole or _kept_in_sight(shown, collection, rows)]
        columns = [self._column(shown.field, rows) for shown in printed]
        files = {(file.row, file.field): file for file in collection.files}
        csv = csv_name(store, collection.name)
        return CollectionPaper(
            title=self._set.words(collection.title),
            count=self._count(collection.records),
            facts=self._facts(collection, rows),
            layout=layout(columns, len(rows)),
            titles=tuple(self._set.words(shown.field.title) for shown in printed),
            rows=tuple(
                tuple(
                    self._cell(shown.field, row, files.get((place, shown.field.name)), csv)
                    for shown in printed
                )
                for place, row in enumerate(rows)
            ),
            empty=tuple(self._set.words(shown.field.title) for shown in given if shown not in printed),
            cut=Markup("") if whole else self._cut(store, collection, len(rows)),
            left=left_out(collection, self._set),
            always=next((i for i, s in enumerate(printed) if s.field.name == collection.consent_field), None),
        )

    def _count(self, n: int) -> Markup:
        ngettext = self._set.ngettext
        return ngettext("%(n)s record", "%(n)s records", n)

    def _column(self, field: Field, rows: Sequence[Row]) -> Content:
        _ = self._set.texts.say
        raws = [raw for row in rows if (raw := row.get(field.name)) not in (None, "")]
        texts = [in_words(field, raw, self._set.texts)[:_LONGEST] for raw in raws]
        gaps = [_("nothing recorded")] if len(raws) < len(rows) else []
        dated = [text for raw, text in zip(raws, texts, strict=True) if _is_date(field, raw)]
        return Content(
            field=field.name,
            title=self._set.texts.words(field.title),
            values=texts + gaps,
            unbroken=[_date_part(text) for text in dated],
            numeric=bool(raws) and not field.values and all(_is_amount(raw) for raw in raws),
        )

    def _cell(self, field: Field, row: Row, file: FileShown | None, csv: str) -> Cell | None:
        raw = row.get(field.name)
        if raw in (None, ""):
            return None
        text = in_words(field, raw, self._set.texts)
        title = self._set.words(field.title)
        if _is_date(field, raw):
            day, time = _date_part(text), text[len(_date_part(text)) :]
            return Cell(title, nobr(day) + time, Markup(""))
        if field.values or isinstance(raw, bool):
            return Cell(title, self._set.ours(self._set.own(text)), Markup(""))
        if len(text) > _LONGEST:
            return Cell(title, self._set.own(text[:_LONGEST]), self._rest(len(text), csv))
        return Cell(title, self._set.own(text), visible(file.name) if file else Markup(""))

    def _rest(self, characters: int, csv: str) -> Markup:
        _ = self._set.say
        return _(
            "These are the first %(listed)s of %(all)s characters. All of them are in the file %(file)s.",
            listed=f"{_LONGEST:,}",
            all=f"{characters:,}",
            file=nobr(csv),
        )

    def _facts(self, collection: CollectionShown, rows: Sequence[Row]) -> Facts:
        _ = self._set.say
        pairs: tuple[tuple[Markup, Markup], ...] = (
            (_("Why we hold it"), self._set.words(collection.purpose)),
            (_("Legal basis"), self._set.words(collection.legal_basis)),
            (_("Where it came from"), self._source(collection, rows)),
            (_("Who received it"), self._recipients(collection)),
            (_("How long we keep it"), self._set.words(collection.retention)),
        )
        if collection.mentions:
            pairs = (*pairs, (_("Where else you stand"), self._elsewhere(collection)))
        missing = self._missing(collection)
        key = (*(str(text) for label, text in pairs), str(missing))
        if key in self._told:
            return Facts(pairs[:1], missing, self._told[key])
        self._told[key] = self._set.words(collection.title)
        return Facts(pairs, missing, Markup(""))

    def _elsewhere(self, collection: CollectionShown) -> Markup:
        return self._set.ngettext(
            "%(n)s record of another person mentions you; it is not listed here.",
            "%(n)s records of other people mention you; they are not listed here.",
            collection.mentions,
        )

    def _missing(self, collection: CollectionShown) -> Markup:
        _, ngettext = self._set.say, self._set.ngettext
        if not collection.without_consent:
            return Markup("")
        if collection.without_consent == collection.records:
            return _("No consent on record.")
        return ngettext(
            "No consent on record for %(n)s of these records.",
            "No consent on record for %(n)s of these records.",
            collection.without_consent,
        )

    def _source(self, collection: CollectionShown, rows: Sequence[Row]) -> Markup:
        _ = self._set.say
        if collection.source is not None:
            return self._set.words(collection.source)
        field = next((s.field for s in collection.fields if s.field.name == collection.source_field), None)
        if field is None or collection.source_field is None:
            return Markup("")
        said = dict.fromkeys(in_words(field, row.get(field.name), self._set.texts) for row in rows)
        if "" not in said and 0 < len(said) <= _FEW_SOURCES and max(map(len, said)) <= _LONGEST:
            return self._set.join(self._set.own(text) for text in said)
        return _("Each record says it, under “%(field)s”.", field=self._set.words(field.title))

    def _recipients(self, collection: CollectionShown) -> Markup:
        _ = self._set.say
        if not collection.recipients:
            return _("Nobody")
        names = self._set.join(self._set.words(recipient.title) for recipient in collection.recipients)
        return _("%(names)s (part %(part)s)", names=names, part=self._part)

    def _cut(self, store: str, collection: CollectionShown, listed: int) -> Markup:
        _ = self._set.say
        return _(
            "This paper lists the first %(listed)s of %(all)s records. All of them are in the file %(file)s.",
            listed=f"{listed:,}",
            all=f"{collection.records:,}",
            file=nobr(csv_name(store, collection.name)),
        )


def csv_name(store: str, collection: str) -> str:
    """The name of a collection's CSV in the package."""
    return f"csv/{store}.{collection}.csv"


def listed(store: str, collection: CollectionShown, most: int) -> list[Row]:
    """The rows that the paper lists.

    Raises ReleaseRefused when there are more or fewer than the collection says.
    """
    rows = list(islice(collection.rows(), most + 1))
    if min(len(rows), most + 1) != min(collection.records, most + 1):
        raise ReleaseRefused(
            f"{store}.{collection.name}: {collection.records} records are sealed, another number is read back"
        )
    return rows[:most]


def _kept_in_sight(shown: FieldShown, collection: CollectionShown, rows: Sequence[Row]) -> bool:
    name = shown.field.name
    return name == collection.consent_field or any(row.get(name) not in (None, "") for row in rows)


def _is_date(field: Field, raw: Raw) -> bool:
    return not field.values and when(raw) is not None


def _date_part(text: str) -> str:
    """A told day or moment without its time."""
    day, _blank, time = text.rpartition(" ")
    return day if ":" in time else text


def _is_amount(raw: Raw) -> bool:
    """Whether it is a decimal number; whole ones are mostly numbers of things, and read better as text."""
    text = as_stored(raw)
    return text.count(".") == 1 and text.replace(".", "").removeprefix("-").isdecimal()
