"""Every act that the ledger is given has words in both languages."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask_babel import force_locale

from dsar.terms import LANGUAGES, Outcome, Right
from dsar.web import acts, answers

FILES = (Path(__file__).parents[2] / "dsar").rglob("*.py")
PRODUCT = sorted(path for path in FILES if "connectors" not in path.parts)  # they know no ledger
RECORDING = ("ledger.record", "Entry", "ledger.Entry")


def recorded(path: Path) -> Iterator[str]:
    """The acts that a module records; one held in a variable is whatever is assigned to it there."""
    module = ast.parse(path.read_text(encoding="utf-8"))
    for call in ast.walk(module):
        if isinstance(call, ast.Call) and ast.unparse(call.func) in RECORDING:
            act = call.args[1]
            assert isinstance(act, ast.Constant | ast.Name), f"{path}:{call.lineno}: which act is this?"
            yield from [act.value] if isinstance(act, ast.Constant) else assigned(module, act.id)


def assigned(module: ast.Module, name: str) -> Iterator[str]:
    for node in ast.walk(module):
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name:
            inner = (each.value for each in ast.walk(node.value) if isinstance(each, ast.Constant))
            yield from (value for value in inner if isinstance(value, str))


@pytest.fixture
def all_acts() -> set[str]:
    return {act for path in PRODUCT if path.name != "ledger.py" for act in recorded(path)}


def test_every_act_has_words_and_no_words_are_left_over(app, all_acts):
    assert {"request.opened", "subject.returned", "identity.confirmed"} <= all_acts
    with app.test_request_context():
        assert set(acts.known()) == all_acts


def test_every_act_is_in_the_manual(all_acts):
    manual = (Path(__file__).parents[2] / "docs" / "operator.md").read_text(encoding="utf-8")
    assert {act for act in all_acts if f"| `{act}` |" not in manual} == set()


def test_no_act_is_shown_by_its_name_in_either_language(app, all_acts):
    with app.test_request_context():
        said = {}
        for language in ("en", "zh_Hans_CN"):
            with force_locale(language):
                said[language] = {act: acts.words(act) for act in all_acts}
    assert not {act for language in said.values() for act, words in language.items() if act == words}
    assert not {act for act in all_acts if said["en"][act] == said["zh_Hans_CN"][act]}


def test_the_desk_tells_acts_in_words(desk, ask):
    reference = ask(Right.COPY)[0].reference
    desk.get(f"/desk/r/{reference}")
    assert "Request received" in desk.page.text
    assert "request.opened" not in desk.page.text


@pytest.mark.parametrize(("lang", "said"), [("en", "the person"), ("zh_Hans_CN", "本人")])
def test_who_did_it_is_said_in_the_readers_language(app, lang, said):
    with app.test_request_context(), force_locale(lang):
        assert acts.who("subject") == said
        assert acts.who("zhou") == "zhou"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_outcome_of_a_recipient_can_be_recorded_and_has_words(app, lang):
    """One that gives no ground too: none is to be made up for it."""
    with app.test_request_context(), force_locale(lang.replace("-", "_")):
        assert {one.value for one in answers.recordable()} == set(Outcome)
        assert not any(answers.name(outcome) == outcome for outcome in Outcome)
