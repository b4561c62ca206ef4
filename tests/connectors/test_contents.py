"""What files say: of any size, packed or not, in whatever they are kept."""

from __future__ import annotations

import gzip
import hashlib
import tracemalloc
import zipfile

import duckdb
import pytest

from dsar.connectors import _contents
from dsar.errors import StoreRefused
from tests.connectors import maps
from tests.connectors.test_folder import connect

SHEET = "<sst><si><t>{}</t></si></sst>"
LINE = "id,phone,note\r\n1,{},x\r\n"


@pytest.fixture
def root(tmp_path):
    (tmp_path / "exports").mkdir()
    return tmp_path


def seen(root, *values):
    with connect(root, maps.collection("exports", ("file", "name", "exact"))) as connector:
        return sorted((hit.subject, hit.column, hit.key) for hit in connector.sweep(maps.sought(*values)))


def zipped(path, member, text):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(member, text)


WAYS = {
    "a.csv": lambda path, text: path.write_text(text),
    "utf16.csv": lambda path, text: path.write_text(text, encoding="utf-16"),
    "mark.csv": lambda path, text: path.write_text(text, encoding="utf-8-sig"),
    "gbk.csv": lambda path, text: path.write_bytes(("姓名," + text).encode("gbk")),
    "a.csv.gz": lambda path, text: path.write_bytes(gzip.compress(text.encode())),
    "a.xlsx": lambda path, text: zipped(path, "xl/sharedStrings.xml", SHEET.format(text)),
    "a.zip": lambda path, text: zipped(path, "old/list.csv", text),
}


@pytest.mark.parametrize("name", WAYS)
def test_every_kind_of_file_is_read(root, name):
    WAYS[name](root / "exports" / name, LINE.format("131-0000-8688"))
    WAYS[name](root / "exports" / f"other-{name}", LINE.format("131000086880"))
    assert seen(root, maps.HIS, maps.TWIN) == [(0, "content", (name,))]


def test_the_names_of_what_an_archive_holds_are_read(root):
    zipped(root / "exports" / "a.zip", "13100008688.jpg", b"\xff\xd8")
    assert seen(root, maps.HIS) == [(0, "content", ("a.zip",))]


def test_archives_in_an_archive_are_read_and_one_without_an_end_is_no_clean_look(root):
    zipped(root / "list.xlsx", "xl/sharedStrings.xml", SHEET.format("13100008688"))
    with zipfile.ZipFile(root / "exports" / "a.zip", "w") as archive:
        archive.write(root / "list.xlsx", "old/list.xlsx")
        (root / "list.xlsx").unlink()
        archive.writestr("old/a.csv.gz", gzip.compress(LINE.format("+86 131 0000 8687").encode()))
    assert seen(root, maps.HIS, maps.TWIN) == [(0, "content", ("a.zip",)), (1, "content", ("a.zip",))]
    for depth in range(5):
        inner = root / "exports" / "a.zip"
        inner.rename(root / "inner.zip")
        zipped(inner, f"{depth}.zip", (root / "inner.zip").read_bytes())
        (root / "inner.zip").unlink()
    with pytest.raises(StoreRefused, match="unpacks to more than is read"):
        seen(root, maps.HIS)


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_an_archive_that_is_torn_inside_is_no_clean_look_however_it_is_packed(root, method):
    path = root / "exports" / "a.zip"
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.writestr("a.csv", LINE.format("13100008688") * 500)
    data = bytearray(path.read_bytes())
    data[50:60] = bytes(byte ^ 0xFF for byte in data[50:60])
    path.write_bytes(data)
    with pytest.raises(StoreRefused, match=r"ends in \.zip cannot be read as one; mend it"):
        seen(root, maps.HIS)


def parquet(path, select):
    duckdb.sql(f"COPY ({select}) TO '{path}' (FORMAT parquet, COMPRESSION zstd)")


