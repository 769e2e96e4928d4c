"""Patterns that are not ours mean what they mean in Python's `re`, or are refused; none of them can hang."""

from __future__ import annotations

import contextlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breadknife.errors import PatternError
from breadknife.text import patterns
from breadknife.text.document import Span
from breadknife.text.patterns import (
    MAX_MATCHES,
    MAX_PATTERN,
    MAX_TEXT,
    MAX_WRITTEN,
    Match,
    Pattern,
    read_path_patterns,
    read_pattern,
)

A, WORDS, DIGITS, FIELDS = "a" * 100_000 + "!", "aaaa bbbb " * 10_000 + "!", "1" * 100_000 + "x", '"a",' * 25_000 + "!"
"""Long lines."""
EXPONENTIAL: list[tuple[str, str, int]] = [
    (r"(\w+\s?)+$", WORDS, 0),
    (r"^(\w+\s?)*:$", WORDS, 0),
    (r"(a+)+$", A, 0),
    (r"^(a|aa)+$", A, 0),
    (r"^(a|a?)+$", A, 0),
    (r"^(a*)*b", A, 0),
    (r"^([a-zA-Z]+)*;", A, 0),
    (r"^(.*a){20}$", A, 0),
    (r"^(?:a?){40}a{40}$", A, 0),
    (r"^(x+x+)+y", "x" * 100_000, 0),
    (r"^(.*)*X", A, 0),
    (r"^(([a-z])+.)+[A-Z]([a-z])+$", A, 0),
    (r"^(\d+)*\.", DIGITS, 0),
    (r"^(\s*\w+\s*)*;", WORDS, 0),
    (r"^(\w+\.)*\w+@$", A, 0),
    (r"^((a+)|(b+)|(ab)+)*c", "ab" * 50_000, 0),
    (r"^(\w|\d|_)+;", A, 0),
    (r'^(".*?",?)+$', FIELDS, 0),
    (r"^([^,]*,?)*;", FIELDS, 0),
    (r"^(?:(?:a|b|ab)*)*c", "ab" * 50_000, 0),
    (r"^(?:\S+\s*)+:$", WORDS, 0),
    (r"^((\w+)\s*)+!$", WORDS, 1),
    (r"(\w+\s?)+", WORDS, 1),
]
"""Pattern, line, matches: `re` would take longer than the universe has been there for each without one."""


@pytest.mark.parametrize(("pattern", "line", "count"), EXPONENTIAL)
def test_what_takes_exponential_time_in_re_ends(pattern: str, line: str, count: int) -> None:
    assert len(list(read_pattern(pattern).matches(line))) == count


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        (r"(?=(a+)+$)b", "`(?=` at character 1 of the pattern isn't supported; match what stands there too, and name"),
        (r"\A(?!#).*", "`(?!` at character 3 of the pattern isn't supported; match what stands there too"),
        (r"(?<=a)b", "`(?<=` at character 1 of"),
        (r"a(?<!a)b", "`(?<!` at character 2 of"),
        (r"(a+)+\1$", r"`\1` at character 6 of the pattern isn't supported; write out what is repeated"),
        (r"(?P<n>a)(?P=n)", "`(?P=` at character 9 of the pattern isn't supported; write out what is repeated"),
        (r"(?>a+)b", "`(?>` at character 1 of the pattern isn't supported; write `(?:`"),
        (r"(a)?(?(1)b|c)", "`(?(` at character 5 of the pattern isn't supported; write both cases"),
        (r"a++b", "bad repetition operator at character 2 of the pattern; repeat with one sign"),
        (r"(ab", "missing ) in the pattern; close each `(`"),
        (r"x[ab", "missing ] at character 2 of the pattern; close each `[`"),
        (r"(?x) a", "invalid perl operator at character 1 of the pattern; of groups"),
        (r"\qa", r"`\q` at character 1 of the pattern is no escape; write `q`"),
        (r"a\C", r"`\C` at character 2 of the pattern is no escape; write `C`"),
        (r"a{1001}", "invalid repetition size at character 2 of the pattern; repeat 1,000 times at most"),
        (r"(.*a){500}", "the pattern is too large; repeat less in it"),
        (r"(\w{1,30}){1,30}", "the pattern is too large; repeat less in it"),
        ("a" * (MAX_PATTERN + 1), "the pattern has more than 1,000 characters; shorten it"),
        ("\ud800", "the pattern has half of a character; write it whole"),
    ],
)
def test_what_is_refused_has_its_place_and_a_remedy(pattern: str, message: str) -> None:
    with pytest.raises(PatternError) as error:
        read_pattern(pattern)
    assert str(error.value).startswith(message)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        (r"\w+", "Größe, über 1²_", ["Größe", "über", "1²_"]),
        (r"[^\W\d_]+", "Größe über2_a", ["Größe", "über", "a"]),
        (r"[\w-.]+", "un-be.kannt, so", ["un-be.kannt", "so"]),
        (r"\d+[\D]", "12a 3٤٥b", ["12a", "3٤٥b"]),
        (r"[\S]+", "a\u00a0b\u3000c\u2028d", ["a", "b", "c", "d"]),
        (r"a\s[\s]b", "a\u00a0\x1cb", ["a\u00a0\x1cb"]),
        (r"[\W]+", "a, ‿b_c", [", ‿"]),
        (r"^\w+$", "one\ntwo", ["one", "two"]),
        (r"\Aone|two\Z", "one\ntwo", ["one", "two"]),
        (r"a{,2}b", "aaab", ["aab"]),
        (r"[]a]+", "]a[", ["]a"]),
        (r"[\b]", "a\b", ["\b"]),
        (r"\u00fc\U0001F35E", "ü🍞", ["ü🍞"]),
        (r"(?i)ÜBER", "über", ["über"]),
        (r"a*", "baac", ["", "aa", "", ""]),
        (r"\b", "ab cd", ["", "", "", ""]),
        (r".", "\ud800a", ["\ud800", "a"]),
        (r"(?s)a.b", "a\nb", ["a\nb"]),
    ],
)
def test_it_means_what_it_means_in_python(pattern: str, text: str, found: list[str]) -> None:
    matches = list(read_pattern(pattern).matches(text))
    assert [text[each.span.start : each.span.end] for each in matches] == found


