"""Each job stands between two points, before and after, around whatever it does outside our own database."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from dsar import faults

ROOT = Path(__file__).parents[1]
JOBS = sorted((ROOT / "dsar" / "jobs").glob("*.py"))
# What opens a store, writes or destroys files of the vault, makes papers, or sends mail.
OUTSIDE = re.compile(
    r"(office\.store|vault\.(writer|destroy)|smtplib\.SMTP|make_files|sink\.file|wire\.call|messages\.(exchanged|told))$"
)
# Where each effect is; two places share one where they are two halves of the same act.
PLACES = {
    "search.read": ["search.search_store"],
    "sweep.read": ["by_value.look"],
    "search.seal": ["search.search_store"],
    "plan.write": ["erase.plan_erasure"],
    "erase.read": ["erase.erase_store"],
    "erase.act": ["erase.erase_store"],
    "erase.write": ["erase.erase_store"],
    "look.read": ["look.look_store"],
    "mention.act": ["mentioned._emptied"],
    "derived.act": ["derived._renewed"],
    "look.write": ["look.look_store"],
    "relook.read": ["relook.relook_store"],
    "relook.write": ["relook.relook_store"],
    "watch.read": ["watch.watch_store"],
    "watch.write": ["watch.watch_store"],
    "copy.make": ["copy.make_copy"],
    "copy.write": ["copy.make_copy"],
    "certificate.make": ["certificate.make_certificate"],
    "certificate.write": ["certificate.make_certificate"],
    "mail.send": ["mail.send_mail"],
    "mail.write": ["mail.send_mail"],
    "inspect.read": ["inspection.inspect_store"],
    "inspect.write": ["inspection.inspect_store"],
    "inspect.make": ["inspection.make_inspection"],
    "inspect.sign": ["inspection.make_inspection"],
    "recipient.send": ["recipients.ask_recipient", "senders.tell_sender"],
    "recipient.write": ["recipients.ask_recipient", "senders.tell_sender"],
    "self_test.read": ["self_test._copy", "self_test._erase", "self_test._look"],
    "self_test.seed": ["self_test._seed"],
    "self_test.clear": ["self_test._clear"],
    "self_test.write": ["self_test.self_test"],
    "purge.write": ["inspection.destroy_inspection", "purge.destroy_proof", "purge.expire_copy"],
    "purge.destroy": ["inspection.destroy_inspection", "purge.destroy_proof", "purge.expire_copy"],
}


def functions(module: ast.Module) -> dict[str, ast.FunctionDef]:
    return {node.name: node for node in module.body if isinstance(node, ast.FunctionDef)}


def calls(node: ast.AST) -> Iterator[str]:
    """What is called within a node, as it is written."""
    return (ast.unparse(call.func) for call in ast.walk(node) if isinstance(call, ast.Call))


def effect_of(item: ast.withitem) -> str | None:
    """The effect that a `with` stands around."""
    call = item.context_expr
    if isinstance(call, ast.Call) and ast.unparse(call.func) == "faults.effect":
        return ast.literal_eval(call.args[0])
    return None


def effects(node: ast.AST) -> Iterator[str]:
    for inner in ast.walk(node):
        if isinstance(inner, ast.With):
            yield from (name for item in inner.items if (name := effect_of(item)))


def going_outside(module: ast.Module) -> set[str]:
    """The functions of a module that go outside, by themselves or through others of it."""
    defined = functions(module)
    outside: set[str] = set()
    while True:
        more = {
            name
            for name, function in defined.items()
            if any(OUTSIDE.search(called) or called in outside for called in calls(function))
        }
        if more == outside:
            return outside
        outside = more


def uncovered(node: ast.AST, outside: set[str]) -> Iterator[str]:
    """Calls within a node that go outside and that no effect stands around."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.With) and any(effect_of(item) for item in child.items):
            continue
        if isinstance(child, ast.Call):
            called = ast.unparse(child.func)
            if OUTSIDE.search(called) or called in outside:
                yield f"{called}, line {child.lineno}"
        yield from uncovered(child, outside)


def jobs(module: ast.Module) -> Iterator[ast.FunctionDef]:
    for function in functions(module).values():
        if any(ast.unparse(decorator) == "job" for decorator in function.decorator_list):
            yield function


@pytest.mark.parametrize("path", JOBS, ids=lambda path: path.stem)
def test_a_job_goes_outside_only_between_two_points(path):
    module = ast.parse(path.read_text())
    outside = going_outside(module)
    assert [call for job in jobs(module) for call in uncovered(job, outside)] == []


def test_each_effect_is_where_it_is_expected():
    found: dict[str, list[str]] = {}
    for path in sorted((ROOT / "dsar").rglob("*.py")):
        for name, function in functions(ast.parse(path.read_text())).items():
            for effect in effects(function):
                found.setdefault(effect, []).append(f"{path.stem}.{name}")
    assert {effect: sorted(places) for effect, places in found.items()} == PLACES


def test_every_effect_has_a_point_on_both_sides_and_says_what_it_is():
    assert set(faults.EFFECTS) == set(PLACES)
    assert set(faults.names()) == {f"{effect}:{side}" for effect in PLACES for side in ("before", "after")}
    assert all(faults.EFFECTS.values())


def test_every_job_module_that_goes_outside_is_seen():
    """So that the first test does not pass because it looks for the wrong words."""
    modules = {path.stem: ast.parse(path.read_text()) for path in JOBS}
    seen = {name for name, module in modules.items() if list(jobs(module)) and going_outside(module)}
    assert seen == {
        "certificate", "copy", "erase", "inspection", "look", "mail", "purge", "recipients", "search", "senders",
        "watch",
    }  # fmt: skip


def test_the_check_sees_what_it_looks_for():
    sample = ast.parse(
        "@job\ndef a(office):\n    with faults.effect('x'):\n        _b(office)\n    _b(office)\n"
        "def _b(office):\n    _c(office)\ndef _c(office):\n    office.store(1)\ndef _d():\n    pass\n"
    )
    outside = going_outside(sample)
    assert outside == {"a", "_b", "_c"}
    assert [call for job in jobs(sample) for call in uncovered(job, outside)] == ["_b, line 5"]
