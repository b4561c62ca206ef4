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
from tests.web.page import said

HAVE = "我已收到完整副本，可以开始删除"
OTHER = "13000000038"


@pytest.fixture
def somebody(chinese_reader, ask, hire, office, at):
    """Somebody who asked for a copy and an erasure, came back by a code, and looks at the copy's page."""
    requests = ask(Right.COPY, Right.ERASURE, lang="zh-CN", phones=(PHONE, OTHER))
    copy, erasure = (one.reference for one in requests)
    _back(chinese_reader, copy)
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
    assert reader.get(f"/r/{erasure}").page.h1 == "我们正在准备删除"
    reader.get(f"/r/{copy}/copy").submit(HAVE)
    assert reader.path == f"/r/{erasure}"
    work()
    assert reader.get(f"/r/{erasure}").page.h1 == "您的请求已办结"
    reader.follow("删除了什么，还有什么没有删除")
    assert "依法须保存至" in reader.text
    assert "没有任何联想" in reader.text
    assert "星桥口语已确认" in reader.text
    reader.follow("下载删除证明（PDF）")
    assert reader.response.data.startswith(b"%PDF-")


def test_each_download_is_an_entry_and_starts_nothing(somebody, work):
    reader, copy, _ = somebody
    work()
    reader.get(f"/r/{copy}/copy")
    assert "尚无" in reader.text
    for button in ("下载副本（ZIP）", _button(reader, "只下载PDF"), _button(reader, "只下载JSON")):
        reader.get(f"/r/{copy}/copy").submit(button)
        assert reader.response.headers["Content-Disposition"].startswith("attachment;")
    with db.read() as session:
        assert len(ledger.facts_of(session, copy, "copy.downloaded")) == 3
        assert ledger.facts_of(session, copy, "copy.fetched") == []
    assert "已下载3次" in reader.get(f"/r/{copy}/copy").text


def test_a_download_that_is_broken_off_counts_for_nothing(somebody, work):
    reader, copy, _ = somebody
    work()
    path, data = reader.get(f"/r/{copy}/copy").page.filled("下载副本（ZIP）", {})
    answer = reader.client.post(path or reader.path, data=data, buffered=False)
    next(answer.iter_encoded())
    answer.close()
    with db.read() as session:
        assert ledger.facts_of(session, copy, "copy.downloaded") == []


def test_who_has_downloaded_nothing_cannot_say_that_he_has_it(somebody, work):
    reader, copy, erasure = somebody
    work()
    reader.get(f"/r/{copy}/copy").submit(HAVE)
    assert "请先下载副本" in reader.text
    with db.read() as session:
        assert ledger.facts_of(session, copy, "copy.fetched") == []
    work()
    assert reader.get(f"/r/{erasure}").page.h1 == "我们正在准备删除"


def test_an_erasure_begins_three_days_before_the_date_though_the_copy_was_not_downloaded(
    somebody, work, set_clock
):
    reader, copy, erasure = somebody
    work()
    assert "2021年12月6日，自动开始" in reader.get(f"/r/{copy}/copy").text
    set_clock("2021-12-05T17:00:00Z")
    work()
    _back(reader, copy)
    assert reader.get(f"/r/{erasure}").page.h1 == "您的请求已办结"
    assert HAVE not in reader.get(f"/r/{copy}/copy").page.buttons()


def test_saying_it_twice_is_saying_it_once(somebody, work):
    reader, copy, _ = somebody
    work()
    reader.get(f"/r/{copy}/copy").submit("下载副本（ZIP）")
    path, data = reader.get(f"/r/{copy}/copy").page.filled(HAVE, {})
    for _ in range(2):
        assert reader.client.post(path, data=data).status_code == 302
    with db.read() as session:
        assert len(ledger.facts_of(session, copy, "copy.fetched")) == 1


def test_the_step_of_the_copy_is_done_when_it_was_downloaded(somebody, work):
    reader, copy, _ = somebody
    work()
    assert _now(reader.get(f"/r/{copy}")) == ["交付副本"]
    reader.get(f"/r/{copy}/copy").submit("下载副本（ZIP）")
    assert _now(reader.get(f"/r/{copy}")) == []


def test_a_copy_that_was_destroyed_is_not_called_ready(somebody, work, wait):
    reader, copy, _ = somebody
    work()
    wait(days=31)
    work()
    _back(reader, copy)
    assert reader.get(f"/r/{copy}").page.h1 == "您的副本已销毁"
    assert "2021年12月25日" in reader.text
    assert reader.page.link("重新提出请求") == "/ask"
    assert reader.get(f"/r/{copy}/copy").path == f"/r/{copy}"


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


def _back(reader, reference: str) -> None:
    """Come back to a request by a fresh code."""
    reader.get(f"/r/{reference}").submit("发送验证码")
    vault = reader.client.application.extensions["office"].vault
    with db.read() as session:
        letters = mailing.letters(session, vault)
        code = next(one.facts["code"] for one in letters if one.kind == "code" and one.to.endswith(PHONE))
    reader.submit("继续", code=code)


def _now(reader) -> list[str]:
    """The step that is to be done now."""
    return [said(next(e.iter("b"))) for e in reader.page.all("li") if e.get("aria-current") == "step"]


def _button(reader, begins: str) -> str:
    return next(words for words in reader.page.buttons() if words.startswith(begins))
