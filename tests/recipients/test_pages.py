"""The pages of recipients in a real browser, in both languages and two widths; and at the desk an answer on paper."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from dsar import clock, db
from dsar.render.fonts import fonts
from dsar.services import recipients, staff
from dsar.terms import LANGUAGES, Role
from dsar.web import create_app
from tests import shop as shops
from tests.recipients.told import RECIPIENTS, apply, letters, recipients_map
from tests.shop import HANDLER, Shop
from tests.web.browser import Visitor, chromium, served

PASSWORD = "correct horse battery"


@pytest.fixture(scope="module")
def browser():
    with chromium(fonts().conf) as made:
        yield made


@pytest.fixture(scope="module")
def asked_both(built_shop, tmp_path_factory) -> tuple[Shop, str]:
    folder = tmp_path_factory.mktemp("asked")
    text = recipients_map("ally, press", RECIPIENTS)
    shop = apply(shops.copy_of(built_shop, folder / "shop"), folder / "map.yaml", text)
    (reference,) = shop.confirmed("erasure")
    shop.work()
    return shop, reference


@pytest.fixture(params=LANGUAGES)
def visited(browser, asked_both, request, tmp_path) -> Iterator[tuple[Visitor, str, str]]:
    """Somebody at a browser, the request and the ally's link; at the end he has nothing to complain of."""
    shop, reference = asked_both
    shop, shots = shops.copy_of(shop, tmp_path / "shop"), os.environ.get("DSAR_SHOTS")
    link = next(one for one in letters(shop) if one.kind == "ask").link
    with shop.office() as office, served(create_app(office, TESTING=True)) as address:
        somebody = Visitor(browser, address, request.param, Path(shots) if shots else None)
        yield somebody, reference, link
        somebody.context.close()
    assert not somebody.complaints


def test_a_recipient_answers_and_staff_records_what_came_on_paper(visited):
    visitor, reference, link = visited
    with db.begin() as session:
        _, token = staff.add(session, HANDLER, Role.HANDLER, at=clock.now())
    visitor.go(link)
    visitor.look("confirm")
    visitor.press("form .govuk-button")
    visitor.look("confirm-error")
    visitor.page.check("#outcome-own_basis")
    visitor.press("form .govuk-button")
    visitor.look("confirmed")
    visitor.go(f"/desk/set-up/{token}")
    visitor.page.fill("#password", PASSWORD)
    visitor.page.fill("#again", PASSWORD)
    visitor.enter()
    visitor.go(f"/desk/r/{reference}")
    visitor.look("desk-request-recipients")
    visitor.go(f"/desk/r/{reference}/recipients/press")
    visitor.look("recipient")
    visitor.press("main form .govuk-button")
    visitor.look("recipient-error")
    visitor.page.check("#outcome-nothing_held")
    visitor.page.fill("#evidence", "a letter of 26 November")
    visitor.press("main form .govuk-button")
    visitor.go("/desk/alerts")
    visitor.look("alerts-recipients")
    with db.read() as session:
        outcomes = {name: ask.outcome for name, ask in recipients.asks(session, reference).items()}
    assert outcomes == {"ally": "own_basis", "press": "nothing_held"}
