"""Any search box over HTTP: its suggestions, its documents, and what makes the engine forget them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

from dsar.connectors import (
    Act,
    Column,
    Connector,
    Erased,
    Found,
    Place,
    Probe,
    Raw,
    Residue,
    Schema,
    Sought,
    Table,
)
from dsar.connectors._calling import Calling, Entry
from dsar.connectors._prefixes import Offer, Prefixes, as_typed, residue
from dsar.connectors._texts import Texts, first_of_each, in_order, leading, of_probes, of_subjects
from dsar.datamap.calls import ENTRY, Box
from dsar.datamap.grounds import ENTRY_WHOLE, NO_WAY
from dsar.datamap.identifiers import written
from dsar.datamap.phones import PLAIN_FORMS
from dsar.datamap.schema import reading
from dsar.datamap.types import Collection, DataMap, Store
from dsar.errors import CannotErase, RowsRefused

OFFERED = "offered"  # marks the key of an entry that no document names: its text
NOBODY = "dsar-no-such-record-0e5c41"  # a key that no record has
HARMLESS = "z"  # typed to see that the box answers
Keyed = dict[tuple[int, tuple[Raw, ...]], Found]


class HttpSuggest(Connector):
    """Settings: see docs/map.md.  A record is one document that the search finds, by its key.

    What the box offers although no document holds it any more (a term that the engine has
    not let go of) is a record too; it goes by the remedy.
    """

    kind = "http_suggest"
    has_search_box = True

    def __init__(self, store: Store, datamap: DataMap, *, url: str, timeout: float) -> None:
        super().__init__(store, datamap, url=url, timeout=timeout)
        box = store.settings["box"]
        assert isinstance(box, Box)  # noqa: S101
        self._box, self._calling = box, Calling(store.name, box, url, timeout)

    def close(self) -> None:
        self._calling.close()

    def check(self, *, erasing: bool = True) -> None:
        list(self._calling.suggestions([HARMLESS * self._box.shortest]))
        if self._box.get:
            list(self._calling.held([NOBODY]))
        if erasing and self.store.erasing and self._box.delete:
            self._calling.delete([NOBODY])  # of nobody: asks for the right and changes nothing

    def describe(self) -> Schema:
        self.check(erasing=False)
        columns = {ENTRY: Column(ENTRY, "text", False, True)}
        return Schema({c.table: Table(c.table, columns, (ENTRY,)) for c in self.store.collections.values()})

    def find(self, collection: Collection, probes: Sequence[Probe]) -> Iterator[Found]:
        """As everywhere; what is found is put in order here, being little."""
        if all(probe.done for probe in probes):
            return
        texts = of_probes(self.map.identifier_kinds, probes)
        asked = [(probe.kind, probe.value) for probe in probes if not probe.done]
        found: Keyed = {}
        for entry in self._documents(asked, collection):
            self._note(found, entry, texts)
        accounted = {(one.subject, one.number) for one in found.values()}
        for entry in self._whole(asked):
            if entry.key is not None:
                self._note(found, entry, texts)
                continue
            for probe in first_of_each(texts.within(entry.text)):
                if (probe.subject, probe.number) not in accounted:
                    one = _found(probe, entry)
                    found[one.subject, one.key] = one
        yield from in_order(found.values())

    def erase(self, collection: Collection, acts: Sequence[Act]) -> Iterator[Erased]:  # noqa: ARG002
        if any(not act.delete for act in acts):
            raise CannotErase(ENTRY_WHOLE)
        if not self._box.delete and not self._box.remedy:
            raise CannotErase(NO_WAY)
        one_by_one = [act for act in acts if self._deletes(act)]
        gone = self._deleted(one_by_one)
        left = [act for act in acts if id(act) not in {id(each) for each in one_by_one}]
        if left or any(gone.values()):
            self._calling.remedy()
        gone |= {id(act): not there for act, there in zip(left, self._there(left), strict=True)}
        yield from (Erased(act, gone[id(act)]) for act in acts)

    def sweep(
        self, sought: Sequence[Sought], places: Iterable[Place] | None = None, own: Sequence[Probe] = ()
    ) -> Iterator[Residue]:
        collection = next(iter(self.store.collections.values()), None)
        if collection is None or not reading(places)(collection.table, ENTRY):
            return
        texts = of_subjects(self.map.identifier_kinds, sought)
        leads = leading(self.map.identifier_kinds, [collection], own)
        asked, seen = [(one.kind, one.value) for one in sought], set()
        every = (each for page in self._calling.everything() for each in page) if self._box.all else None
        for entries in (every or self._documents(asked, collection), self._whole(asked)):
            for entry in entries:
                for subject in texts.within(entry.text):
                    own_one = subject in leads.within(entry.text)
                    hit = Residue(subject, collection.table, ENTRY, _key(entry), own=own_one)
                    if hit not in seen:
                        seen.add(hit)
                        yield hit

    def offers(self, sought: Sequence[Sought]) -> Iterator[Residue]:
        for collection in islice(self.store.collections.values(), 1):  # none where all is dismissed
            yield from residue(self.typed(sought), collection.table, ENTRY)

    def typed(self, sought: Sequence[Sought]) -> Iterator[Offer]:
        """What is offered as each identifier is typed, from the shortest prefix that the box answers."""
        prefixes = Prefixes(self.map, sought)
        for length in prefixes.lengths():
            answers = self._calling.suggestions(prefixes.of_length(length, self._box.shortest))
            offered = ((typed, each.text, _key(each)) for typed, entries in answers for each in entries)
            yield from prefixes.offers(length, offered)

    def _documents(self, asked: Sequence[tuple[str, str]], collection: Collection) -> Iterator[Entry]:
        """What the box's search finds for each identifier, in every plain form and in those that the map names."""
        values: dict[str, None] = {}
        for kind_name, value in asked:
            kind = self.map.identifier_kinds[kind_name]
            declared = {form for by in collection.found_by if by.kind == kind_name for form in by.forms}
            forms = {*(PLAIN_FORMS if kind.normal == "e164" else ("exact",)), *declared - {"any"}}
            values |= dict.fromkeys(
                text for form in sorted(forms) for text in sorted(written(kind, value, form))
            )
        for entries in self._calling.search(list(values)):
            yield from entries

    def _whole(self, asked: Sequence[tuple[str, str]]) -> Iterator[Entry]:
        """What is offered for each whole identifier, and without its last character: some offer no word for itself."""
        typed = [
            text for kind, value in asked for _, text in as_typed(self.map.identifier_kinds[kind], value)
        ]
        prefixes = dict.fromkeys(each for text in typed for each in (text, text[:-1]) if each)
        for _, entries in self._calling.suggestions(list(prefixes)):
            yield from entries

    def _note(self, found: Keyed, entry: Entry, texts: Texts[Probe]) -> None:
        for probe in first_of_each(texts.within(entry.text)):
            one = _found(probe, entry)
            found.setdefault((one.subject, one.key), one)

    def _deletes(self, act: Act) -> bool:
        """Whether a call of its own deletes a record: documents, and entries of a box that has no others."""
        box = self._box
        keyed = box.suggest.key or (box.search and box.search.key)
        return box.delete is not None and (len(act.found.key) == 1 or not keyed)

    def _deleted(self, acts: Sequence[Act]) -> dict[int, bool]:
        """Delete these records, those that still hold what was found; which went."""
        keys = [self._safe(str(act.found.key[0])) for act in acts]
        if acts and self._box.get:
            held = self._calling.held(keys)
            same = [text == act.found.row[ENTRY] for act, text in zip(acts, held, strict=True)]
        else:
            same = [True] * len(acts)  # its key is its text
        going = [key for key, still in zip(keys, same, strict=True) if still]
        went = iter(self._calling.delete(going) if going else ())
        return {id(act): still and next(went) for act, still in zip(acts, same, strict=True)}

    def _safe(self, key: str) -> str:
        """A key that stays one step of an address.

        Raises RowsRefused for one that would make the address that of the whole index.
        """
        if not key.strip(". "):
            raise RowsRefused(f"store {self.store.name} names a record so that no address can name it alone")
        return key

    def _there(self, acts: Sequence[Act]) -> Iterator[bool]:
        """Whether these records are still there, after all that can be done was done."""
        for act in acts:
            key, text = act.found.key, str(act.found.row[ENTRY])
            if len(key) == 1 and self._box.get:
                yield next(self._calling.held([self._safe(str(key[0]))])) == text
                continue
            asked = self._calling.suggestions([text, text[:-1]] if len(text) > 1 else [text])
            entries = [each for _, some in asked for each in some]
            entries += [each for some in self._calling.search([text]) for each in some]
            yield any(_key(each) == key for each in entries)


def _found(probe: Probe, entry: Entry) -> Found:
    row: Mapping[str, Raw] = {ENTRY: entry.text}
    return Found(probe.subject, probe.number, _key(entry), row)


def _key(entry: Entry) -> tuple[Raw, ...]:
    """What names an entry: its document, or its own text."""
    return (entry.text, OFFERED) if entry.key is None else (entry.key,)
