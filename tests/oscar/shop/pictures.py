"""Pictures of the shop are shown as they are: making small ones of them is no business of these tests."""

from __future__ import annotations

from types import SimpleNamespace

from oscar.core.thumbnails import AbstractThumbnailer


class AsTheyAre(AbstractThumbnailer):
    """What stands for a small picture is the picture."""

    def generate_thumbnail(self, source: object, **_: object) -> SimpleNamespace:
        return SimpleNamespace(url=f"/media/{source}", width=1, height=1)

    def delete_thumbnails(self, source: object) -> None:
        """There are none."""
