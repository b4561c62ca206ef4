"""A folder of files that rows name."""

from __future__ import annotations

import hashlib
import os

import pytest

from dsar.connectors import Act, Place, Probe, Sought
from dsar.errors import BadInput, CannotErase, StoreRefused, StoreUnreachable
from tests.connectors import maps

BY_NAME, BY_PATH = ("file", "name", "exact"), ("file", "path", "exact")
LESSONS = maps.collection("lessons", BY_NAME)


def connect(root, *collections):
    return maps.connect(maps.store("folder", *(collections or [LESSONS]), settings={"root": str(root)}), "")


@pytest.fixture
def root(tmp_path):
    (tmp_path / "root" / "lessons").mkdir(parents=True)
    return tmp_path / "root"


def find(connector, name, held=LESSONS):
    return list(connector.find(held, maps.phones(name, kind="file")))


def test_a_record_tells_size_digest_and_age_and_gives_its_bytes(root):
    (root / "lessons" / "a.ogg").write_bytes(b"OggS" * 100_000)
    os.utime(root / "lessons" / "a.ogg", (0, 1_611_446_400))
    with connect(root) as connector:
        (found,) = find(connector, "a.ogg")
        assert found.row == {
            "name": "a.ogg",
            "bytes": 400_000,
            "sha256": hashlib.sha256(b"OggS" * 100_000).hexdigest(),
            "modified": "2021-01-24T00:00:00+00:00",
        }
        pieces = list(connector.read_file(LESSONS, found.row, "name"))
        assert len(pieces) > 1
        assert b"".join(pieces) == b"OggS" * 100_000
        with pytest.raises(BadInput):
            connector.read_file(LESSONS, {"name": "b.ogg"}, "name")


LEADING_OUT = [
    "../secret.txt",
    "/etc/passwd",
    "..",
    "",
    ".",
    "a/../../secret.txt",
    "away/secret.txt",
    "link.txt",
]


@pytest.mark.parametrize("name", [*LEADING_OUT, "a\0b", "..\\secret.txt", "x" * 300])
def test_no_name_leads_out_of_the_folder(root, name):
    (root.parent / "secret.txt").write_text("13100008688")
    (root / "lessons" / "away").symlink_to(root.parent)
    (root / "lessons" / "link.txt").symlink_to(root.parent / "secret.txt")
    with connect(root) as connector:
        assert find(connector, name) == []
        with pytest.raises(BadInput):
            connector.read_file(LESSONS, {"name": name}, "name")
        assert list(connector.sweep(maps.sought(maps.HIS))) == []
    assert (root.parent / "secret.txt").exists()


def test_files_below_and_at_the_root_are_collections_of_their_own(root):
    for name in ("top.txt", "lessons/top.txt", "lessons/deep/top.txt", "papers/top.txt"):
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(name)
    top = maps.collection("loose", ("file", "name", "exact"), table=".")
    with connect(root, LESSONS, top) as connector:
        assert set(connector.describe().tables) == {".", "lessons", "papers"}
        assert find(connector, "top.txt", top)[0].row["bytes"] == len("top.txt")
        assert find(connector, "deep/top.txt")[0].key == ("deep/top.txt",)
        acts = [Act(one, True) for one in find(connector, "top.txt")]
        assert [each.gone for each in connector.erase(LESSONS, acts)] == [True]
    assert not (root / "lessons" / "top.txt").exists()
    assert (root / "papers" / "top.txt").exists()


