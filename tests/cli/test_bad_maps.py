"""A map that is none, or wrong, or made to do harm: said line by line, and the one in force stays."""

from pathlib import Path

import pytest

from tests.shop import MAP, Shop

MAPS = {
    "not YAML": "stores: [",
    "a list": "- a\n- b\n",
    "empty": "",
    "a bomb": "a: &a [x, x, x, x, x, x, x, x, x, x]\n"
    + "".join(
        f"{b}: &{b} [{', '.join([f'*{a}'] * 10)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    ),
    "deep": "[" * 5000 + "]" * 5000,
    "an object of Python's": "stores: !!python/object/apply:os.system ['touch owned-by-a-map']\n",
    "not text": b"\xff\xfe\x00\x01",
    "huge": "a: " + "x" * 3_000_000,
    "a kind that nobody has": MAP.read_text().replace("found_by: {phone:", "found_by: {phon:"),
    "no such rule": MAP.read_text().replace("CN-ECL31-RETENTION-3Y", "CN-ECL31-RETENTION-4Y"),
}


@pytest.mark.parametrize("case", MAPS)
@pytest.mark.parametrize("verb", ["check", "apply"])
def test_a_malformed_map_is_refused_line_by_line(shop: Shop, tmp_path: Path, case: str, verb: str):
    file = tmp_path / "wrong.yaml"
    content = MAPS[case]
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    said = shop.run("map", verb, file)
    assert said.code == 1
    assert "Traceback" not in said.err
    assert "defect" not in said.err
    lines = said.err.splitlines()
    start = str(file) if verb == "check" else f"error: {file}"
    assert lines
    assert all(line.startswith(start) for line in lines)
    assert not Path("owned-by-a-map").exists()
    assert shop.show(*shop.opened("copy"))["map"]["version"] == 1


def test_the_nearest_right_name_is_given(shop: Shop, tmp_path: Path):
    file = tmp_path / "map.yaml"
    file.write_text(MAPS["no such rule"])
    shown = shop.run("map", "check", file, "--offline", "--json").json
    assert [error["nearest"] for error in shown["errors"]] == ["CN-ECL31-RETENTION-3Y"]


def test_a_folder_with_no_map_is_refused(shop: Shop, tmp_path: Path):
    assert shop.run("map", "apply", tmp_path).code == 1
    assert "no .yaml file" in shop.run("map", "apply", tmp_path).err
