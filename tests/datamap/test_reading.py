"""Reading YAML: lines, what YAML misreads, and files made to hurt."""

import time

import pytest

from dsar.datamap.reading import DEEPEST, LARGEST, Unreadable, read


def amiss(text):
    return [(mark[1], ".".join(path), message) for mark, path, message in read(text.encode(), "f").wrong]


def refused(data):
    with pytest.raises(Unreadable) as caught:
        read(data if isinstance(data, bytes) else data.encode(), "f")
    return caught.value


def test_each_path_has_the_line_of_its_key():
    reader = read(b"a:\n  b: 1\n  c:\n    - x\n    - {d: 2}\n", "f")
    assert reader.plain == {"a": {"b": 1, "c": ["x", {"d": 2}]}}
    assert [
        reader.marks[path][1] for path in (("a",), ("a", "b"), ("a", "c", "0"), ("a", "c", "1", "d"))
    ] == [1, 2, 4, 5]


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("root: ${MEDIA}", {"root": "${MEDIA}"}),
        ("a: {root: ${MEDIA}, type: x}", {"a": {"root": "${MEDIA}", "type": "x"}}),
        ("a: {root: '${MEDIA}/a'}", {"a": {"root": "${MEDIA}/a"}}),
        ('["${A}${B}"]', ["${A}${B}"]),
    ],
)
def test_a_secret_reads_the_same_inside_and_outside_of_braces(written, plain):
    assert read(written.encode(), "f").plain == plain


def test_dates_stay_as_they_are_written_and_numeric_keys_are_text():
    assert read(b"{a: 2021-01-01, 1: x, 2.50: y, b: 1.5, c: -3}", "f").plain == {
        "a": "2021-01-01", "1": "x", "2.50": "y", "b": 1.5, "c": -3,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, "given twice, on line 1 too"),
        ("a:\n  on: 1\n", 2, "put it in quotes"),
        ("a:\n  No: {zh: 否}\n", 2, "put it in quotes"),
        ("a: &x {b: 1}\nc:\n  <<: *x\n", 3, "`<<` is not read"),
        ("? [a, b]\n: 1\n", 1, "one word"),
        ("null: 1\n", 1, "one word"),
        ("a: 010\n", 1, "another number"),
        ("a: 12:30\n", 1, "another number"),
        ("a: 0x1F\n", 1, "another number"),
        ("a: .inf\n", 1, "another number"),
        ("a: 1e400\n", None, None),
        ("a: 99999999999999999999999999\n", 1, "another number"),
        ("a: !!python/object:os.system x\n", 1, "tag python/object"),
        ("a: !!python/object/apply:os.system [x]\n", 1, "tag python/object"),
        ("a: !mine {b: 1}\n", 1, "tag !mine"),
        ("a: !!binary aGk=\n", 1, "tag binary"),
    ],
)
def test_what_yaml_misreads_is_said_with_its_line(text, line, words):
    found = amiss(text)
    if words is None:
        assert not found  # YAML 1.1 takes it for text
    else:
        assert [each[0] for each in found] == [line]
        assert words in found[0][2]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: 1\nb: [1,\nc: 2\n", 2),
        ("a: 1\n\tb: 2\n", 2),
        ("a: b: c\n", 1),
        ("a: 1\n---\nb: 2\n", 2),
        ("a: *nobody\n", 1),
        ('a: "\\ud800"\n', 1),
        ("a: 1\nb: 'x\x00'\n", 2),
        (b"a: 1\nb: \xff\xfe\n", 2),
    ],
)
def test_what_is_no_yaml_is_one_error_with_its_line(text, line):
    assert refused(text).mark == ("f", line)


def test_a_bomb_of_aliases_is_refused_quickly():
    bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{name}: &{name} [{','.join([f'*{before}'] * 9)}]\n"
        for before, name in zip("abcdefghijklm", "bcdefghijklmn", strict=True)
    )
    began = time.monotonic()
    assert "aliases" in refused(bomb).message
    assert time.monotonic() - began < 10


def test_a_long_text_that_aliases_repeat_is_refused():
    assert "aliases" in refused(f"a: &a {'x' * 100_000}\nb: [{','.join(['*a'] * 50)}]\n").message


def test_an_alias_of_itself_is_refused():
    assert "aliases" in refused("a: &a [*a]\n").message


def test_a_few_aliases_are_written_out():
    assert read(b"a: &a {zh: x, en: y}\nb: *a\n", "f").plain == {
        "a": {"zh": "x", "en": "y"},
        "b": {"zh": "x", "en": "y"},
    }


@pytest.mark.parametrize("text", ["[" * 100_000, "- " * 100_000 + "a", "a: " + "{a: " * 50 + "1" + "}" * 50])
def test_a_deep_nest_is_refused_without_a_crash(text):
    assert f"more than {DEEPEST} deep" in refused(text).message


def test_a_file_that_is_too_large_is_refused_before_it_is_parsed():
    assert "2 MB" in refused(b"#" * (LARGEST + 1)).message


def test_a_byte_order_mark_is_no_part_of_the_first_key():
    assert read("\ufeffa: 1".encode(), "f").plain == {"a": 1}
