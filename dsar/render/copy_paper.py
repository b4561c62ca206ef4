"""The copy as it stands on paper: cover, what was searched, every collection, recipients, rights, seal."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count, islice

from markupsafe import Markup

from dsar.render.closing import contacts, recipient, rights_rows, seal, seal_code
from dsar.render.collection_paper import CollectionPaper, CollectionPrinter
from dsar.render.cover import Cover, Pair, copy_cover
from dsar.render.package import CollectionShown, FileShown, Package, StoreShown
from dsar.render.searched import Form, SearchedLine, forms, searched, unmapped
from dsar.render.typeset import Typeset


@dataclass(frozen=True)
class Part:
    """A numbered part of the paper, as its contents name it."""

    number: int
    id: str
    title: Markup
    count: Markup


@dataclass(frozen=True)
class CopyPaper:
    """What the template prints."""

    cover: Cover
    parts: dict[str, Part]  # by id, in their order
    searched: tuple[SearchedLine, ...]
    unmapped: tuple[tuple[Markup, Markup, Markup], ...]
    forms: tuple[Form, ...]
    stores: tuple[tuple[Part, tuple[CollectionPaper, ...]], ...]
    files: tuple[tuple[str, Markup, Markup], ...]  # name, kind, size
    files_cut: Markup
    recipients: tuple[tuple[Markup, tuple[Pair, ...]], ...]
    rights: tuple[tuple[Markup, Markup, Markup], ...]
    contacts: tuple[Pair, ...]
    seal: tuple[Pair, ...]
    qr: Markup


def copy_paper(package: Package, setting: Typeset, *, rows: int) -> CopyPaper:
    """The whole copy in the reader's language, at most so many rows a collection.

    Raises ReleaseRefused when a collection has more or fewer rows than it says.
    """
    parts = {part.id: part for part in _parts(package, setting)}
    printer = CollectionPrinter(setting, rows=rows, recipients_part=parts["recipients"].number)
    return CopyPaper(
        cover=copy_cover(package, setting),
        parts=parts,
        searched=tuple(searched(store, setting) for store in package.stores),
        unmapped=unmapped(package, setting),
        forms=forms(package, setting),
        stores=tuple(
            (parts[_id(store)], tuple(printer.paper(store.name, collection) for collection in _filled(store)))
            for store in _holding(package)
        ),
        files=tuple(_file(file, setting) for file in islice(_files(package), rows)),
        files_cut=_files_cut(package, setting, rows),
        recipients=tuple((setting.words(r.title), recipient(r, setting)) for r in package.recipients),
        rights=rights_rows(package.controller, setting),
        contacts=contacts(package.controller, setting),
        seal=seal(package.seal, package.verify_url, package.made_at, setting),
        qr=seal_code(package.reference, package.seal.head, package.verify_url, setting),
    )


def _parts(package: Package, setting: Typeset) -> Iterator[Part]:
    _, ngettext = setting.say, setting.ngettext
    number = count(1)
    yield Part(next(number), "searched", _("What we searched"), Markup(""))
    for store in _holding(package):
        told = ngettext("%(n)s record", "%(n)s records", store.records)
        yield Part(next(number), _id(store), setting.words(store.title), told)
    if files := sum(1 for _file in _files(package)):
        yield Part(
            next(number),
            "files",
            _("Files that come with this copy"),
            ngettext("%(n)s file", "%(n)s files", files),
        )
    yield Part(next(number), "recipients", _("Who received your information"), Markup(""))
    yield Part(next(number), "rights", _("Your rights"), Markup(""))
    yield Part(next(number), "check", _("How to check this document"), Markup(""))


def _id(store: StoreShown) -> str:
    return f"store-{store.name}"


def _holding(package: Package) -> list[StoreShown]:
    return [store for store in package.stores if store.records or store.withheld]


def _filled(store: StoreShown) -> list[CollectionShown]:
    return [collection for collection in store.collections if collection.records or collection.withheld]


def _files(package: Package) -> Iterator[FileShown]:
    for store in package.stores:
        for collection in store.collections:
            yield from collection.files


def _file(file: FileShown, setting: Typeset) -> tuple[str, Markup, Markup]:
    _ = setting.say
    kinds = {"image": _("Picture"), "audio": _("Recording"), "video": _("Video")}
    size = _("%(n)s kB", n=f"{max(1, round(file.bytes / 1000)):,}")
    return setting.own(file.name), kinds.get(file.type, _("Document")), size


def _files_cut(package: Package, setting: Typeset, rows: int) -> Markup:
    _ = setting.say
    total = sum(1 for _file in _files(package))
    if total <= rows:
        return Markup("")
    return _("This paper names the first %(listed)s of %(all)s files.", listed=f"{rows:,}", all=f"{total:,}")
