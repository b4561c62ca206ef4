"""The certificate of erasure as it stands on paper."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from markupsafe import Markup

from dsar.render.backups import backups
from dsar.render.certificate import Box, Certificate, Step, Typed
from dsar.render.closing import seal, seal_code
from dsar.render.cover import Cover, Pair, answered, due, pretended, sentences
from dsar.render.received import Received, awaited, day, recipient
from dsar.render.typeset import Typeset, nobr
from dsar.render.verdicts import StoreLines, Unsettled, kept, kept_label, so_far, store_lines, unsettled
from dsar.terms import Verdict

_COUNTS = ("found", "erased", "kept", "residue")


@dataclass(frozen=True)
class Ladder:
    """One search box: when it was tried, two identifiers at most, and one row a prefix."""

    title: Markup
    at: Markup
    masked: tuple[str, ...]
    before: bool  # whether it was also typed before the erasure
    rows: tuple[tuple[tuple[str, Markup, Markup], ...], ...]  # for each identifier: typed, before, after


@dataclass(frozen=True)
class CertificatePaper:
    """What the template prints."""

    cover: Cover
    figures: tuple[tuple[Markup, str], ...]
    stores: tuple[StoreLines, ...]
    totals: tuple[str, ...]
    unsettled: tuple[Unsettled, ...]
    kept: tuple[tuple[Markup, Markup, tuple[Pair, ...]], ...]
    proof: tuple[Pair, ...]
    backups: tuple[Pair, ...]
    ladders: tuple[Ladder, ...]
    recipients: tuple[Received, ...]
    relooks: tuple[tuple[Markup, str, Markup], ...]  # day, mark, result
    seal: tuple[Pair, ...]
    qr: Markup


def certificate_paper(certificate: Certificate, setting: Typeset) -> CertificatePaper:
    """The whole certificate in the reader's language; identifiers stay masked everywhere."""
    _ = setting.say
    totals = tuple(so_far(certificate.total(name)) for name in _COUNTS)
    labels = (_("Found"), _("Erased"), _(kept_label(certificate)), _("Left over"))
    return CertificatePaper(
        cover=_cover(certificate, setting),
        figures=tuple(zip(labels, totals, strict=True)),
        stores=store_lines(certificate, setting),
        totals=totals,
        unsettled=unsettled(certificate, setting),
        kept=kept(certificate, setting),
        proof=_proof(certificate, setting),
        backups=backups(certificate.show, setting),
        ladders=tuple(_ladders(certificate.ladder, setting)),
        recipients=tuple(recipient(shown, setting) for shown in certificate.show["recipients"]),
        relooks=tuple(_relook(look, setting) for look in certificate.show["relooks"]),
        seal=seal(certificate.seal, certificate.verify_url, certificate.made_at, setting),
        qr=seal_code(certificate.reference, certificate.seal.head, certificate.verify_url, setting),
    )


def _cover(certificate: Certificate, setting: Typeset) -> Cover:
    _ = setting.say
    looks_only = certificate.show["looks_only"]
    asked = (
        _("To look whether anything is still held about me")
        if looks_only
        else _("To erase all my personal information")
    )
    pairs = [
        (_("Proven to be yours"), _masked(certificate, setting)),
        (_("You asked us"), asked),
        (_("Received"), setting.weekday(setting.texts.local_day(certificate.received_at))),
        answered(
            certificate.received_at,
            certificate.made_at,
            certificate.due_on,
            setting,
            whole=_settled(certificate) and not awaited(certificate, setting),
        ),
    ]
    if certificate.due_on:
        pairs.append(due(certificate.due_on, certificate.promise or {}, setting))
    if certificate.erased_at:
        pairs.append((_("Erased on"), setting.moment(certificate.erased_at)))
    pairs.append((_("Certificate"), _("number %(n)s of this request", n=certificate.number)))
    return Cover(
        reference=certificate.reference,
        title=_("Report of a second look") if looks_only else _("Certificate of erasure"),
        statement=_statement(certificate, setting),
        warning=_warning(certificate, setting),
        remarks=(_("Your numbers are masked here, so that you can show this document to others."),),
        pretend=pretended(certificate.pretend, setting),
        pairs=tuple(pairs),
    )


def _settled(certificate: Certificate) -> bool:
    settled = {Verdict.KEPT, Verdict.ERASED, Verdict.NOTHING_HELD}
    return all(Verdict(collection["verdict"]) in settled for _, collection in certificate.collections())


