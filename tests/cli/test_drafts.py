"""A draft on the command line: printed, refused while it is not answered, and nothing of it in force."""

import yaml

from tests.shop import MAP, Shop


def test_a_draft_is_printed_and_refused_until_it_is_answered(shop: Shop, tmp_path):
    url = next(store["url"] for store in yaml.safe_load(MAP.read_text())["stores"].values())
    said = shop.run("map", "draft", "again", "--url", url, "--by", "li")
    assert said.code == 0
    assert "guesses to answer" in said.err
    file = tmp_path / "draft.yaml"
    file.write_text(said.out, encoding="utf-8")
    for verb in ("check", "apply"):
        refused = shop.run("map", verb, file)
        assert refused.code == 1
        assert "nobody has answered this guess" in refused.err
        assert f"{file}:" in refused.err


def test_a_draft_as_json_is_one_object(shop: Shop):
    shown = shop.run("map", "draft", "crm", "--by", "li", "--json").json
    assert shown.keys() == {"yaml", "collections", "dismissed", "checks"}


def test_of_a_store_that_is_mapped_to_the_end_nothing_is_drafted(shop: Shop):
    said = shop.run("map", "draft", "crm", "--by", "li")
    assert all(line.startswith("#") for line in said.out.splitlines())
    assert "lacks nothing" in said.out


def test_what_is_no_database_is_written_by_hand(shop: Shop):
    said = shop.run("map", "draft", "box", "--by", "li")
    assert (said.code, said.out) == (1, "")
    assert "of kind sql_suggest; write it by hand" in said.err


def test_a_store_that_the_map_does_not_have_is_one_error(shop: Shop):
    said = shop.run("map", "draft", "nowhere", "--by", "li")
    assert said.code == 1
    assert "the map has no store 'nowhere'; it has " in said.err
    assert shop.run("map", "draft", "crm", "--by", "li", "--region", "XX").code == 1