ATOMS = st.sampled_from(
    [
        "a", "b", "ü", ".", " ", r"\w", r"\W", r"\d", r"\D", r"\s", r"\S", "[ab]", "[^a]", r"[\w-]", r"[^\W\d_]",
        r"[\s,]", r"[\S]", "^", "$", r"\A", r"\Z", r"\.", "x",
    ]
)  # fmt: skip
PATTERNS = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map("".join),
        st.tuples(inner, inner).map(lambda both: f"(?:{both[0]}|{both[1]})"),
        inner.map("({})".format),
        st.tuples(st.sampled_from(["a", "ü", r"\w", r"\s", "[^a]"]), st.sampled_from("*+?")).map("".join),
        st.tuples(inner, st.sampled_from(["?", "{,2}", "{2}", "{1,2}?"])).map(lambda both: f"(?:{both[0]}){both[1]}"),
    ),
    max_leaves=6,
)
TEXTS = st.text(st.sampled_from("abxüé1٤²_ \n\u00a0,.-"), max_size=12)


@given(PATTERNS, TEXTS)
def test_it_finds_what_re_finds(pattern: str, text: str) -> None:
    expected = re.compile(pattern, re.MULTILINE).search(text)
    found = next(read_pattern(pattern).matches(text), None)
    assert (expected and Span(*expected.span())) == (found and found.span)


@given(st.text(max_size=30), TEXTS)
def test_any_text_is_a_pattern_or_refused(pattern: str, text: str) -> None:
    with contextlib.suppress(PatternError):
        read = read_pattern(pattern)
        assert all(0 <= each.span.start <= each.span.end <= len(text) for each in read.matches(text))


def test_groups() -> None:
    pattern = read_pattern(r"(?P<first>\w)(x)?")
    assert pattern.names == {"first": 1}
    assert list(pattern.matches("ü")) == [Match([(0, 1), (0, 1), (-1, -1)])]


@pytest.mark.parametrize(
    ("by", "written"),
    [
        ("", ", "),
        ("é", "é, é"),
        (r"\1-\2", "G-, ü-b"),
        (r"\g<first>\g<0>", "GG, üüb"),
        (r"\\1\n", "\\1\n, \\1\n"),
        (r"\q", r"\q, \q"),
    ],
)
def test_replacing(by: str, written: str) -> None:
    assert read_pattern(r"(?P<first>\w)(b)?").replace("G, üb", by) == written


@pytest.mark.parametrize("by", [r"\3", r"\g<second>", r"\g<9>"])
def test_replacing_by_a_group_that_is_not_there(by: str) -> None:
    with pytest.raises(PatternError, match="has no group `"):
        read_pattern(r"(?P<first>\w)(b)?").replace("G", by)


def test_what_is_written_is_bounded() -> None:
    with pytest.raises(PatternError, match="replacing writes more than 1,048,576 characters"):
        read_pattern("(a+)").replace("a" * MAX_TEXT, r"\1" * 6)
    assert len(read_pattern("a").replace("a" * 1000, "b" * 1000)) <= MAX_WRITTEN


def test_matches_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    pattern: Pattern = read_pattern("a")
    monkeypatch.setattr(patterns, "_SECONDS", 600.0)  # however busy the machine is
    with pytest.raises(PatternError, match="the pattern matches more than 50,000 times; let it match more at once"):
        list(pattern.matches(A))
    assert len(list(pattern.matches("a" * MAX_MATCHES))) == MAX_MATCHES
    monkeypatch.setattr(patterns, "_SECONDS", -1.0)
    with pytest.raises(PatternError, match="let it match less at once"):
        list(pattern.matches(A))


@pytest.mark.parametrize(
    ("lines", "path", "is_meant"),
    [
        (["*.md"], "docs/a.md", True),
        (["/docs/**/*.md"], "docs/a/b.md", True),
        (["docs/", "!docs/a.md"], "docs/a.md", False),
        (["docs"], "docs/a/b.md", True),
        (["a?[bc].py"], "axb.py", True),
        (["*.md"], "a.py", False),
        (["*.md"], "\udcff.md", True),
        (["*a*a*a*a*a*a*a*a*a*b"], "a" * 250, False),
        (["**/a*/**/a*/**/a*/**/a*/**/a*/**/b"], "/".join(["a" * 20] * 100), False),
    ],
)
def test_patterns_for_paths(lines: list[str], path: str, is_meant: bool) -> None:
    assert read_path_patterns(lines).fit(path) == is_meant


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["!"], "Invalid git pattern: '!'; correct it"),
        (["[z-a]"], "bad character range z-a"),
        (["?" * 9_000], "the patterns are too large; write fewer"),
        (["a" * 5001] * 2, "the patterns have more than 10,000 characters; write fewer"),
    ],
)
def test_patterns_for_paths_that_are_refused(lines: list[str], message: str) -> None:
    with pytest.raises(PatternError) as error:
        read_path_patterns(lines)
    assert str(error.value).startswith(message)
