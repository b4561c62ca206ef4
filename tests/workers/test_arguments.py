"""What goes to the broker and into the table of work names rows, requests and stores, and never a person."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PRODUCT = sorted(path for folder in ("dsar", "workers") for path in (ROOT / folder).rglob("*.py"))
# All that a job is called with; a name is that of a recipient in the map.
ARGUMENTS = {"reference": "str", "store": "str", "mail": "int", "number": "int", "name": "str"}
SENDING = {"delay", "apply_async", "send_task", "signature", "s", "si"}


def put_arguments(module: ast.Module) -> Iterator[tuple[int, set[str]]]:
    """The names of the arguments of each call for work."""
    for call in ast.walk(module):
        if not isinstance(call, ast.Call):
            continue
        called = ast.unparse(call.func)
        if called in ("work.put", "work.ensure"):
            names = {str(keyword.arg) for keyword in call.keywords}
            yield call.lineno, names - {"key", "not_before"}
        if called == "work.put_many":
            calls = call.args[2]
            yield (
                call.lineno,
                {ast.literal_eval(key) for inner in keyed(calls, module) for key in inner.keys if key},
            )


def keyed(calls: ast.expr, module: ast.Module) -> list[ast.Dict]:
    """The dictionaries of arguments in a list of calls, or in what its name stands for."""
    if isinstance(calls, ast.Name):
        calls = next(
            node.value
            for node in ast.walk(module)
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == calls.id
        )
    found = [node for node in ast.walk(calls) if isinstance(node, ast.Dict)]
    assert found, f"no arguments to be seen in {ast.unparse(calls)}"
    return found


def sendings(module: ast.Module) -> list[str]:
    """Each message put on the broker."""
    return [
        ast.unparse(call)
        for call in ast.walk(module)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr in SENDING
    ]


def decorated(path: Path, decorator: str) -> Iterator[ast.FunctionDef]:
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.FunctionDef) and decorator in map(ast.unparse, node.decorator_list):
            yield node


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_work_is_called_for_by_reference_store_and_row_alone():
    called = [(name(path), *one) for path in PRODUCT for one in put_arguments(ast.parse(path.read_text()))]
    assert len(called) > 10
    assert [(file, line, names) for file, line, names in called if not names <= ARGUMENTS.keys()] == []


def test_a_job_takes_nothing_else():
    jobs = [function for path in PRODUCT if path.parent.name == "jobs" for function in decorated(path, "job")]
    assert len(jobs) > 5
    for function in jobs:
        taken = {one.arg: ast.unparse(one.annotation) for one in function.args.kwonlyargs if one.annotation}
        assert taken.items() <= ARGUMENTS.items(), function.name
        assert len(function.args.args) == 2
        assert not function.args.kwarg


def test_the_broker_carries_row_numbers_alone():
    sent = {name(path): found for path in PRODUCT if (found := sendings(ast.parse(path.read_text())))}
    assert sent == {"workers/tasks.py": ["perform.delay([id])"]}


def test_these_checks_see_what_they_look_for():
    module = ast.parse(
        "work.put(s, 'x', key='k', phone=1)\ncalls = [(k, {'email': 1})]\nwork.put_many(s, 'x', calls)\nt.delay(2)"
    )
    assert [names for _, names in put_arguments(module)] == [{"phone"}, {"email"}]
    assert sendings(module) == ["t.delay(2)"]