def test_names_and_texts_are_looked_at_by_value(root):
    (root / "lessons" / "13100008688.ogg").write_bytes(b"13100008688")
    (root / "lessons" / "note.txt").write_text("罗明 131-0000-8688", encoding="utf-8")
    (root / "lessons" / "old.csv").write_bytes("罗明,13100008688".encode("gbk"))
    (root / "lessons" / "big.log").write_bytes(b"13100008688 " * 100_000)
    (root / "lessons" / "twin.txt").write_text("13100008687")
    (root / "export.json").write_text('{"phone": "13100008688"}')
    with connect(root) as connector:
        seen = {(one.table, one.column, *one.key) for one in connector.sweep(maps.sought(maps.HIS))}
        assert seen == {
            ("lessons", "name", "13100008688.ogg"), ("lessons", "content", "note.txt"),
            ("lessons", "content", "old.csv"), ("lessons", "content", "big.log"), (".", "content", "export.json"),
        }  # fmt: skip
        only = connector.sweep(maps.sought(maps.HIS), [Place(".", ("name",))])
        assert {one.table for one in only} == {"."}


def test_a_name_may_be_an_identifier_in_a_form(root):
    (root / "lessons" / "13100008688").write_bytes(b"x")
    held = maps.collection("lessons", ("phone", "name", ("national", "md5:national")))
    with connect(root, held) as connector:
        assert len(list(connector.find(held, [Probe(0, 0, "phone", maps.HIS)]))) == 1


def test_a_folder_that_lacks_something_is_refused_and_one_that_is_gone_unreachable(root):
    papers, paths = (maps.collection(*asked) for asked in (("papers", BY_NAME), ("lessons", BY_PATH)))
    with connect(root, papers) as connector, pytest.raises(StoreRefused, match="no folder papers"):
        connector.check()
    with connect(root, paths) as connector, pytest.raises(StoreRefused, match="has no column path"):
        connector.check()
    with (
        connect(root / "gone") as connector,
        pytest.raises(StoreUnreachable, match="its folder is not there"),
    ):
        connector.describe()


def test_a_file_cannot_be_emptied_in_part(root):
    (root / "lessons" / "a.ogg").write_bytes(b"x")
    with connect(root) as connector:
        act = Act(find(connector, "a.ogg")[0], False, ("name",))
        with pytest.raises(CannotErase):
            list(connector.erase(LESSONS, [act]))


def test_folders_called_after_people_are_one_table_whose_name_names_nobody(root):
    for folder in ("13100008688", "+86 131-0000-5555", "ann@example.com", "2021-11-24", "lessons"):
        (root / folder).mkdir(exist_ok=True)
        (root / folder / "a.txt").write_text("call 13100008688")
    with connect(root) as connector:
        assert [*connector.describe().tables] == ["2021-11-24", "lessons", "other folders"]
        seen = {name for (name,) in connector.sample("other folders", ["name"], 9)}
        assert seen == {"13100008688", "+86 131-0000-5555", "ann@example.com"}
        hits = [*connector.sweep([Sought(0, "phone", "+8613100008688")])]
        assert {(hit.table, hit.column, *hit.key) for hit in hits if hit.table == "other folders"} == {
            ("other folders", "name", "13100008688/a.txt"),
            ("other folders", "content", "13100008688/a.txt"),
            ("other folders", "content", "+86 131-0000-5555/a.txt"),
            ("other folders", "content", "ann@example.com/a.txt"),
        }
        place = [Place("13100008688", ("name",))]  # as an earlier version called it
        assert {hit.table for hit in connector.sweep([Sought(0, "phone", "+8613100008688")], place)} == {
            "13100008688"
        }
    with connect(root, LESSONS, maps.collection("hers", BY_NAME, table="ann@example.com")) as connector:
        assert "ann@example.com" in connector.describe().tables


def test_a_folder_whose_name_is_no_plain_text_is_one_of_the_others(root):
    for name in ("课程".encode("gbk"), b"a\nb"):
        folder = os.path.join(os.fsencode(root), name)
        os.mkdir(folder)
        with open(os.path.join(folder, b"a.txt"), "w") as file:
            file.write("call 13100008688")
    with connect(root) as connector:
        assert [*connector.describe().tables] == ["lessons", "other folders"]
        assert [hit.table for hit in connector.sweep(maps.sought(maps.HIS))] == ["other folders"] * 2
