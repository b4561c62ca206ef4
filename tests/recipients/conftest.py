"""The shop, for every test of this folder; its customers may have been given to others."""

from tests.recipients.given import given  # noqa: F401
from tests.shop.fixtures import built_shop, served, served_shop, shop  # noqa: F401
