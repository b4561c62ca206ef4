"""The papers as a reader gets them: every value can be read back, in both languages, and is tagged."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from dsar.render.pdf import certificate_pdf, copy_pdf
from dsar.render.release import check_certificate, check_pdf
from tests.render import certificates, packages

SCRIPTS = Path(sys.executable).parent
LANGUAGES = ("zh-CN", "en")
BOTH = pytest.mark.parametrize("lang", LANGUAGES)


def read(pdf: bytes, folder: Path, *options: str) -> str:
    """The text as poppler reads it, in the order it is printed, line breaks gone."""
    (folder / "paper.pdf").write_bytes(pdf)
    told = subprocess.run(
        ["pdftotext", "-raw", *options, str(folder / "paper.pdf"), "-"],
        check=True,
        capture_output=True,
        text=True,
    )
    return told.stdout


def joined(text: str) -> str:
    return "".join(text.split())


@pytest.fixture(scope="module")
def papers() -> dict[str, bytes]:
    """Both papers in both languages."""
    copies = {f"copy-{lang}": copy_pdf(packages.package(lang), rows=2000) for lang in LANGUAGES}
    erasures = {f"certificate-{lang}": certificate_pdf(certificates.certificate(lang)) for lang in LANGUAGES}
    unsettled = {f"unsettled-{lang}": certificate_pdf(certificates.unsettled(lang)) for lang in LANGUAGES}
    return copies | erasures | unsettled


@BOTH
def test_every_value_of_every_record_can_be_read_back(papers, lang, tmp_path):
    text = joined(read(papers[f"copy-{lang}"], tmp_path))
    for store in packages.package(lang).stores:
        for collection in store.collections:
            codes = {shown.field.name for shown in collection.fields if shown.field.values}
            for row in collection.rows():
                for name, raw in row.items():
                    if isinstance(raw, str) and name not in codes | {"at", "created_at"}:
                        assert joined(raw) in text, f"{collection.name}.{name}"


@BOTH
def test_codes_and_dates_are_put_in_words(papers, lang, tmp_path):
    text = read(papers[f"copy-{lang}"], tmp_path)
    said = {"zh-CN": ["男", "2021年1月15日", "10:33"], "en": ["Male", "15 January 2021", "15 Jan 2021"]}
    assert all(words in text for words in said[lang])


@BOTH
def test_every_store_is_named_with_its_count(papers, lang, tmp_path):
    text = joined(read(papers[f"copy-{lang}"], tmp_path))
    for store in packages.package(lang).stores:
        title = store.title["zh" if lang == "zh-CN" else "en"]
        assert joined(title) in text
    counts = {"zh-CN": ["找到10条", "找到3条", "没有您的信息"], "en": ["Found:10records", "Nothingaboutyou"]}
    assert all(count in text for count in counts[lang])


def test_the_cover_says_who_what_when_and_by_which_promise(papers, tmp_path):
    cover = joined(read(papers["copy-zh-CN"], tmp_path, "-l", "1"))
    for words in (
        "K7RW4MXT",
        "+8613100008688",
        "+8613000000038",
        "查阅并复制我的全部个人信息",
        "2021年11月18日（星期四）",
        "2021年11月24日（星期三）",
        "第6天，期限15天",
        "2021年12月3日（星期五）",
        "我们公布的承诺",
        "从最早的记录到2021年11月24日",
        "全部5个系统",
        "共19条",
    ):
        assert words in cover


def test_facts_stand_beside_the_records(papers, tmp_path):
    text = joined(read(papers["copy-zh-CN"], tmp_path))
    for words in (
        "为什么持有开设学员账户",
        "未发现同意记录。",
        "从哪里来线下体验店-宁波海曙",
        "提供给谁星桥口语（第7部分）",
        "保存多久至账户注销为止。",
        "其中2条未发现同意记录。",
        "法律依据、来源、接收方和保存期限与“画像标签”相同。",
    ):
        assert words in text


def test_what_is_left_out_is_named_with_its_reason(papers, tmp_path):
    text = joined(read(papers["copy-zh-CN"], tmp_path))
    assert "password_hash密码的加密值" in text
    assert "经办员工属于他人的个人信息" in text


def test_recipients_are_named_in_full(papers, tmp_path):
    text = joined(read(papers["copy-zh-CN"], tmp_path))
    for words in ("北京星桥口语科技有限公司", "privacy@oral.starbridge.example", "所在地境外", "所在地境内"):
        assert words in text


def test_rights_name_their_articles(papers, tmp_path):
    text = joined(read(papers["copy-zh-CN"], tmp_path))
    for words in ("第四十六条", "第四十七条", "第五十条、第六十五条", "第五十条第二款", "12377"):
        assert words in text


def test_files_are_listed_by_the_name_they_have_in_the_package(papers, tmp_path):
    assert read(papers["copy-en"], tmp_path).count("files/crm/student/1-leo.png") == 2


@BOTH
def test_the_head_of_the_ledger_can_be_compared(papers, lang, tmp_path):
    text = joined(read(papers[f"copy-{lang}"], tmp_path))
    assert packages.SEAL.head in text
    assert packages.package().verify_url in text


@BOTH
def test_a_partial_copy_says_so_and_names_what_is_missing(lang, tmp_path):
    package = packages.partial(lang)
    pdf = copy_pdf(package, rows=2000)
    check_pdf(pdf, package)
    text = joined(read(pdf, tmp_path))
    said = {
        "zh-CN": [
            "这份副本并不完整。",
            "未能查找：通话录音存档",
            "无法连接",
            "有您的信息：1条",
            "尚未查看",
            "疑似存有个人信息，我们正在核查",
            "目前尚不能说明其存放位置",
            "尚不清楚，我们正在核查",
            "制作",
        ],
        "en": [
            "Thiscopyisnotcomplete.",
            "Notsearched:Archiveofcallrecordings",
            "Notreachable",
            "Notlookedatyet",
            "Itlooksasifitheldpersonalinformation.Welookintoit",
            "wecannotsayyetwhereitiskept",
            "Notknownyet.Welookintoit",
        ],
    }
    assert all(words in text for words in [*said[lang], "noanswerin30s", "callcenter_2021q1", "msisdn"])


def test_a_whole_copy_does_not_call_itself_partial(papers, tmp_path):
    assert "并不完整" not in joined(read(papers["copy-zh-CN"], tmp_path))


def test_a_demonstration_says_that_its_time_is_set(tmp_path):
    pdf = copy_pdf(packages.package("en", pretend="2021-11-24T02:00:00Z"), rows=1)
    assert "the present is set to 24 Nov 2021 10:00" in " ".join(read(pdf, tmp_path, "-l", "1").split())


def test_more_rows_than_the_paper_lists_are_in_the_csv_it_names(proof, tmp_path):
    most = 2000 if proof else 200
    package = packages.many(most + 1000)
    pdf = copy_pdf(package, rows=most)
    check_pdf(pdf, package)
    text = joined(read(pdf, tmp_path))
    said = f"本文件列出全部{most + 1000:,}条中的前{most:,}条，全部内容见文件csv/sms.sms_log.csv。"
    assert said in text
    assert f"第{most - 1}条消息" in text
    assert f"第{most}条消息" not in text


@BOTH
def test_a_certificate_says_what_went_and_what_stays(papers, lang, tmp_path):
    text = joined(read(papers[f"certificate-{lang}"], tmp_path))
    said = {
        "zh-CN": [
            "我们找到您的15条信息，已删除14条。",
            "依法保留1条。",
            "没有残留。",
            "《电子商务法》第三十一条",
            "2024年3月20日（星期三）",
            "您的请求本身的凭证",
            "2024年11月24日（星期日）",
            "131****8688",
            "已确认删除",
            "2021年12月28日",
        ],
        "en": [
            "Weerased14ofthe15recordswefoundaboutyou.",
            "Thelawmakesuskeep1.",
            "E-CommerceLaw,Art.31",
            "Proofofyourrequestitself",
            "Asked,noansweryet",
        ],
    }
    assert all(words in text for words in said[lang])
    assert "13100008688" not in text


def test_every_open_verdict_is_put_in_its_own_words(papers, tmp_path):
    text = joined(read(papers["unsettled-zh-CN"], tmp_path))
    for words in (
        "尚未完成",
        "仍有2条没有删除。",
        "仍有残留",
        "无法连接",
        "未确认",
        "无法删除",
        "处理中",
        "依法保留",
        "未发现",
        "未列入我们的个人信息清单。未经核实，我们不在那里删除",
        "callcenter_2021q1表的mobile列",
    ):
        assert words in text
    assert "没有残留。" not in text


def test_a_report_of_looks_claims_no_erasure(tmp_path):
    pdf = certificate_pdf(certificates.unsettled("en", looks_only=True))
    text = " ".join(read(pdf, tmp_path).split())
    assert "Report of a second look" in text
    assert "2 records are still there" in text
    assert "We erased" not in text


@pytest.mark.parametrize(
    "name", ["copy-zh-CN", "copy-en", "certificate-zh-CN", "certificate-en", "unsettled-zh-CN"]
)
def test_the_papers_are_tagged_and_pass_both_checkers(papers, name, tmp_path):
    path = tmp_path / "paper.pdf"
    path.write_bytes(papers[name])
    told = subprocess.run(["pdfinfo", str(path)], check=True, capture_output=True, text=True).stdout
    assert "Tagged:          yes" in told
    for checker in (["outloud", "--fail-on", "error", str(path)], ["pdfua", "check", str(path)]):
        done = subprocess.run(
            [str(SCRIPTS / checker[0]), *checker[1:]], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout


@BOTH
def test_both_papers_pass_the_release_check(papers, lang):
    check_pdf(papers[f"copy-{lang}"], packages.package(lang))
    check_certificate(papers[f"certificate-{lang}"], certificates.certificate(lang))
    check_certificate(papers[f"unsettled-{lang}"], certificates.unsettled(lang))
