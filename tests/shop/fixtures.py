"""The shop as fixtures: as it was opened, and with a copy ready; each test has its own."""

from pathlib import Path

import pytest

from tests import shop as shops
from tests.shop import Shop


@pytest.fixture(scope="session")
def built_shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    return shops.build(tmp_path_factory.mktemp("shop") / "built")


@pytest.fixture(scope="session")
def served_shop(built_shop: Shop, tmp_path_factory: pytest.TempPathFactory) -> tuple[Shop, str]:
    """The shop with Ann's copy made and ready, and its reference."""
    shop = shops.copy_of(built_shop, tmp_path_factory.mktemp("shop") / "served")
    (reference,) = shop.confirmed("copy", lang="en")
    shop.work()
    return shop, reference


@pytest.fixture
def shop(built_shop: Shop, tmp_path: Path) -> Shop:
    """A shop of the test's own, nothing asked yet."""
    return shops.copy_of(built_shop, tmp_path / "shop")


@pytest.fixture
def served(served_shop: tuple[Shop, str], tmp_path: Path) -> tuple[Shop, str]:
    """A shop of the test's own, with Ann's copy ready; and its reference."""
    shop, reference = served_shop
    return shops.copy_of(shop, tmp_path / "shop"), reference
