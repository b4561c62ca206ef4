"""How a search box over HTTP is called, as a map writes it: presets, what goes before them, and every mistake."""

from __future__ import annotations

import pytest

from dsar.datamap import calls
from dsar.datamap.answers import Astray, JsonPath, known, words
from dsar.datamap.loader import MapErrors

BOX = """connector: http_suggest
    url: ${BOX_URL}
    rebuilt_from: crm.student
"""
WHOLE = """    preset: elasticsearch_terms_enum
    index: students
    field: entry
"""


@pytest.fixture
def with_box(read, small):
    """Load the small map with a search box of these settings in place of its own."""

    def loaded(settings: str, found_by: str = "{phone: {column: entry}}"):
        start = small.index("connector: redis_suggest")
        end = small.index("    collections:\n      entry:", start)
        text = small[:start] + BOX + settings + small[end:]
        return read(text.replace("{phone: {column: entry}}", found_by)).map.stores["suggest"].settings["box"]

    return loaded


def test_a_preset_is_a_whole_box(with_box):
    box = with_box(WHOLE)
    assert (box.suggest.method, box.suggest.path) == ("POST", "/students/_terms_enum")
    assert box.suggest.body["field"] == "entry"
    assert [call.path for call in box.remedy][-1] == "/students/_forcemerge?only_expunge_deletes=true"
    assert (box.shortest, box.parallel, box.per_second) == (2, 4, None)


def test_what_a_map_writes_goes_before_its_preset(with_box):
    box = with_box(
        f"{WHOLE}    shortest: 3\n    suggest: {{body: {{field: entry, string: '{{prefix}}', size: 9}}}}\n"
        "    remedy: {method: POST, path: /students/_refresh}\n"
    )
    assert (box.suggest.path, box.suggest.body["size"]) == ("/students/_terms_enum", 9)
    assert [call.path for call in box.remedy] == ["/students/_refresh"]
    assert box.shortest == 3


@pytest.mark.parametrize("name", sorted(calls.presets()))
def test_every_preset_is_read_without_an_error(with_box, name):
    needs = "".join(f"    {each}: 学员/a\n" for each in calls.presets()[name].get("needs", ()))
    box = with_box(f"    preset: {name}\n{needs}")
    assert box.search is not None
    assert box.delete is not None
    assert "学员" not in box.suggest.path


GOOD = '    suggest: {path: "/s?q={prefix}", answer: "terms[*]"}\n'


@pytest.mark.parametrize(
    ("settings", "path", "words", "near"),
    [
        ("", "", "`suggest` is missing", None),
        ("    preset: elastic_completion\n", "preset", "no preset", "elasticsearch_completion"),
        (WHOLE.replace("    index: students\n", ""), "", "`index` is missing; the preset", None),
        (GOOD + "    serch: {}\n", "serch", "no such key", "search"),
        ('    suggest: {path: "/s?q={prefix}"}\n', "suggest", "`answer` is missing", None),
        ('    suggest: {path: "/s", answer: "[*]"}\n', "suggest", "{prefix} stands nowhere", None),
        ('    suggest: {path: "/s?q={prefx}&x={prefix}", answer: "[*]"}\n', "suggest", "no {prefx}", "prefix"),
        ('    suggest: {path: "http://x/{prefix}", answer: "[*]"}\n', "suggest.path", "must begin with one /", None),
        ('    suggest: {path: "//{prefix}/x", answer: "[*]"}\n', "suggest.path", "must begin with one /", None),
        ('    suggest: {path: "/a b{prefix}", answer: "[*]"}\n', "suggest.path", "must begin with one /", None),
        ('    suggest: {path: "/s?q={prefix}", answer: "terms[*"}\n', "suggest.answer", "no path into", None),
        ('    suggest: {path: "/s?q={prefix}", answer: "[*]", method: PATCH}\n', "suggest.method", "method", None),
        (GOOD + '    delete: {path: "/d/{key}"}\n    search: {path: "/f?q={value}", answer: "[*]", key: id}\n',
         "", "`get` is missing", None),
        (GOOD + '    all: {path: "/d?c={cursor}", answer: "[*]"}\n', "all", "goes together with {cursor}", None),
        (GOOD + "    auth: {bearer: abc}\n", "auth.bearer", "is a secret", None),
        (GOOD + "    auth: {user: a}\n", "auth", "go together", None),
        (GOOD + "    auth: {headers: {Host: x}}\n", "auth.headers.Host", "no header", None),
        (GOOD + "    shortest: 0\n", "shortest", "whole number from 1 to 20", None),
        (GOOD + "    parallel: 99\n", "parallel", "whole number from 1 to 32", None),
        (GOOD + "    remedy: {path: /m, wait: {path: /t, task: id}}\n", "remedy.wait", "`state` is missing", None),
        (GOOD + '    remedy: {path: /m, wait: {path: "/t/{id}", task: id, state: s, done: [ok]}}\n', "remedy.wait.path",
         "no {id} to fill in", None),
        (GOOD + "    remedy: {path: /m, wait: {path: /t, task: id, state: s, done: [ok]}}\n", "remedy.wait.path",
         "{task} stands nowhere", None),
        (GOOD + "    remedy: {path: /m, seconds: 0}\n", "remedy.seconds", "whole number from 1", None),
    ],
)  # fmt: skip
def test_a_mistake_is_an_error_at_its_place(with_box, settings, path, words, near):
    with pytest.raises(MapErrors) as wrong:
        with_box(settings)
    error = wrong.value.errors[0]
    assert error.path == f"stores.suggest{path and '.'}{path}"
    assert words in error.message
    assert error.nearest == near
    assert error.line > 1


def test_a_box_has_one_column(with_box):
    with pytest.raises(MapErrors) as wrong:
        with_box(GOOD, "{phone: {column: text}}")
    (error,) = wrong.value.errors
    assert "found by `entry`" in error.message


ANSWER = {
    "hits": {"hits": [{"_id": 1, "t": ["a", {"b": "c"}]}, {"_id": 2}]},
    "s": {"x": {"131": [{"term": "q"}]}},
}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("hits.hits[*]._id", [1, 2]),
        ("hits.hits[1]._id", [2]),
        ("hits.hits[7]", []),
        ("s.*.*[*].term", ["q"]),
        ("s.x.131[0].term", ["q"]),
    ],
)
def test_a_path_leads_into_an_answer(path, found):
    assert known(path)
    assert list(JsonPath(path).all(ANSWER)) == found


@pytest.mark.parametrize("path", ["hits.hit[*]", "hits.hits[*].t", "hits.hits.name", "s.x.131[0].term.more"])
def test_a_path_that_leads_nowhere_is_no_empty_answer(path):
    with pytest.raises(Astray):
        list(JsonPath(path).all(ANSWER))


@pytest.mark.parametrize("path", ["", "a..b", "a[", "a[x]", "[**]", "a b", ".a.", "a]", "x" * 201])
def test_what_is_no_path(path):
    assert not known(path)


def test_the_words_of_a_piece_are_all_its_text_however_deep():
    deep: object = "end"
    for _ in range(5000):
        deep = [deep]
    assert words({"a": ["x", {"b": 7, "c": [None, True, 1.5]}], "d": deep}) == "x\n7\n1.5\nend"
