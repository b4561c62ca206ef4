"""The demonstration, run as its command is: what stands in its papers and files, and what does not."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from dsar.demo import case, stores
from dsar.terms import Right
from tests.oracle import oracle
from tests.oracle.test_oracle import luo, places
from tests.stories.driving import desk

PEOPLE = 5000 if os.environ.get("DSAR_PROOF") == "1" else 1000
SCHEMA = Path(__file__).parents[2] / "dsar" / "render" / "copy.schema.json"
KEPT = {"course_order": {"order_no": {"XQ-2021-03-2F6W"}}}


def tell(folder: Path, **settings: str) -> Path:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DSAR_")}
    command = [sys.executable, "-m", "dsar", "demo", "--folder", str(folder), "--people", str(PEOPLE)]
    done = subprocess.run(
        command, env=environment | {"SERVE": "0"} | settings, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture(scope="module")
def told(tmp_path_factory) -> Path:
    return tell(tmp_path_factory.mktemp("demo") / "demo-out")


@pytest.fixture(scope="module")
def untouched(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("untouched")
    stores.build(folder, people=PEOPLE, case=case.read())
    return folder


@pytest.fixture(scope="module")
def pages(told) -> str:
    text = subprocess.run(
        ["pdftotext", "-raw", told / "copy.pdf", "-"], capture_output=True, text=True, check=True
    )
    return "".join(text.stdout.split())


def load(file: Path) -> dict:
    return json.loads(file.read_text())


def every_collection(shown: dict) -> dict[str, dict]:
    return {f"{s['name']}.{c['name']}": c for s in shown["stores"] for c in s["collections"]}


@pytest.mark.parametrize("words", [
    "13100008688", "13000000038", "学习目的商务职场", "学习目的提高听说能力", "线下体验店-宁波海曙", "未发现同意记录",
    "外教1对1体验课", "我的玩具会唱歌", "买房还是租房", "故事发生的地方", "1对1纯外教课19元课包",
    "131-0000-8688", "8613100008688", "+8613100008688", "+8613000000038",
    "已为您分配账号:131****8688", "已为您分配账号:130****0038", "感谢您注册", "物流派送通知",
    "家长,孩子大班,可跟进", "大学", "商务", "Histudent", "回T退订",
])  # fmt: skip
def test_the_copy_says(pages, words):
    assert words in pages


def test_nothing_of_anybody_else_and_no_secret_is_in_the_package(told, pages):
    files = [told / "copy.json", *(told / "csv").iterdir()]
    everything = pages + "".join(file.read_text("utf-8-sig") for file in files)
    strangers = ["13100008687", "13100008699", "13100008600", "张伟", "Ryan", "pbkdf2", "25**81x"]
    assert [word for word in strangers if word in everything] == []
    assert "131****8699" in pages


def test_every_store_stands_in_the_copy_with_its_count(told, pages):
    package = load(told / "copy.json")
    jsonschema.validate(package, load(SCHEMA))
    for store in package["stores"]:
        records = sum(collection["records"] for collection in store["collections"])
        assert all(len(c["rows"]) == len(c["shown"]) == c["records"] for c in store["collections"])
        assert f"找到{records}条" in pages
        assert store["title"]["zh"] in pages
    assert package["totals"]["records"] == 38
    assert package["complete"] is True


def test_the_picture_and_the_recording_are_beside_it(told):
    picture = told / "files/crm/student/1-leo.png"
    recording = told / "files/media/recordings/1-lesson-20210124.ogg"
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert recording.read_bytes().startswith(b"OggS")


def test_before_it_was_mapped_the_spreadsheet_blocked_the_copy(told):
    shown = load(told / "before-map/request.json")
    assert (shown["complete"], shown["status"], shown["copy"]) == (False, "working", None)
    places_ = [(p["store"], p["table"], p["columns"], p["records"]) for p in shown["unmapped"]]
    assert places_ == [("crm", "callcenter_2021q1", ["mobile", "remark"], 1)]


def test_by_hand_the_search_box_and_the_spreadsheet_are_left(told):
    shown = load(told / "naive/erasure.json")
    left = {place: c["residue"] for place, c in every_collection(shown).items() if c["verdict"] == "RESIDUE"}
    assert left == {
        "crm.callcenter_2021q1": 1, "crm_suggest.search_suggest": 3, "oral_suggest.search_suggest": 2,
    }  # fmt: skip
    assert (shown["verdict"], shown["looks_only"]) == ("RESIDUE", True)
    assert (told / "naive/certificate.pdf").read_bytes().startswith(b"%PDF")


def test_an_inspection_sees_what_the_old_way_left_and_after_ours_the_paid_order_alone(told):
    """The court typed the number into the search box, and the box completed it."""
    held, offered = {}, {}
    for way in ("naive", "."):
        stores_shown = load(told / way / "inspection" / "inspection.json")["record"]["stores"]
        held[way] = {one["name"]: one["records"] for one in stores_shown if one["records"]}
        offered[way] = {one["name"]: one["box"]["offered"] for one in stores_shown if one["box"]}
        assert (told / way / "inspection" / "inspection.pdf").read_bytes().startswith(b"%PDF")
    assert held == {"naive": {"crm": 1, "crm_suggest": 2, "oral_suggest": 1}, ".": {"orders": 1}}
    assert all(any(box) for box in offered["naive"].values())
    assert offered["."] == dict.fromkeys(offered["."], [0] * 11)


def test_our_way_everything_is_erased_but_the_paid_order(told):
    shown = load(told / "erasure.json")
    found = every_collection(shown)
    kept = found.pop("orders.course_order")
    assert {place: c["verdict"] for place, c in found.items()} == dict.fromkeys(found, "ERASED")
    assert (kept["verdict"], kept["kept"], kept["erased"], kept["locked"]) == ("KEPT", 1, 4, True)
    assert (kept["ground"]["article"], kept["ground"]["until"]) == ("31", "2024-03-20")
    assert kept["ground"]["fields"] == ["order_no", "course", "price", "completed_at"]
    assert shown["proof"]["verdict"] == "KEPT"
    assert shown["proof"]["ground"]["until"] > "2024"
    assert all(c["found"] == c["erased"] + c["kept"] + c["residue"] for c in [*found.values(), kept])
    assert {r["name"]: r["state"] for r in shown["recipients"]} == {"oral": "confirmed", "class": "confirmed"}


def test_nothing_of_him_is_left_and_nobody_else_was_touched(told, untouched):
    there = places(told / "stores")
    hits = [hit for place in there for hit in oracle.hits(place, luo())]
    assert [hit for hit in hits if "XQ-2021-03-2F6W" not in hit.row] == []
    for after, before in zip(there, places(untouched), strict=True):
        assert oracle.fingerprint(after, luo(), KEPT) == oracle.fingerprint(before, luo(), KEPT)


def test_the_oracle_is_not_content_with_the_old_way(told):
    assert oracle.where(places(told / "naive/stores"), luo()) != {}


def test_the_settings_go_on_working(told):
    lines = (told / "env.sh").read_text()
    assert "DSAR_NOW='2021-11-24T02:00:00Z'" in lines
    command = f". {told / 'env.sh'} && {sys.executable} -m dsar ledger verify --json"
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["whole"] is True


def test_five_years_later_the_same_order_is_erased(tmp_path):
    folder = tell(tmp_path / "demo-out", DSAR_NOW="2026-11-21T02:00:00Z")
    shown = load(folder / "erasure.json")
    assert {c["verdict"] for c in every_collection(shown).values()} == {"ERASED"}
    assert (
        hashlib.sha256((folder / "certificate.pdf").read_bytes()).hexdigest()
        == shown["certificate"]["sha256"]
    )


def test_a_folder_that_is_not_ours_is_left_alone(tmp_path):
    (tmp_path / "precious").write_text("mine")
    command = [sys.executable, "-m", "dsar", "demo", "--folder", str(tmp_path)]
    done = subprocess.run(
        command, env={**os.environ, "SERVE": "0"}, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr.count("\n"), done.stderr[:7]) == (1, 1, "error: ")
    assert (tmp_path / "precious").read_text() == "mine"


def test_a_copy_counts_other_peoples_records_that_mention_its_holder(tmp_path, untouched):
    friend = case.read().friend
    with desk(tmp_path / "home", stores.environment(untouched)) as here:
        here.apply(stores.AFTER_MAP)
        (copy,) = here.file([Right.COPY], [("phone", f"+86{friend.phone}")])
        here.work()
        here.fetch(copy, tmp_path / "out")
    package = load(tmp_path / "out" / "copy.json")
    mentioned = {
        c["name"]: c["mentions"] for s in package["stores"] for c in s["collections"] if c["mentions"]
    }
    assert mentioned == {"course_order": 1}
    assert "XQ-2021-03-2F6W" not in (tmp_path / "out" / "copy.json").read_text()
