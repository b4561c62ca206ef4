"""The shop on each kind of database."""

from pathlib import Path

import pytest

from tests.restore.company import Company, found, settings
from tests.shop import Shop, copy_of


def _opened(request: pytest.FixtureRequest, backend: str, folder: Path) -> Company:
    url = f"sqlite:///{folder}/shop.sqlite"
    if backend != "sqlite":
        url = request.getfixturevalue(f"{backend}_database")
    return found(Company(Shop(folder, dict(settings(folder, url))), url, folder / "backup"))


@pytest.fixture(params=["sqlite", "postgres", "mariadb"])
def company(request: pytest.FixtureRequest, tmp_path: Path) -> Company:
    return _opened(request, request.param, tmp_path)


@pytest.fixture(scope="session")
def erased_once(tmp_path_factory: pytest.TempPathFactory) -> Company:
    """On SQLite, with a backup, before 3 was erased and, a week later, 4; nothing is held of 5 by then.

    Of 4 and 5 all keys are destroyed.
    """
    folder = tmp_path_factory.mktemp("restore") / "shop"
    folder.mkdir()
    url = f"sqlite:///{folder}/shop.sqlite"
    company = found(Company(Shop(folder, dict(settings(folder, url))), url, folder / "backup"))
    company.dump()
    company.erase(3)
    company.shop.env["DSAR_NOW"] = "2021-12-01T02:00:00Z"
    company.do("DELETE FROM customer WHERE id = 5", "DELETE FROM purchase WHERE customer_id = 5",
               "DELETE FROM item WHERE id IN (50, 51)")  # fmt: skip
    company.erase(4, 5, destroy=True)
    return company


@pytest.fixture
def erased(erased_once: Company, tmp_path: Path) -> Company:
    """The same, of the test's own: as it is after the erasures."""
    shop = copy_of(erased_once.shop, tmp_path / "shop")
    folder = str(erased_once.shop.folder)
    return Company(shop, erased_once.url.replace(folder, str(shop.folder)), shop.folder / "backup")


@pytest.fixture
def restored(erased: Company) -> Company:
    """The same, with the backup put back."""
    erased.restore()
    return erased


@pytest.fixture
def on_postgres(request: pytest.FixtureRequest, tmp_path: Path) -> Company:
    return _opened(request, "postgres", tmp_path)
