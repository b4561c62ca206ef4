"""The rules file: whole, sourced, bilingual, and never calling a promise law."""

import dataclasses
from datetime import UTC, date, datetime
from importlib.resources import files

import pytest
import yaml

from dsar.law import PROMISE, UnknownRule, due, load_rules, period, rule
from dsar.law.calendars import calendar
from dsar.law.periods import CalendarDays, Years
from dsar.law.rules import BadRules, Kind, Roll, Status, parse_rule
from dsar.terms import Right

RULES = load_rules()
CHINESE = [law for law in RULES.values() if law.jurisdiction == "CN"]
FILE = yaml.safe_load((files("dsar.law") / "rules.yaml").read_text(encoding="utf-8"))
ENTRY = next(entry for entry in FILE["rules"] if entry["id"] == PROMISE)


def has_chinese(text):
    return any("\u4e00" <= character <= "\u9fff" for character in text)


def test_every_rule_of_the_file_is_read_once():
    assert list(RULES) == [entry["id"] for entry in FILE["rules"]]
    assert len(RULES) == 69


def test_the_rules_cannot_be_changed():
    with pytest.raises(TypeError):
        RULES["NEW"] = RULES[PROMISE]
    with pytest.raises(dataclasses.FrozenInstanceError):
        RULES[PROMISE].period = CalendarDays(30)


@pytest.mark.parametrize("law", RULES.values(), ids=RULES)
def test_a_rule_has_its_article_its_source_and_how_sure_it_is(law):
    assert law.article
    assert law.sources
    assert law.verified_by in FILE["meta"]["verified_by_values"]
    assert law.confidence in {"high", "medium", "low"}
    assert calendar(law.counting.calendar).knows(date(2026, 1, 1))


@pytest.mark.parametrize("law", RULES.values(), ids=RULES)
def test_a_rule_speaks_both_languages_and_names_its_figure(law):
    assert law.title.zh
    assert law.title.en
    for sentence in (law.text.zh, law.text.en):
        assert sentence
        assert "{" not in sentence


@pytest.mark.parametrize("law", CHINESE, ids=lambda law: law.id)
def test_a_chinese_rule_is_written_by_hand_in_both_languages(law):
    assert has_chinese(law.text.zh)
    assert not has_chinese(law.text.en)
    assert not has_chinese(law.title.en)


def test_request_types_are_words_of_the_product():
    words = set(Right) | set(FILE["meta"]["request_type_vocabulary"])
    for law in CHINESE:
        if law.kind is Kind.RESPONSE:
            assert law.request_types == "all" or law.request_types <= words, law.id


def test_the_promise_is_never_called_statutory():
    law = rule(PROMISE)
    steps = due(law, datetime(2025, 3, 7, 4, tzinfo=UTC)).steps
    for text in (law.text, law.title, *steps):
        assert "法定" not in text.zh
        assert "statut" not in text.en.lower()
    assert "承诺" in law.text.zh
    assert "its own promise" in law.text.en


def test_the_promise_names_the_figure_that_was_published():
    law = rule(PROMISE).promised(period(10, "business_days"))
    assert "10个工作日" in law.text.zh
    assert "10 working days" in law.text.en
    assert "15日" in rule(PROMISE).text.zh


def test_a_rule_of_law_does_not_take_a_promise():
    law = rule("CN-APP-15WD")
    assert law.promised(period(90, "calendar_days")) is law
    assert rule(PROMISE).promised(None) is rule(PROMISE)


def test_the_promise_covers_every_right_and_the_others_only_theirs():
    assert all(rule(PROMISE).covers(right) for right in Right)
    assert rule("CN-APP-15WD").covers(Right.ERASURE)
    assert not rule("CN-APP-15WD").covers(Right.COPY)


def test_the_law_on_paid_orders_says_three_years_in_both_languages():
    law = rule("CN-ECL31-RETENTION-3Y")
    assert (law.kind, law.period, law.article) == (Kind.RETENTION_MINIMUM, Years(3), "31")
    assert "电子商务法第三十一条" in law.text.zh
    assert "三年" in law.text.zh
    assert "E-Commerce Law, Art. 31" in law.text.en
    assert "three years" in law.text.en


def test_drafts_are_not_in_force():
    drafts = {law.id for law in RULES.values() if law.status is Status.DRAFT_CHECK}
    assert drafts == {"CN-APP2026-CANCEL-15WD", "CN-PLATFORM-TRANSFER"}


def test_a_rule_without_a_number_has_none_in_its_sentence_either():
    assert "没有规定" in rule("CN-PIPL-PROMPT").text.zh
    assert "no period in numbers" in rule("MO-LAW8-2005").text.en


def test_an_id_that_does_not_exist_is_refused():
    with pytest.raises(UnknownRule, match="CN-NOTHING"):
        rule("CN-NOTHING")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"period": {"n": 15, "unit": "fortnights"}}, "fortnights"),
        ({"period": {"n": 0, "unit": "months"}}, "whole number"),
        ({"kind": "wish"}, "wish"),
        ({"request_types": "some"}, "request_types"),
        ({"counting": {**ENTRY["counting"], "tz": "Asia/Nowhere"}}, "Asia/Nowhere"),
        ({"counting": {**ENTRY["counting"], "roll": "sideways"}}, "sideways"),
        ({"text": {"zh": "只有中文"}}, "en"),
    ],
)
def test_a_bad_entry_is_refused_by_name(change, said):
    with pytest.raises(BadRules, match=said) as refused:
        parse_rule({**ENTRY, **change})
    assert PROMISE in str(refused.value)


def test_an_entry_that_lacks_a_key_is_told_which():
    entry = {key: value for key, value in ENTRY.items() if key != "article"}
    with pytest.raises(BadRules, match="'article' is missing"):
        parse_rule(entry)


def test_the_latest_of_several_events_starts_the_british_clock():
    assert rule("UK-GDPR-12A").starts_at == ("receipt", "identity", "fee")
    assert rule("UK-GDPR-12A").counting.roll is Roll.WEEKEND_AND_PUBLIC_HOLIDAYS


def test_an_extension_may_have_no_length():
    assert rule("EU-GDPR-12-3").extension.period == period(2, "months")
    assert rule("HK-PDPO-19").extension.period is None
    assert rule(PROMISE).extension is None
