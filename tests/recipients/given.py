"""The shop, whose customers were given to recipients."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.recipients.told import RECIPIENTS, apply, recipients_map
from tests.shop import Shop


@pytest.fixture
def given(shop: Shop, tmp_path: Path) -> Callable[..., Shop]:
    """The shop, whose customers were given to these recipients."""

    def applied(names: str, recipients: str = RECIPIENTS, more: str = "", **settings: str) -> Shop:
        file = tmp_path / f"given-{len(list(tmp_path.iterdir()))}.yaml"
        return apply(shop, file, recipients_map(names, recipients, more), **settings)

    return applied
