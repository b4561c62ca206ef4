"""The alert of the self-test says what was missed, where, and what to do, in both languages."""

import ast
from pathlib import Path

import pytest

from dsar import db
from dsar.jobs import seeding, self_test
from dsar.services import alerting, self_testing
from dsar.web.desk import missed

MISSES = {
    "not_erased": ["crm.student"],
    "not_found": ["crm.student"],
    "offered": ["box.entry", "crm.student"],
    "refused": ["store crm refused"],
}
WORDS = {
    "en": (
        "The daily self-test missed something",
        "Not erased: crm.student",
        "look for it there and delete it",
        "Run 7 of the self-test",
    ),
    "zh-CN": ("每日自检发现问题", "未删除：crm.student", "请到该处找出并删除", "第7次自检"),
}


@pytest.mark.parametrize("lang", WORDS)
def test_the_alert_names_every_miss_and_its_place(lang, desk, at):
    with db.begin() as session:
        alerting.raise_alert(session, self_testing.MISSED, at=at, number=7, misses=MISSES)
    desk.get(f"/desk/alerts?lang={lang}")
    for word in WORDS[lang]:
        assert word in desk.text
    assert "box.entry" in desk.text


def test_every_miss_there_is_has_words(desk, at):
    """What the code calls a miss is what the alert can tell."""
    told = {
        key.value
        for module in (seeding, self_test)
        for node in ast.walk(ast.parse(Path(module.__file__).read_text()))
        if isinstance(node, ast.Dict)
        for key in node.keys
        if isinstance(key, ast.Constant) and isinstance(key.value, str)
    }
    source = Path(missed.__file__).read_text()
    assert told >= {"taken", "left", "not_copied", "unfinished"}
    assert {name for name in told if f'"{name}"' not in source} == {"known", "records", "rows", "twin"}
