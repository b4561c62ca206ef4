"""Secrets of the map are resolved where they are used, and a missing one is named."""

import pytest

from dsar.datamap.secrets import names, resolve
from dsar.errors import BadInput


def test_each_reference_is_replaced_once():
    environ = {"USER": "dsar", "PASSWORD": "p${USER}"}
    assert resolve("postgresql://${USER}:${PASSWORD}@db/crm", environ) == "postgresql://dsar:p${USER}@db/crm"
    assert resolve("sqlite:///crm.sqlite", {}) == "sqlite:///crm.sqlite"
    assert names("${A}/${B_2}/$C/{D}") == ["A", "B_2"]


@pytest.mark.parametrize("environ", [{}, {"CRM_URL": ""}])
def test_a_missing_variable_is_named(environ):
    with pytest.raises(BadInput, match="variable CRM_URL,"):
        resolve("${CRM_URL}", environ)
