"""The desk, for every test of this folder."""

from tests.own_database.opened import open_desk  # noqa: F401
