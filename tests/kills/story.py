"""The demonstration's story, small, cut into acts: each can be begun anew from a copy of what stood before it."""

import hashlib
import json
import shutil
import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from dsar.demo import case, stores
from tests.kills import ally
from tests.kills.processes import Ended, Stem

PEOPLE = 50
THEN = "2021-11-24T02:00:00Z"
# Each act: what stands before it is prepared, then all work is done.  Its fault points, in the order they are met.
ACTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "search": (THEN, ("watch.read", "watch.write", "search.read", "sweep.read", "search.seal", "plan.write")),
    "copy": (THEN, ("copy.make", "copy.write", "mail.send", "mail.write")),
    "erase": (
        THEN,
        (
            "erase.read", "erase.act", "erase.write", "look.read", "mention.act", "derived.act", "look.write",
            "certificate.make", "certificate.write",
        ),
    ),
    "hear": ("2021-11-24T08:30:00Z", ("recipient.send", "recipient.write")),  # the recipient is asked how far it is
    "again": ("2021-11-25T02:00:00Z", ("relook.read", "relook.write")),  # a day after it was erased
    "inspect": (
        "2021-11-26T02:00:00Z",
        ("inspect.read", "inspect.write", "inspect.make", "inspect.sign"),
    ),
    "expire": ("2022-01-15T02:00:00Z", ("purge.write", "purge.destroy")),
    "release": ("2024-03-25T02:00:00Z", ("erase.act", "certificate.write")),  # what a law kept goes
    "forget": ("2032-01-15T02:00:00Z", ("purge.write", "purge.destroy")),
}  # fmt: skip
NAMES = tuple(ACTS)
MAY_DIFFER = ("ledger", "head", "next_try_at", "sha256", "files", "bytes", "receipt", "evidence")


@dataclass
class Story:
    """One company, its installation, and the process that works for it."""

    stem: Stem
    folder: Path
    settings: dict[str, str] = field(default_factory=dict)  # over those of the embedded default
    allied: bool = (
        True  # a recipient was given records too: it has the request open until it answers, hours later
    )

    def __post_init__(self) -> None:
        self.copy, self.erasure = "", ""
        self._read_references()

    def environment(self, act: str = "search") -> dict[str, str]:
        """The settings at the time of an act."""
        own = {"DSAR_HOME": str(self.folder / "home"), "DSAR_ENV": "test", "DSAR_LEASE": "1"}
        own |= ally.environment()
        return stores.environment(self.folder / "stores") | own | {"DSAR_NOW": ACTS[act][0]} | self.settings

    def dsar(self, *arguments: str, act: str = "search", **how: Any) -> Ended:
        """Run one command."""
        fault = how.pop("fault", None)
        faults = {"DSAR_FAULT": fault} if fault else {}
        return self.stem.run(self.environment(act) | faults, *arguments, **how)

    def work(self, act: str, **how: Any) -> Ended:
        """Do all work of an act."""
        return self.dsar("work", "--until-idle", "--json", act=act, **how)

    def open(self, map_file: str = "before.yaml") -> None:
        """Build the company and file for a copy and an erasure."""
        stores.build(self.folder / "stores", people=PEOPLE, case=(told := case.read()))
        with closing(sqlite3.connect(self.folder / "stores" / "orders.sqlite")) as orders, orders:
            # somebody else's parcel that goes to him: a mention, to be emptied and not erased
            orders.execute("update course_order set receiver_phone = '131-0000-8688' where id in"
                           " (select max(id) from course_order where receiver_phone is not null)")  # fmt: skip
        self._apply(map_file)
        for name, role in (("lin", "handler"), ("zhou", "officer")):
            assert self.dsar("user", "add", name, "--role", role).code == 0
        asked = [word for kind, value in told.identifiers for word in ("--identifier", f"{kind}:{value}")]
        filed = self.dsar("request", "open", "--right", "copy", "--right", "erasure", *asked, "--json").json
        (self.folder / "filed.json").write_text(json.dumps(filed))
        self._read_references()
        assert self.dsar("map", "watch", "--queue").code == 0  # as a worker does when it starts
        assert self.dsar("request", "confirm", self.copy, "--by", "lin", "--evidence", "seen").code == 0

    def prepare(self, act: str) -> None:
        """What comes before the work of an act."""
        if act == "copy":
            self._apply("after.yaml")
        if act == "inspect":
            asked = ("--identifier", "phone:13100008688", "--by", "zhou", "--reason", "court", "--json")
            assert self.dsar("inspection", "open", *asked, act=act).json["number"] == 1
        if act == "erase":
            written = self.dsar("copy", "write", self.copy, str(self.folder / "out"), "--json").json
            assert written["complete"]

    def play(self, act: str, **how: Any) -> Ended:
        """Prepare an act and do its work."""
        self.prepare(act)
        return self.work(act, **how)

    def duplicate(self, folder: Path) -> "Story":
        """The same story in another folder, to go on there."""
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.folder, folder)
        return Story(self.stem, folder, self.settings)

    def _apply(self, name: str) -> None:
        plain = without_self_test(yaml.safe_load((stores.MAPS / name).read_text(encoding="utf-8")))
        (file := self.folder / name).write_text(
            yaml.safe_dump(ally.given(plain) if self.allied else plain, allow_unicode=True), encoding="utf-8"
        )
        applied = self.dsar("map", "apply", str(file))
        assert applied.code == 0, applied.errors

    def _read_references(self) -> None:
        filed = self.folder / "filed.json"
        if filed.exists():
            self.copy, self.erasure = (r["reference"] for r in json.loads(filed.read_text())["requests"])


