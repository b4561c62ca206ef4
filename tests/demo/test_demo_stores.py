"""The demonstration's stores: the case as told, the same every time, and a map that names every column."""

from __future__ import annotations

import re
import sqlite3
import struct
import zlib
from contextlib import closing

import pytest
import yaml

from dsar.connectors import open_store
from dsar.datamap import compare
from dsar.datamap.loader import load
from dsar.datamap.secrets import resolve
from dsar.demo import case, media, people, stores
from dsar.demo.byhand import delete_by_hand
from tests.oracle import oracle

RULE = "CN-ECL31-RETENTION-3Y"
SPREADSHEET = ("crm", "callcenter_2021q1")
NOBODY = oracle.person(oracle.exact("nobody has this number 000"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("stores")
    stores.build(folder, people=300, case=case.read())
    return folder


def rows(folder, store, statement):
    with closing(sqlite3.connect(folder / f"{store}.sqlite")) as database:
        return database.execute(statement).fetchall()


def test_each_system_writes_the_number_in_its_own_way(folder):
    asked = {
        ("crm", "select phone from student where real_name = '罗明' order by id desc"): "13100008688",
        ("orders", "select phone from course_order where student_id = 2101150417"): "131-0000-8688",
        ("sms", "select phone from marketing_list where phone like '%8688'"): "8613100008688",
        ("oral", "select phone from account where id = 880004172"): "+86 131 0000 8688",
        (
            "class",
            "select phone_md5 from member where nickname = 'Hi student'",
        ): "aa9a8f1b2b12b7220878759456d7b30a",
        (
            "crm",
            "select mobile from callcenter_2021q1 where remark = '家长,孩子大班,可跟进'",
        ): " 131 0000 8688 ",
    }
    for (store, statement), number in asked.items():
        assert rows(folder, store, statement)[0] == (number,)


def test_the_subject_has_what_the_court_found(folder):
    his = "(2101150417, 2101150419)"
    assert (
        len(rows(folder, "crm", f"select 1 from student where id in {his} and consent_evidence is null")) == 2
    )
    tags = rows(folder, "crm", f"select tag_value from student_tag where student_id in {his}")
    assert {("商务职场",), ("提高听说能力",)} <= set(tags)
    prices = rows(
        folder, "orders", f"select price from course_order where student_id in {his} order by price"
    )
    assert prices == [(0,), (0,), (0,), (0,), (19,)]
    paid = "select completed_at, receiver_phone, locked from course_order where order_no = 'XQ-2021-03-2F6W'"
    assert rows(folder, "orders", paid) == [("2021-03-20 12:30:00", "+8613100008699", 0)]
    texts = rows(folder, "sms", "select text from sms_log where phone in ('8613100008688', '8613000000038')")
    assert len(texts) == 4


def test_the_search_box_knows_so_many_others(folder):
    his = {("13100008688",), ("罗明 13100008688",), ("13000000038",)}
    entries = rows(folder, "crm_suggest", "select entry from search_suggest")
    assert his <= set(entries)
    assert ("罗明 13100008687",) in entries
    assert len(entries) == 300 + len(his)


def test_typing_1310_offers_the_people_of_the_case_and_nobody_else(folder):
    offered = rows(
        folder, "crm_suggest", "select entry from search_suggest where entry >= '1310' and entry < '1311'"
    )
    assert offered == [("13100008600",), ("13100008688",)]


def test_a_number_issued_twice_has_two_people_behind_it(folder):
    held = rows(
        folder, "crm", "select real_name, created_at from student where phone = '13100008600' order by id"
    )
    assert held == [("张伟", "2017-03-02 15:40:09"), ("林晓", "2020-04-11 09:12:55")]


def test_no_two_people_of_the_crowd_share_a_number_or_stand_near_the_case():
    phones = [account.phone for account in people.crowd(5_000)]
    assert len(set(phones)) == 5_000
    assert not [phone for phone in phones if phone.startswith(("130", "131"))]


def test_the_same_stores_are_made_every_time(folder, tmp_path):
    stores.build(tmp_path, people=300, case=case.read())
    stores.build(tmp_path, people=300, case=case.read())
    for name in stores.FILES:
        first, second = (f"sqlite:///{place / name}.sqlite" for place in (folder, tmp_path))
        assert oracle.fingerprint(first, NOBODY) == oracle.fingerprint(second, NOBODY)
    assert oracle.fingerprint(folder / "media", NOBODY) == oracle.fingerprint(tmp_path / "media", NOBODY)


def test_every_row_names_a_file_that_is_there(folder):
    avatars = rows(folder, "crm", "select avatar from student where avatar is not null")
    recordings = rows(folder, "orders", "select recording from lesson")
    assert ("leo.png",) in avatars
    assert ("lesson-20210124.ogg",) in recordings
    for kind, names in (("avatars", avatars), ("recordings", recordings)):
        assert {name for (name,) in names} == {path.name for path in (folder / "media" / kind).iterdir()}


def test_a_picture_is_a_png():
    data = media.picture(417)
    width, height = struct.unpack(">II", data[16:24])
    pixels = zlib.decompress(data[data.index(b"IDAT") + 4 : data.index(b"IEND") - 8])
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    assert len(pixels) == height * (1 + 3 * width)


def test_a_recording_is_an_ogg_of_the_seconds_asked_for():
    data, pages = media.recording(20, 7), []
    while data:
        kind, _, flags, granule, serial, number, checksum, segments = struct.unpack("<4sBBqIIIB", data[:27])
        size = 27 + segments + sum(data[27 : 27 + segments])
        page, data = data[:size], data[size:]
        assert (kind, serial, number) == (b"OggS", 7, len(pages))
        assert checksum == ogg_checksum(page[:22] + b"\0\0\0\0" + page[26:])
        pages.append((flags, granule))
    assert (pages[0][0], pages[-1][0]) == (2, 4)  # first and last of the stream
    assert pages[-1][1] == 20 * 48_000


def ogg_checksum(page: bytes) -> int:
    """Bit by bit, as RFC 3533 writes it."""
    register = 0
    for bit in (byte >> place & 1 for byte in page for place in range(7, -1, -1)):
        register = (register << 1) & 0xFFFFFFFF ^ (0x04C11DB7 if (register >> 31) ^ bit else 0)
    return register


@pytest.mark.parametrize("file", [stores.BEFORE_MAP, stores.AFTER_MAP])
def test_a_map_of_the_demonstration_is_right_and_its_names_are_given(file, folder):
    loaded = load(file, known_rules={RULE})
    assert list(loaded.map.stores) == [
        "crm", "crm_suggest", "orders", "media", "sms_gateway", "oral_app", "oral_suggest", "class_app",
    ]  # fmt: skip
    assert set(re.findall(r"\$\{(\w+)\}", file.read_text())) == set(stores.environment(folder))


def test_the_maps_differ_by_the_spreadsheet_alone():
    before, after = (yaml.safe_load(file.read_text()) for file in (stores.BEFORE_MAP, stores.AFTER_MAP))
    del after["stores"]["crm"]["collections"]["callcenter_2021q1"]
    del after["purposes"]["calls"]
    assert before == after


def test_every_column_is_mapped_but_those_of_the_spreadsheet(folder, monkeypatch):
    environment = stores.environment(folder)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    datamap = load(stores.BEFORE_MAP, known_rules={RULE}).map
    unmapped = set()
    for store in datamap.stores.values():
        with open_store(store, datamap, url=resolve(store.url, environment), timeout=10) as connector:
            connector.check()
            schema = connector.describe()
        assert compare.missing(store, schema) == []
        unmapped |= {(store.name, place.table, place.columns) for place in compare.unmapped(store, schema)}
    assert unmapped == {(*SPREADSHEET, ("mobile", "remark"))}


def test_by_hand_is_as_thorough_as_people_are(tmp_path):
    stores.build(tmp_path, people=20, case=case.read())
    assert delete_by_hand(tmp_path, case.read()) == 31
    assert delete_by_hand(tmp_path, case.read()) == 0
    assert not (tmp_path / "media/avatars/leo.png").exists()
    assert not (tmp_path / "media/recordings/lesson-20210124.ogg").exists()
    assert rows(tmp_path, "crm", "select count(*) from callcenter_2021q1 where remark like '%大班%'") == [
        (1,)
    ]
