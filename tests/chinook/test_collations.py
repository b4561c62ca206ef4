"""MariaDB holds more for equal than we do (utf8mb4_general_ci): a row belongs to whom our normaliser says."""

from __future__ import annotations

import pytest
from sqlalchemy import create_engine, text

from dsar.terms import Right
from tests.chinook.conftest import fill
from tests.oracle import oracle
from tests.own_database.opened import handed_over
from tests.stories import chinook

ANN, ANN_WITH_ACCENT, STRASSE = "ann@example.com", "ánn@example.com", "strasse@example.com"
ROWS = {  # customer -> (e-mail, phone), as somebody typed them
    101: ("ann@example.com", "+1 (780) 428-9482x"),
    102: ("ánn@example.com", ""),
    103: ("ann@example.com ", ""),
    104: ("ANN@Example.com", ""),
    105: ("ａｎｎ@example.com", ""),  # full-width letters
    106: ("änn@example.com", ""),
    107: ("ann@example.com.br", ""),
    108: ("straße@example.com", ""),
    109: ("strasse@example.com", "＋５５ １２ ３９２３ ５５５５"),  # full-width digits: Luís's number
    110: ("someone@example.com", "＋５５ １２ ３９２３ ５５５６"),
}
WHOSE = {  # identifier -> the customers that our normaliser says are this person
    ("email", ANN): {101, 103, 104, 105},
    ("email", ANN_WITH_ACCENT): {102},
    ("email", STRASSE): {109},
    ("phone", chinook.LUIS["phone"]): {1, 109},
}
INSERT = """insert into Customer (CustomerId, FirstName, LastName, Email, Phone)
            values (:id, 'Ann', 'Example', :email, :phone)"""


@pytest.fixture
def url(request):
    """The shop on MariaDB, its customers in utf8mb4_general_ci, with customers that it holds for one."""
    url = fill("mariadb", request)
    engine = create_engine(url)
    with engine.begin() as connection:
        for table in ("Customer", "Invoice"):
            wide = f"alter table {table} convert to character set utf8mb4 collate utf8mb4_general_ci"
            connection.execute(text(wide))
        rows = [{"id": id, "email": email, "phone": phone} for id, (email, phone) in ROWS.items()]
        connection.execute(text(INSERT), rows)
        same = "select count(*) from Customer where Email = 'ann@example.com'"
        assert connection.scalar(text(same)) > len(WHOSE["email", ANN])  # the server would take too many
    engine.dispose()
    return url


def test_a_copy_holds_whom_our_normaliser_says(url, open_desk, tmp_path):
    desk = open_desk(chinook.MAPS / "mariadb.yaml", {"CHINOOK_URL": url})
    asked = {identifier: desk.file([Right.COPY], [identifier])[0] for identifier in WHOSE}
    desk.work()
    found = {}
    for number, (identifier, reference) in enumerate(asked.items()):
        copy = handed_over(desk, reference, tmp_path / str(number))
        (customers,) = (
            each for store in copy["stores"] for each in store["collections"] if each["name"] == "customer"
        )
        found[identifier] = {row["CustomerId"] for row in customers["rows"]}
    assert found == WHOSE


def test_an_erasure_takes_nobody_who_only_looks_the_same_to_the_server(url, open_desk):
    her = oracle.person(oracle.email(ANN))
    before = oracle.fingerprint(url, her)
    desk = open_desk(chinook.MAPS / "mariadb.yaml", {"CHINOOK_URL": url})
    (reference,) = desk.file([Right.ERASURE], [("email", ANN)])
    desk.work()
    shown = desk.erasure(reference)
    (customer,) = (each for each in shown["stores"][0]["collections"] if each["name"] == "customer")
    assert (customer["found"], customer["erased"], shown["verdict"]) == (4, 4, "ERASED")
    assert oracle.hits(url, her) == []
    assert oracle.fingerprint(url, her) == before