def without_self_test(plain: dict[str, Any]) -> dict[str, Any]:
    """The same map: workers would begin a run of their own, whose people are in the stores while it lasts."""
    plain.pop("self_test", None)
    for store in plain["stores"].values():
        for collection in store["collections"].values():
            collection.pop("self_test", None)
    return plain


def outcome(story: Story) -> dict[str, Any]:
    """What the erasure's end left behind, without the ledger's hashes: the same however often work was cut short."""
    written = story.dsar("certificate", "write", story.erasure, str(story.folder / "paper"))
    assert written.code == 0, written.errors
    papers = {
        name: json.loads((story.folder / name).read_text())
        for name in ("out/copy.json", "paper/certificate.json")
    }
    shown = {ref: story.dsar("request", "show", ref, "--json").json for ref in (story.copy, story.erasure)}
    erasure = story.dsar("erasure", "show", story.erasure, "--json").json
    return {
        "stores": places(story.folder / "stores"),
        "mail": rows(story, "select reference, kind, sent_at is not null from mail order by reference, kind"),
        "acts": acts(story),
        "left to do": rows(story, "select key, tries, reason from work order by key"),
        **{name: _settled(paper) for name, paper in papers.items()},
        **{ref: _settled(one) | {"identifiers": _unordered(one)} for ref, one in shown.items()},
        "erasure": _settled(erasure),
    }  # fmt: skip


def acts(story: Story) -> Counter[str]:
    """How often each act stands in the ledger, with its facts but for digests of papers; fails if it is not whole."""
    proof = story.dsar("ledger", "verify", "--json").json
    assert proof["whole"], proof
    exported = story.folder / "ledger.jsonl"
    assert story.dsar("ledger", "export", str(exported)).code == 0
    lines = map(json.loads, exported.read_text().splitlines())
    entries = ([line[k] for k in ("reference", "actor", "act", "facts")] for line in lines if "act" in line)
    # a store that answers after the plan is counted in it by one entry more
    entries = (entry for entry in entries if entry[2] != "erasure.planned")
    return Counter(json.dumps(_settled(entry), ensure_ascii=False, sort_keys=True) for entry in entries)


def places(folder: Path) -> dict[str, Any]:
    """Every row and file of the stores."""
    found: dict[str, Any] = {}
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        if file.suffix == ".sqlite":
            with closing(sqlite3.connect(file)) as database:
                found[file.name] = list(database.iterdump())
        elif not file.name.endswith(("-wal", "-shm")):
            found[str(file.relative_to(folder))] = hashlib.sha256(file.read_bytes()).hexdigest()
    return found


def sealed(story: Story) -> set[str]:
    """The files of the vault that hold something of a request."""
    vault = story.folder / "home" / "vault"
    return {str(p.relative_to(vault)) for p in vault.rglob("*") if p.is_file() and p.name != "master.mark"}


def rows(story: Story, statement: str) -> list[tuple]:
    """What our own database answers."""
    with closing(sqlite3.connect(story.folder / "home" / "dsar.sqlite")) as database:
        return database.execute(statement).fetchall()


def _unordered(shown: Any) -> list[str]:
    """A request's identifiers: internal ones come in the order in which the stores answered."""
    return sorted(json.dumps(one, sort_keys=True) for one in shown["identifiers"])


def _settled(shown: Any) -> Any:
    """Without what may differ: the ledger's hashes, digests of papers and parts, the next real try."""
    if isinstance(shown, dict):
        return {key: _settled(value) for key, value in shown.items() if key not in MAY_DIFFER}
    if isinstance(shown, list):
        return [_settled(one) for one in shown]
    return shown


def differences(one: Any, other: Any, at: str = "") -> list[str]:
    """Where two outcomes differ, each place in words; one of them may have been kept as JSON."""
    if isinstance(one, dict) and isinstance(other, dict):
        keys = sorted({*one, *other}, key=str)
        return [d for key in keys for d in differences(one.get(key), other.get(key), f"{at}/{key}")]
    if isinstance(one, list | tuple) and isinstance(other, list | tuple) and len(one) == len(other):
        return [
            d for n, pair in enumerate(zip(one, other, strict=True)) for d in differences(*pair, f"{at}/{n}")
        ]
    return [] if one == other else [f"{at}: {one!r:.200} and not {other!r:.200}"]