@pytest.mark.parametrize(
    "cell",
    [
        "'tel 131 0000 8688'", "13100008688::BIGINT", "13100008688::DOUBLE", "['x', '13100008688']",
        "{'a': {'phone': '+86 13100008688'}}", "'13100008688'::BLOB", "MAP {'p': 13100008688}",
        f"unhex('{hashlib.sha256(b'13100008688').hexdigest()}')",
    ],
)  # fmt: skip
def test_every_column_of_parquet_is_read(root, cell):
    parquet(root / "exports" / "a.parquet", f'SELECT range AS n, {cell} AS "a \'b"" c" FROM range(3)')
    parquet(root / "exports" / "b.parquet", "SELECT 131000086880 AS n, '13100008687' AS a")
    assert seen(root, maps.HIS) == [(0, "content", ("a.parquet",))]


def test_a_number_is_not_cut_where_a_piece_ends(root, monkeypatch):
    monkeypatch.setattr(_contents, "PIECE", 64)
    for place in range(64):
        text = "x" * place + ' "13100008688" ' + "y" * 100 + '{"131000086880"}'
        (root / "exports" / f"{place:02}.json").write_text(text)
    assert len(seen(root, maps.HIS)) == 64
    for path in (root / "exports").iterdir():
        path.write_text(path.read_text().replace('"13100008688"', '"213100008688"'))
    assert seen(root, maps.HIS) == []


def test_a_text_without_an_end_is_read_too(root):
    with (root / "exports" / "a.txt").open("w") as file:
        file.write("x" * 3_000_000 + " 13100008688 " + "y" * 1_000_000)
    assert seen(root, maps.HIS) == [(0, "content", ("a.txt",))]


def test_a_large_file_is_a_stream(root):
    with gzip.open(root / "exports" / "a.csv.gz", "wt", compresslevel=1) as file:
        file.writelines(f"{n},13{n:09},some words that stand there\n" for n in range(1_000_000))
        file.write("x,13100008688,y\n")
    tracemalloc.start()
    assert len(seen(root, "+8613999999998")) == 0
    assert tracemalloc.get_traced_memory()[1] < 20 << 20
    tracemalloc.stop()
    assert seen(root, maps.HIS) == [(0, "content", ("a.csv.gz",))]


@pytest.mark.parametrize("name", ["a.parquet", "a.zip", "a.xlsx", "a.csv.gz", "b.CSV.GZ"])
def test_a_torn_file_is_no_clean_look(root, name):
    (root / "exports" / name).write_bytes(b"PK\x03\x04 13100008688 torn")
    with pytest.raises(StoreRefused, match=r"ends in \.\w+ cannot be read as one; mend it"):
        seen(root, maps.HIS)


def test_a_cut_archive_and_a_trap_are_no_clean_look(root, monkeypatch):
    path = root / "exports" / "a.csv.gz"
    path.write_bytes(gzip.compress(b"x,y\n" * 100_000)[:-20])
    with pytest.raises(StoreRefused):
        seen(root, maps.HIS)
    path.unlink()
    monkeypatch.setattr(_contents, "MOST_UNPACKED", 1_000_000)
    for name, content in (("a.csv", b"x" * 2_000_000), ("a.csv.gz", gzip.compress(b"x,y\n" * 500_000))):
        zipped(root / "exports" / "a.zip", name, content)
        with pytest.raises(StoreRefused, match="unpacks to more than is read"):
            seen(root, maps.HIS)


@pytest.mark.parametrize("name", ["*.parquet", "a[1].parquet", "a?'%20.PARQUET", "a\nb.parquet"])
def test_a_name_is_no_pattern_of_names(root, name):
    parquet(root / "b.parquet", "SELECT '13100008688' AS a")
    (root / "b.parquet").rename(root / "exports" / name)
    parquet(root / "exports" / "a1.parquet", "SELECT 'x' AS a")
    assert seen(root, maps.HIS) == [(0, "content", (name,))]
