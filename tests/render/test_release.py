"""A PDF that is not what was sealed is not released."""

from __future__ import annotations

import os
from dataclasses import replace

import pytest

from dsar.errors import ReleaseRefused
from dsar.render.pdf import certificate_pdf, copy_pdf
from dsar.render.release import check_certificate, check_pdf
from tests.render import certificates, packages

PROOF = os.environ.get("DSAR_PROOF") == "1"


@pytest.fixture(scope="module")
def pdf() -> bytes:
    return copy_pdf(packages.package(), rows=2000)


def one_more(package):
    """The same package with one record more in its first collection."""
    crm = package.stores[0]
    student = replace(crm.collections[0], records=crm.collections[0].records + 1)
    return replace(
        package, stores=(replace(crm, collections=(student, *crm.collections[1:])), *package.stores[1:])
    )


def test_a_count_that_differs_is_refused_by_name(pdf):
    with pytest.raises(ReleaseRefused, match="客户关系系统"):
        check_pdf(pdf, one_more(packages.package()))


def test_rows_that_are_not_as_many_as_sealed_are_refused():
    with pytest.raises(ReleaseRefused, match=r"crm\.student"):
        copy_pdf(one_more(packages.package()), rows=2000)


def test_a_row_past_the_listed_ones_is_noticed():
    package = packages.many(5)
    short = replace(package.stores[0].collections[0], records=4)
    with pytest.raises(ReleaseRefused, match=r"sms\.sms_log"):
        copy_pdf(replace(package, stores=(replace(package.stores[0], collections=(short,)),)), rows=10)


@pytest.mark.parametrize("collections", [12, 13, 42, *([300] if PROOF else [])])
def test_a_system_of_many_collections_is_told_whole_where_a_page_ends(collections):
    whole = packages.package("en")
    crm = whole.stores[0]
    empty = replace(crm.collections[0], records=0, rows=list)
    held = [
        replace(empty, name=f"t{n}", title={"zh": f"表{n}", "en": f"What we hold {n} of orders"})
        for n in range(collections - 1)
    ]
    store = replace(crm, collections=(crm.collections[0], *held))
    package = replace(whole, stores=(store, *whole.stores[1:]))
    check_pdf(copy_pdf(package, rows=2000), package)


def test_another_copys_pdf_is_refused(pdf):
    with pytest.raises(ReleaseRefused, match="AAAABBBB"):
        check_pdf(pdf, packages.package(reference="AAAABBBB"))


def test_a_font_that_is_not_ours_is_refused(tmp_path):
    from weasyprint import HTML

    foreign = HTML(string='<html lang="en"><p style="font-family: DejaVu Sans">K7RW4MXT').write_pdf()
    with pytest.raises(ReleaseRefused, match="font that is not ours"):
        check_pdf(foreign, packages.package())


def test_a_character_that_no_font_has_is_refused():
    from dsar.render.press import press

    with pytest.raises(ReleaseRefused, match=r"1 characters that no font has \(\.notdef\)"):
        check_pdf(press('<html lang="en"><title>x</title><p>a\U0001f600'), packages.package())


def test_a_page_with_no_text_is_refused():
    from dsar.render.press import press

    with pytest.raises(ReleaseRefused, match="page 1 has no text"):
        check_pdf(press('<html lang="en"><title>x</title><p>'), packages.package())


def test_what_is_no_pdf_is_refused():
    with pytest.raises(ReleaseRefused, match="cannot be read back"):
        check_pdf(b"%PDF-1.7 nothing", packages.package())


def test_a_certificate_with_other_sums_is_refused():
    certificate = certificates.certificate()
    made = certificate_pdf(certificate)
    show = certificates.erased()
    show["stores"][0]["collections"][0]["erased"] = 1
    with pytest.raises(ReleaseRefused):
        check_certificate(made, replace(certificate, show=show))
