"""The review list however long it is: each page is read by an index, whatever stands before it and behind it."""

from __future__ import annotations

import os
from datetime import UTC, datetime

import pytest
from sqlalchemy import event, insert, text

from dsar import db
from dsar.db import Base
from dsar.models import Gap
from dsar.services import gaps
from dsar.terms import GapKind

PLACES = 1_000_000 if os.environ.get("DSAR_PROOF") == "1" else 4_000
AT = datetime(2021, 11, 24, 2, tzinfo=UTC)


@pytest.fixture(params=["sqlite", "postgresql"])
def listed(request, tmp_path):
    """A list of many places, one in four settled, one in a hundred looking personal."""
    sqlite = request.param == "sqlite"
    url = f"sqlite:///{tmp_path}/own" if sqlite else request.getfixturevalue("postgres_database")
    engine = db.connect(url)
    Base.metadata.create_all(engine, tables=[Gap.__table__])
    with engine.begin() as connection:
        for start in range(0, PLACES, 10_000):
            rows = [
                {"store": "crm", "table": f"t{n}", "column": "", "kind": GapKind.NEW_TABLE, "columns": {},
                 "open": n % 4 != 0, "grave": 0 if n % 100 == 1 else 2, "seen_at": AT}
                for n in range(start, min(start + 10_000, PLACES))
            ]  # fmt: skip
            connection.execute(insert(Gap), rows)
        connection.execute(text("ANALYZE"))
    yield engine
    db.disconnect()


def plan(engine, statement: str, values) -> str:
    explain = "EXPLAIN QUERY PLAN " if engine.dialect.name == "sqlite" else "EXPLAIN "
    with engine.connect() as connection:
        return "\n".join(str(row) for row in connection.exec_driver_sql(explain + statement, values))


def test_a_page_from_the_beginning_and_from_the_middle_is_read_by_the_index(listed):
    asked = []
    event.listen(listed, "before_cursor_execute", lambda *call: asked.append((call[2], call[3])))
    with db.begin() as session:
        first = gaps.listed(session, limit=26)
        later = gaps.listed(session, limit=26, after=(2, PLACES // 2))
        assert [row.grave for row in first] == [0] * 26
        assert [row.id for row in later] == sorted(row.id for row in later)
        assert gaps.count(session, most=10) == 10
    for statement, values in [one for one in asked if "ORDER BY" in one[0]]:
        how = plan(listed, statement, values)
        assert "ix_gap_open_grave_id" in how
        assert "TEMP B-TREE" not in how
        assert "Sort" not in how
