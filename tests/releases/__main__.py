"""Make the archive of a release: `python -m tests.releases NAME`."""

import json
import sys
import tarfile
import tempfile
from pathlib import Path

from tests import shop as shops
from tests.releases import FLIGHT, GO_ABOVE, HERE, away, did
from tests.shop import HANDLER, MAP, OFFICER, Shop


def main(name: str) -> None:
    """Bring each request as far as its name says, and pack everything."""
    with tempfile.TemporaryDirectory() as made:
        shop = shops.build(Path(made) / "shop")
        for asker in FLIGHT.values():
            for store, statements in asker.rows.items():
                shop.change(store, statements)
        _apply(shop, Path(made) / "map.yaml")
        references = _in_flight(shop)
        (shop.folder / "in_flight.json").write_text(json.dumps(references, indent=1))
        with tarfile.open(HERE / f"{name}.tar.gz", "w:gz") as packed:
            for path in sorted(shop.folder.iterdir()):
                packed.add(path, path.name)


def _apply(shop: Shop, file: Path) -> None:
    file.write_text(f"{MAP.read_text()}erasure: {{go_above: {GO_ABOVE}}}\n")
    did(shop.run("map", "apply", file))


def _in_flight(shop: Shop) -> dict[str, str]:
    references = {name: _asked(shop, name, "copy") for name in ("ready",)}
    references |= {name: _asked(shop, name, "erasure") for name in ("closed", "large", "held")}
    _confirm(shop, *references.values())
    shop.work()
    did(
        shop.run(
            "erasure", "hold", references["held"], "--by", OFFICER, "--reason", "a court asked us to wait"
        )
    )
    away(shop)
    references |= {"partial": _asked(shop, "partial", "copy"), "halfway": _asked(shop, "halfway", "erasure")}
    _confirm(shop, references["partial"], references["halfway"])
    shop.work()
    references |= {name: _asked(shop, name, "copy") for name in ("asked", "proven")}
    _confirm(shop, references["proven"])
    return references


def _asked(shop: Shop, name: str, right: str) -> str:
    (reference,) = shop.opened(right, identifiers=[FLIGHT[name].identifier])
    return reference


def _confirm(shop: Shop, *references: str) -> None:
    for reference in references:
        did(shop.run("request", "confirm", reference, "--by", HANDLER, "--evidence", "seen"))


if __name__ == "__main__":
    main(sys.argv[1])
