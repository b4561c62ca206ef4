"""A wheel carries all that the product needs and runs in an empty folder, away from the checkout."""

import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCES = (
    "pyproject.toml",
    "setup.py",
    "MANIFEST.in",
    "README.md",
    "app.py",
    "dsar",
    "workers",
    "templates",
    "alembic",
)
PACKED = {"templates": "dsar/_templates", "alembic": "dsar/_alembic", "dsar": "dsar", "workers": "workers"}
# no compiled translations: the wheel must make its own
UNWANTED = shutil.ignore_patterns("__pycache__", "*.mo", "*.egg-info")


@pytest.fixture(scope="module")
def source(tmp_path_factory) -> Path:
    """A copy of what a wheel is made of, so that building leaves nothing in the checkout."""
    copy = tmp_path_factory.mktemp("source")
    for name in SOURCES:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, copy / name, ignore=UNWANTED)
        else:
            shutil.copy(ROOT / name, copy / name)
    return copy


@pytest.fixture(scope="module")
def expected(source) -> list[str]:
    return sorted(expected_names(source))


@pytest.fixture(scope="module")
def wheel(source, expected, tmp_path_factory) -> Path:
    dist = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", dist, source]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return next(dist.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory) -> Path:
    """The bin folder of a new environment that holds the wheel and borrows the packages it depends on."""
    home = tmp_path_factory.mktemp("installed")
    run(sys.executable, "-m", "venv", "--without-pip", home)
    pip = [sys.executable, "-m", "pip", "--python", home / "bin" / "python", "--disable-pip-version-check"]
    run(*pip, "install", "--quiet", "--no-deps", "--no-index", "--root-user-action=ignore", wheel)
    # after the wheel, or pip would take the checkout's own dsar for an installed one
    borrowed = next((home / "lib").glob("python*/site-packages")) / "borrowed.pth"
    borrowed.write_text(sysconfig.get_path("purelib") + "\n")
    return home / "bin"


def expected_names(source: Path) -> Iterator[str]:
    yield "dsar/app.py"
    for folder, packed in PACKED.items():
        for path in (source / folder).rglob("*"):
            if path.is_file():
                yield f"{packed}/{path.relative_to(source / folder).as_posix()}"
            if path.suffix == ".po":
                yield f"{packed}/{path.relative_to(source / folder).with_suffix('.mo').as_posix()}"


def run(*command: str | Path, **options: object) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False, **options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def run_away(folder: Path, *command: str | Path) -> str:
    """Run in an empty folder, with nothing of this environment's settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("DSAR_", "PYTHON"))}
    return run(*command, cwd=folder, env=kept | {"HOME": str(folder)})


def test_the_wheel_carries_every_file(wheel, expected):
    with zipfile.ZipFile(wheel) as packed:
        names = set(packed.namelist())
    assert [name for name in expected if name not in names] == []
    assert [name for name in names if name.endswith((".pyc", ".key"))] == []


def test_an_installed_wheel_finds_its_files(installed, tmp_path):
    asked = "from dsar import places as p; print(p.templates(), p.migrations(), p.translations(), p.static())"
    places = [Path(place) for place in run_away(tmp_path, installed / "python", "-c", asked).split()]
    assert all(place.is_relative_to(installed.parent) and place.exists() for place in places), places


@pytest.mark.parametrize("words", [["--help"], ["copy", "schema"]], ids=" ".join)
def test_an_installed_wheel_runs_in_an_empty_folder(installed, tmp_path, words):
    assert run_away(tmp_path, installed / "dsar", *words).strip()
    assert list(tmp_path.iterdir()) == []
