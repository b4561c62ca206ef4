"""The record of an inspection on paper: what every system answered, in both languages, tagged, and its type sound."""

import subprocess
import sys
from pathlib import Path

import pytest

from dsar.errors import ReleaseRefused
from dsar.render.pdf import inspection_pdf
from dsar.render.release import check_inspection
from tests.render.inspections import HEAD, SIGNATURE, record
from tests.render.test_papers import BOTH, LANGUAGES, SCRIPTS, joined, read


@pytest.fixture(scope="module")
def papers() -> dict[str, bytes]:
    return {lang: inspection_pdf(record(lang), SIGNATURE) for lang in LANGUAGES}


@BOTH
def test_it_says_who_asked_why_and_what_every_system_answered(papers, lang, tmp_path):
    text = joined(read(papers[lang], tmp_path))
    said = {
        "zh-CN": [
            "查验笔录", "有系统没有应答：星桥口语。", "全部3个系统，2个作了应答", "其中2个系统有此人的记录，共4条。",
            "依法应当保留", "客户2按检索键：phone", "包裹–按检索键：已知信息均未指向此处", "账号reader",
            "callback.remark:1（未列入数据地图）",
            "没有应答", "从第4个字符起有联想", "锁定至2024年3月20日（星期三）", "查验员", "第7条",
        ],
        "en": [
            "Recordofaninspection", "Noteverysystemanswered:StarbridgeOral.",
            "Weaskedall3systemsofthedatamap;2answered.",
            "4recordsofthispersonwerefound,in2ofthem.", "callback.remark:1(notinthedatamap)",
            "accountreader", "Gavenoanswer", "offeredfromcharacter4on", "lockeduntilWednesday20March2024", "entry7",
        ],
    }  # fmt: skip
    assert [words for words in said[lang] if words not in text] == []
    for words in (
        "131****8688",
        "王法官",
        "（2021）京0491民初5094号",
        "K7RW4MXT",
        "cd" * 32,
        "12" * 32,
        HEAD,
    ):
        assert words in text
    assert "<b>原告</b>𠮷[U+200D]号码" in text, "what was typed is shown as it is, and is no markup"


@BOTH
def test_every_character_that_was_typed_has_its_line(papers, lang, tmp_path):
    text = read(papers[lang], tmp_path)
    nothing, entry = {"zh-CN": ("没有", "1项"), "en": ("Nothing", "1 entry")}[lang]
    masked = "131****8688"
    for n in range(1, 12):
        assert joined(f"{n}{masked[:n]}{nothing if n < 4 else entry}") in joined(text)


def test_what_is_masked_to_another_length_is_counted_in_characters(tmp_path):
    typed = {
        "kind": "email",
        "title": {"zh": "邮箱", "en": "Email"},
        "masked": "a***@x.org",
        "keyed_digest": "12" * 32,
    }
    text = joined(read(inspection_pdf(record("en", identifier=typed), SIGNATURE), tmp_path))
    assert "44characters1entry" in text
    assert "11a***@x.org1entry" in text


def test_what_only_derived_places_tell_is_not_nothing(tmp_path):
    store = record()["stores"][0] | {"records": 0, "collections": [], "places": []}
    text = " ".join(read(inspection_pdf(record("en", stores=[store]), SIGNATURE), tmp_path).split())
    assert (
        "No record of this person was found, but 1 entry in what databases derive from their tables." in text
    )
    assert "customer (statistics), phone: 1" in text


def test_nothing_found_and_nobody_asking_is_said_so(tmp_path):
    stores = [record()["stores"][0] | {"records": 0, "collections": [], "places": [], "derived": []}]
    text = " ".join(
        read(inspection_pdf(record("en", stores=stores, requests=[]), SIGNATURE), tmp_path).split()
    )
    assert (
        "We asked all 1 systems of the data map, and all answered. Nothing of this person was found." in text
    )
    assert "Nobody has made a request with it" in text
    assert "No system of the data map has a search box that answered." in text


@BOTH
def test_it_is_tagged_and_passes_both_checkers(papers, lang, tmp_path: Path):
    path = tmp_path / "paper.pdf"
    path.write_bytes(papers[lang])
    told = subprocess.run(["pdfinfo", str(path)], check=True, capture_output=True, text=True).stdout
    assert "Tagged:          yes" in told
    for checker in (["outloud", "--fail-on", "error", str(path)], ["pdfua", "check", str(path)]):
        done = subprocess.run(
            [str(SCRIPTS / checker[0]), *checker[1:]], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout


@BOTH
def test_it_passes_the_release_check_and_a_wrong_count_does_not(papers, lang):
    check_inspection(papers[lang], record(lang))
    wrong = record(lang)
    wrong["stores"][0]["collections"][0]["records"] = 3
    with pytest.raises(ReleaseRefused):
        check_inspection(papers[lang], wrong)


def test_the_signed_file_is_still_a_pdf_that_readers_and_checkers_take(papers, tmp_path: Path):
    from dsar.services.signing import check, sign_pdf
    from dsar.vault import Vault

    vault = Vault(tmp_path, bytes(32))
    signed = sign_pdf(vault, papers["en"])
    checked = check(signed)
    assert (checked.kind, checked.whole, checked.public_key) == ("paper", True, vault.public_key.hex())
    path = tmp_path / "signed.pdf"
    path.write_bytes(signed)
    for command in (["pdfinfo", str(path)], [str(Path(sys.executable).parent / "pdfua"), "check", str(path)]):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert (done.returncode, "rror" in done.stderr) == (0, False), done.stdout + done.stderr
