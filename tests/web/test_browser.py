"""Every page in a real browser: axe finds nothing, nothing sticks out at 320 px, Enter goes on."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from dsar import db
from dsar.datamap.watching import Difference
from dsar.render.fonts import fonts
from dsar.services import alerting, comparing, mailing, relooking, staff
from dsar.terms import LANGUAGES, GapKind, Right, Role
from tests.web.browser import Visitor, chromium, served
from tests.web.conftest import PASSWORD, PHONE


@pytest.fixture(scope="module")
def browser():
    with chromium(fonts().conf) as made:
        yield made


@pytest.fixture(params=LANGUAGES)
def visitor(browser, app, request) -> Iterator[Visitor]:
    """Somebody at a browser; at the end he has nothing to complain of."""
    shots = os.environ.get("DSAR_SHOTS")  # a folder: pictures of every page go there
    with served(app) as address:
        somebody = Visitor(browser, address, request.param, Path(shots) if shots else None)
        yield somebody
        somebody.context.close()
    assert not somebody.complaints


def test_the_way_of_a_request(visitor, office, work):
    page = visitor.page
    visitor.go("/")
    visitor.look("start")
    visitor.go("/ask")
    visitor.press("form .govuk-button")
    visitor.look("rights-error")
    page.check("#right")
    page.check("#right-erasure")
    visitor.look("rights")
    visitor.press("form .govuk-button")
    page.fill("#phone-1", "131")
    visitor.enter()
    visitor.look("identifiers-error")
    page.fill("#phone-1", PHONE)
    visitor.press(".more .link-button")
    page.fill("#phone-2", "13000000038")
    visitor.look("identifiers")
    visitor.enter()
    visitor.look("check")
    visitor.press("main .govuk-button")
    visitor.look("prove")
    page.fill("#code", "000 000")
    visitor.enter()
    visitor.look("prove-error")
    page.fill("#code", _code(office))
    visitor.enter()
    visitor.press("main form .link-button")
    visitor.look("received")
    visitor.press(".acts .govuk-link")
    visitor.look("request-searching")
    reference = re.search(r"/r/(\w+)", page.url).group(1)
    work()
    page.reload()
    visitor.look("request-ready")
    visitor.go(f"/r/{reference}/copy")
    visitor.look("copy")
    with page.expect_download() as download:
        page.locator("main form [value=zip]").click()
    assert download.value.path().stat().st_size > 10_000
    assert download.value.suggested_filename == f"copy-{reference}.zip"
    visitor.press("[aria-labelledby=erasure] form .govuk-button")
    work()
    page.reload()
    visitor.look("request-erased")
    page.goto(page.url + "/erased")
    visitor.look("erased")
    visitor.go(f"/r/{reference}")
    visitor.press(".aside .link-button")
    visitor.go(f"/r/{reference}")
    visitor.look("gate")
    visitor.press("main form .govuk-button")
    visitor.look("code")
    visitor.go("/outbox")
    visitor.look("outbox")


def test_the_small_pages(visitor, office):
    for path, name in (("/follow", "follow"), ("/check", "seal"), ("/nothing", "404")):
        visitor.go(path)
        visitor.look(name)


def test_the_desk(visitor, office, ask, at, work):
    for n in range(30):
        reference = ask(Right.COPY if n % 3 else Right.ERASURE)[0].reference
    with db.begin() as session:
        _, token = staff.add(session, "chen", Role.HANDLER, at=at)
    visitor.go("/desk/set-up/wrong")
    visitor.look("set-up-over")
    visitor.go(f"/desk/set-up/{token}")
    visitor.look("set-up")
    visitor.page.fill("#password", PASSWORD)
    visitor.page.fill("#again", PASSWORD)
    visitor.enter()
    visitor.look("requests")
    visitor.press("[rel=next]")
    visitor.press("tbody a")
    visitor.look("desk-request")
    visitor.go("/desk/?show=late")
    visitor.look("requests-none")
    visitor.go("/desk/alerts")
    visitor.look("alerts-none")
    with db.begin() as session:
        places = {"crm.student": 1, "sms_gateway.sms_log": 12}
        alerting.raise_alert(
            session, relooking.RETURNED, reference=reference, store="crm", places=places, at=at
        )
        alerting.raise_alert(session, relooking.UNSEEN, store="class_app", requests=3, reason="down", at=at)
    visitor.go("/desk/alerts")
    visitor.look("alerts")
    visitor.press(".who .link-button")
    visitor.look("sign-in")
    visitor.page.fill("#name", "chen")
    visitor.page.fill("#password", "wrong")
    visitor.enter()
    visitor.look("sign-in-error")


def test_an_inspection(visitor, office, ask, hire, work):
    ask(Right.ERASURE)
    visitor.go("/desk/inspections")
    visitor.page.fill("#name", hire("wu", Role.INSPECTOR))
    visitor.page.fill("#password", PASSWORD)
    visitor.enter()
    visitor.press("form .govuk-button:not(.link-button)")
    visitor.look("inspect-error")
    visitor.page.fill("#identifier", PHONE)
    visitor.page.fill("#reason", "勘验")
    visitor.enter()
    visitor.look("inspection-asked")
    os.environ["ORAL_URL"] = "sqlite:////nowhere/oral"
    work()
    visitor.page.reload()
    visitor.look("inspection")
    visitor.go("/desk/inspections")
    visitor.look("inspect")


def test_the_review_list(visitor, office, ask, at, work, hire):
    new = {"mobile": "phone", "xingming": "person_name", "revision": None}
    columns = {
        name: {
            "type": "varchar(40)",
            "like": like,
            "alike": 38 if like else None,
            "of": 200,
            "personal": bool(like),
        }
        for name, like in new.items()
    }
    loud, dull = columns["mobile"], columns["revision"]
    with db.begin() as session:
        found = [
            Difference("callback_export_2021", "", GapKind.NEW_TABLE, columns),
            Difference("student", "remark", GapKind.MEANING, {"remark": loud}, "free_text"),
            Difference("student", "avatar", GapKind.MISSING, {}),
            Difference("student", "revision", GapKind.NEW_COLUMN, {"revision": dull}),
            *(Difference(f"t{n}", "", GapKind.NEW_TABLE, {"a": dull}) for n in range(25)),
        ]
        comparing.noticed(session, "crm", found, at=at)
    reference = ask(Right.COPY)[0].reference
    visitor.go("/desk/sign-in")
    visitor.page.fill("#name", hire("zhou", Role.OFFICER))
    visitor.page.fill("#password", PASSWORD)
    visitor.enter()
    visitor.go("/desk/review")
    visitor.look("review")
    visitor.press("h2 a")
    visitor.look("gap")
    visitor.press("main form .govuk-button")
    visitor.look("gap-error")
    visitor.page.check("#reason")
    visitor.press("main form .govuk-button")
    visitor.go("/desk/review/1")
    visitor.look("gap-settled")
    visitor.go("/desk/review/3")
    visitor.look("gap-missing")
    visitor.go(f"/desk/r/{reference}")
    visitor.look("desk-request-review")
    visitor.go("/desk/alerts")
    visitor.look("alerts-review")


def test_the_plan_of_an_erasure(visitor, over, hire, work):
    for name in ("chen", hire("zhao", Role.LEAD)):
        visitor.go(f"/desk/r/{over}/plan")
        visitor.page.fill("#name", name)
        visitor.page.fill("#password", PASSWORD)
        visitor.enter()
        visitor.look(f"plan-{name}")
        if name == "chen":
            visitor.press(".who .link-button")
    visitor.press("#question .govuk-button")
    visitor.look("plan-error")
    visitor.page.fill("#reason", "a dispute")
    visitor.page.fill("#until", "2021-12-24")
    visitor.enter()
    visitor.look("plan-held")


def _code(office) -> str:
    with db.read() as session:
        return next(one.facts["code"] for one in mailing.letters(session, office.vault) if one.kind == "code")
