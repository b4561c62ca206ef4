"""The shop, for every test of this folder."""

from tests.shop.fixtures import built_shop, shop  # noqa: F401
