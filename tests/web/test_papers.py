"""What is handed over: progress, the copy, the certificate, and what they say when something is missing."""

import io
import zipfile
from pathlib import Path

import pytest
from sqlalchemy import select

from dsar import db
from dsar.models import LedgerEntry, PaperFile
from dsar.services import intake, ledger, mailing, proving
from dsar.services.intake import Given
from dsar.terms import Right, Role
from tests.web.conftest import PHONE

OTHER = "13000000038"


@pytest.fixture
def somebody(chinese_reader, office, ask, hire, at):
    """Somebody who asked for a copy and an erasure, came back by a code, and looks at the copy's page."""
    requests = ask(Right.COPY, Right.ERASURE, lang="zh-CN", phones=(PHONE, OTHER))
    copy, erasure = (one.reference for one in requests)
    chinese_reader.get(f"/r/{copy}").submit("发送验证码")
    with db.read() as session:
        code = next(
            one.facts["code"] for one in mailing.letters(session, office.vault) if one.to.endswith(PHONE)
        )
    chinese_reader.submit("继续", code=code)
    by = hire("wang", Role.OFFICER)
    with db.begin() as session:
        for one in requests:
            row, given = intake.get(session, one.reference), [Given("phone", OTHER)]
            proving.confirm(session, office.vault, row, by=by, evidence="a letter", given=given, at=at)
    return chinese_reader, copy, erasure


def test_the_way_of_a_copy_and_an_erasure(somebody, work):
    reader, copy, erasure = somebody
    assert reader.page.h1 == "我们正在查找您的信息"
    work()
    assert reader.get(f"/r/{copy}").page.h1 == "您的副本已备好"
    reader.follow("查看并下载副本")
    assert "来自8个系统的" in reader.text
    reader.submit("下载副本（ZIP）")
    with zipfile.ZipFile(io.BytesIO(reader.response.data)) as package:
        assert {"copy.pdf", "copy.json"} <= set(package.namelist())
        assert package.testzip() is None
    work()
    assert reader.get(f"/r/{erasure}").page.h1 == "您的请求已办结"
    reader.follow("删除了什么，还有什么没有删除")
    assert "依法须保存至" in reader.text
    assert "没有任何联想" in reader.text
    assert "星桥口语已确认" in reader.text
    reader.follow("下载删除证明（PDF）")
    assert reader.response.data.startswith(b"%PDF-")


def test_each_fetch_is_an_entry_and_is_shown(somebody, work):
    reader, copy, _ = somebody
    work()
    reader.get(f"/r/{copy}/copy")
    assert "尚无" in reader.text
    for button in ("下载副本（ZIP）", _button(reader, "只下载PDF"), _button(reader, "只下载JSON")):
        reader.get(f"/r/{copy}/copy").submit(button)
        assert reader.response.headers["Content-Disposition"].startswith("attachment;")
    with db.read() as session:
        assert len(ledger.facts_of(session, copy, "copy.fetched")) == 3
    assert "已下载3次" in reader.get(f"/r/{copy}/copy").text


def test_a_download_that_is_broken_off_counts_for_nothing(somebody, work):
    reader, copy, _ = somebody
    work()
    path, data = reader.get(f"/r/{copy}/copy").page.filled("下载副本（ZIP）", {})
    answer = reader.client.post(path or reader.path, data=data, buffered=False)
    next(answer.iter_encoded())
    answer.close()
    with db.read() as session:
        assert ledger.facts_of(session, copy, "copy.fetched") == []


def test_a_file_that_is_not_of_the_copy_is_not_given(somebody, work):
    reader, copy, _ = somebody
    work()
    _, data = reader.get(f"/r/{copy}/copy").page.filled("下载副本（ZIP）", {})
    data.setlist("file", ["../../etc/passwd"])
    assert reader.client.post(reader.path, data=data).status_code == 404


def test_a_copy_that_was_changed_is_refused_with_a_page(somebody, work, office, caplog):
    reader, copy, _ = somebody
    work()
    with db.read() as session:
        file = session.scalars(select(PaperFile).where(PaperFile.name == "copy.json")).one()
    sealed = Path(office.config.vault) / file.sealed
    content = bytearray(sealed.read_bytes())
    content[200] ^= 1
    sealed.write_bytes(content)
    reader.get(f"/r/{copy}/copy").submit("下载副本（ZIP）")
    assert reader.status == 409
    assert "我们中止了这次下载" in reader.text
    with db.read() as session:
        assert ledger.facts_of(session, copy, "copy.fetched") == []


def test_a_copy_page_before_there_is_a_copy_is_the_requests_page(somebody):
    reader, copy, _ = somebody
    assert reader.get(f"/r/{copy}/copy").response.status_code == 200
    assert reader.path == f"/r/{copy}"


def test_a_certificate_before_there_is_one_is_not_found(somebody):
    reader, _, erasure = somebody
    assert reader.get(f"/r/{erasure}/certificate.pdf").status == 404


def test_a_store_that_is_down_is_named_and_nothing_is_called_ready(somebody, work, tmp_path):
    reader, copy, _ = somebody
    (tmp_path / "stores" / "oral.sqlite").rename(tmp_path / "away")
    work()
    reader.get(f"/r/{copy}")
    assert reader.page.h1 == "我们正在查找您的信息"
    assert "已查找的系统：7个，共8个" in reader.text
    assert "尚未应答" in reader.text
    assert "oral.sqlite" not in reader.text


def test_a_seal_of_a_receipt_is_found_and_a_changed_one_is_not(reader, ask):
    reference = ask(Right.COPY)[0].reference
    with db.read() as session:
        seal = session.scalars(select(LedgerEntry.seal).where(LedgerEntry.reference == reference)).first()
    reader.get("/check").submit("Check", reference=reference, seal=f"{seal[:8]} {seal[8:16]}".upper())
    assert "The seal is right" in reader.text
    reader.submit("Check", reference=reference, seal="0" * 16)
    assert "There is no such entry" in reader.text
    reader.submit("Check", reference="77777777", seal=seal)
    assert "There is no such entry" in reader.text
    reader.submit("Check", reference=reference, seal="xyz")
    assert reader.status == 422


def _button(reader, begins: str) -> str:
    return next(words for words in reader.page.buttons() if words.startswith(begins))
