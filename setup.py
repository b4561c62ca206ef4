"""What pyproject.toml cannot say: the wheel packs templates/, alembic/, app.py and compiled translations."""

import shutil
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from setuptools import setup
from setuptools.command.build_py import build_py

PACKED = {"templates": "_templates", "alembic": "_alembic"}  # as dsar/places.py looks for them


class PackEverything(build_py):
    def run(self) -> None:
        super().run()
        if self.editable_mode:
            return
        package = Path(self.build_lib, "dsar")
        for folder, packed in PACKED.items():
            shutil.copytree(
                folder, package / packed, ignore=shutil.ignore_patterns("__pycache__"), dirs_exist_ok=True
            )
        shutil.copy("app.py", package / "app.py")
        for catalogue in package.glob("translations/*/LC_MESSAGES/*.po"):
            compile_catalogue(catalogue)


def compile_catalogue(po: Path) -> None:
    """Write the .mo that gettext reads beside its .po."""
    with po.open("rb") as source, po.with_suffix(".mo").open("wb") as compiled:
        write_mo(compiled, read_po(source, locale=po.parent.parent.name))


setup(cmdclass={"build_py": PackEverything})
