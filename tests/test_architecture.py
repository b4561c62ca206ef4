"""The shape of the code: who may import whom, how long files and functions may be, which names are banned."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FILE_LINES = 300
FUNCTION_LINES = 40
VAGUE = {
    "util",
    "utils",
    "helper",
    "helpers",
    "common",
    "manager",
    "managers",
    "misc",
    "handlers",
    "lib",
    "shared",
}
TIME_READERS = {"now", "utcnow", "today"}

PRODUCT = sorted(path for folder in ("dsar", "workers") for path in (ROOT / folder).rglob("*.py"))
EVERYTHING = PRODUCT + sorted(
    [
        *ROOT.glob("*.py"),
        *(path for folder in ("alembic", "bench", "tests") for path in (ROOT / folder).rglob("*.py")),
    ]
)


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), path)


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def long_functions(module: ast.Module) -> Iterator[str]:
    for node in ast.walk(module):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = node.end_lineno - node.lineno + 1
            if lines > FUNCTION_LINES:
                yield f"{node.name}, {lines} lines"


def readers_of_time(module: ast.Module) -> Iterator[int]:
    """Lines that ask datetime, date or time for civil time."""
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            asked, of = node.func.attr, ast.unparse(node.func.value).split(".")[-1]
            if (asked in TIME_READERS and of in ("datetime", "date")) or (asked, of) == ("time", "time"):
                yield node.lineno


def test_imports_go_one_way():
    command = [Path(sys.executable).with_name("lint-imports"), "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", EVERYTHING, ids=name)
def test_a_file_is_short_and_says_what_it_is(path):
    text = path.read_text()
    # a migration is read once, and as long as the tables it makes
    assert len(text.splitlines()) <= FILE_LINES or path.parent.name == "versions"
    assert ast.get_docstring(tree(path)) or not text.strip(), "the module has no docstring"
    assert path.stem not in VAGUE, "a name that could hold anything"


@pytest.mark.parametrize("path", PRODUCT, ids=name)
def test_a_function_fits_on_a_screen(path):
    assert list(long_functions(tree(path))) == []


@pytest.mark.parametrize("path", [path for path in PRODUCT if name(path) != "dsar/clock.py"], ids=name)
def test_only_the_clock_reads_civil_time(path):
    assert list(readers_of_time(tree(path))) == []


def test_the_migrations_do_not_shadow_alembic():
    assert not (ROOT / "alembic" / "__init__.py").exists()


def test_these_checks_see_what_they_look_for():
    long = "def f():\n" + "    pass\n" * FUNCTION_LINES
    assert list(long_functions(ast.parse(long))) == [f"f, {FUNCTION_LINES + 1} lines"]
    reading = "d.datetime.now()\ntime.time()\ndate.today()\ntime.monotonic()\nclock.now()"
    assert list(readers_of_time(ast.parse(reading))) == [1, 2, 3]