def _warning(certificate: Certificate, setting: Typeset) -> Markup:
    """What keeps this from being the last word: places of our own, or recipients that have not confirmed."""
    _ = setting.say
    if not _settled(certificate):
        return _("This is not finished. Part 2 says what is open.")
    if waits := awaited(certificate, setting):
        return _("This is not finished: not confirmed yet by %(names)s.", names=_(", ").join(waits))
    return Markup("")


def _masked(certificate: Certificate, setting: Typeset) -> Markup:
    line = Markup('<span class="block">{} {}</span>')
    return Markup("").join(
        line.format(setting.words(title), nobr(setting.own(masked)))
        for title, masked in certificate.identifiers
    )


def _statement(certificate: Certificate, setting: Typeset) -> Markup:
    found, erased, held, residue = (certificate.total(name) for name in _COUNTS)
    if certificate.show["looks_only"]:
        return _looked(*residue, setting)
    return sentences(
        setting, [_erased(found, erased, setting), *_stayed(certificate, held[0], *residue, setting)]
    )


def _looked(residue: int, whole: bool, setting: Typeset) -> Markup:
    _, ngettext = setting.say, setting.ngettext
    if residue:
        return ngettext(
            "We looked for your information and found that %(records)s record is still there.",
            "We looked for your information and found that %(records)s records are still there.",
            residue,
            records=setting.strong(residue),
        )
    if not whole:
        return _("We looked for your information and could not see everywhere.")
    return _("We looked for your information and found nothing.")


def _erased(found: tuple[int, bool], erased: tuple[int, bool], setting: Typeset) -> Markup:
    _ = setting.say
    counts = {"erased": setting.strong(erased[0]), "found": setting.strong(found[0])}
    if not (found[1] and erased[1]):
        return _("So far we erased %(erased)s of the %(found)s records that we know of.", **counts)
    if not found[0]:
        return _("We found nothing about you.")
    return _("We erased %(erased)s of the %(found)s records we found about you.", **counts)


def _stayed(
    certificate: Certificate, held: int, residue: int, whole: bool, setting: Typeset
) -> Iterator[Markup]:
    _, ngettext = setting.say, setting.ngettext
    if held and not certificate.by_law:
        yield _("We keep %(kept)s; why stands below.", kept=setting.strong(held))
    elif held:
        yield _("The law makes us keep %(kept)s.", kept=setting.strong(held))
    if residue:
        yield ngettext(
            "%(left)s is still there.", "%(left)s are still there.", residue, left=setting.strong(residue)
        )
    elif whole:
        yield _("Nothing is left over.")


def _proof(certificate: Certificate, setting: Typeset) -> tuple[Pair, ...]:
    _ = setting.say
    if certificate.proof is None:
        return ()
    return (
        (_("What"), setting.words(certificate.proof.text)),
        (_("Destroyed on"), setting.weekday(certificate.proof.until)),
    )


def _ladders(boxes: Iterable[Box], setting: Typeset) -> Iterator[Ladder]:
    """Two identifiers beside each other, the next two below them."""
    for box in boxes:
        for first in range(0, len(box.typed), 2):
            yield _ladder(box, box.typed[first : first + 2], setting)


def _ladder(box: Box, typed: Sequence[Typed], setting: Typeset) -> Ladder:
    steps = zip_longest(*(one.steps for one in typed))
    return Ladder(
        title=setting.words(box.title),
        at=setting.moment(box.at) if box.at else Markup(""),
        masked=tuple(one.masked for one in typed),
        before=any(step.before is not None for one in typed for step in one.steps),
        rows=tuple(tuple(_step(step, setting) for step in row) for row in steps),
    )


def _step(step: Step | None, setting: Typeset) -> tuple[str, Markup, Markup]:
    if step is None:
        return "", Markup(""), Markup("")
    return step.typed, _offered(step.before, setting), _offered(step.after, setting)


def _offered(offered: bool | None, setting: Typeset) -> Markup:
    _ = setting.say
    if offered is None:
        return Markup("–")
    shape, word = ("full", _("Yes")) if offered else ("", _("No"))
    return Markup('<span class="state {}">{}</span>').format(shape, word)


def _relook(look: Mapping[str, Any], setting: Typeset) -> tuple[Markup, str, Markup]:
    _, ngettext = setting.say, setting.ngettext
    if look["done_at"] is None:
        return day(look["on"], setting), "empty", _("Still to come")
    if look["left"]:
        return (
            day(look["on"], setting),
            "away",
            ngettext("%(n)s record came back", "%(n)s records came back", look["left"]),
        )
    if look["left"] is None:
        return day(look["on"], setting), "away", _("Could not look everywhere")
    return day(look["on"], setting), "full", _("Done: nothing had come back")
