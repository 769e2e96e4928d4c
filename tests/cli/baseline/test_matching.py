"""A baseline knows its findings again, and no others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

import pytest

from breadknife.cli.baseline.entries import Entry, MarkedDocument, words_of
from breadknife.cli.baseline.matching import EntryMatcher, OneFile
from breadknife.text.document import Document, Span
from cli.baseline.edited_projects import Project

EDITS = 200
"""Of each, a project is made and found again: some 4 s for all."""


def marked(text: str, path: str = "a.py", language: str = "python") -> list[Entry]:
    """The entries of what stands between « and »."""
    spans, plain = list[Span](), ""
    for at, piece in enumerate(part for each in text.split("«") for part in each.split("»")):
        if at % 2:
            spans.append(Span(len(plain), len(plain) + len(piece)))
        plain += piece
    document = MarkedDocument(path, Document(f"file:///{path}", language, plain))
    return [document.entry("r/x", span) for span in spans]


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("class A:\n    def f(self):\n        return «m».x\n", "python", ("A.f", "m", "self ) : return", ". x")),
        ("«m».x\n", "python", ("", "m", "", ". x")),
        ("f(\n    'a',\n    «b»,\n)\n", "python", ("", "b", 'f ( " a " ,', ")")),
        ("# A\n\n## B c\n\nWe see\n«a old» house.\n\nMore.\n", "markdown", ("A > B c", "a old", "We see", "house .")),
        ("Not\n\n«a old» house.\n", "markdown", ("", "a old", "", "house .")),
    ],
)
def test_what_is_kept(text: str, language: str, expected: tuple[str, ...]) -> None:
    [entry] = marked(text, language=language)
    assert (entry.symbol, entry.text, entry.before[-15:], entry.behind) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("f('a', b)", 'f(\n    "a",\n    b,\n)'),
        ("# one two\n# three", "# one\n# two three"),
        ("    // a b", "// a\n// b"),
        ("x  =  1", "x = 1"),
    ],
)
def test_form_does_not_count(one: str, other: str) -> None:
    assert words_of(one) == words_of(other)


BEFORE = "def f(x):\n    m = find(x)\n    return «m».group(x)\n\ndef g(y):\n    n = look(y)\n    return «n».start(y)\n"


@pytest.mark.parametrize(
    ("after", "new"),
    [
        (BEFORE, []),
        ("import re\n\n\n" + BEFORE, []),
        (BEFORE.replace("def f", "def other"), []),
        (BEFORE.replace("m", "found"), []),
        (BEFORE.replace("(x)", "(\n        x,\n    )"), []),
        (BEFORE + "def h(y):\n    n = look(y)\n    return «n».start(y)\n", [2]),  # as often as before, and once more
        (BEFORE.replace("«n»", "n").replace("return n", "p = find(y)\n    «p».group(y)\n    return n"), [1]),
        (BEFORE.replace("    return «m»", "    «x».group()\n    return «m»"), [0]),
        (BEFORE.replace("«m».group(x)", "«m».end(1, 2, x).go()"), []),
        (BEFORE.replace("m = find(x)\n", "p = find(x)\n    log(x)\n").replace("«m»", "«p»"), []),
        (BEFORE[BEFORE.index("def g") :] + "def h(q):\n    return «m».start(q)\n", [1]),
    ],
    ids=[
        "same",
        "lower",
        "symbol renamed",
        "name renamed",
        "reformatted",
        "copied",
        "another",
        "added",
        "line edited",
        "renamed below a new line",
        "another's beside the same signs",
    ],
)
def test_what_is_new(after: str, new: list[int]) -> None:
    matched = EntryMatcher(marked(BEFORE)).match("a.py", marked(after), OneFile())
    assert [at for at, entry in enumerate(matched) if entry is None] == new


@pytest.mark.parametrize(("left", "new"), [(True, []), (False, [0, 1])])
def test_another_file_has_it_once_its_own_has_not(left: bool, new: list[int]) -> None:
    matcher = EntryMatcher(marked(BEFORE, "old.py"))
    plain = BEFORE.replace("«", "").replace("»", "")
    files = {"new.py": plain, "old.py": "" if left else plain}
    matched = matcher.match("new.py", marked(BEFORE, "new.py"), Texts(files, marked(BEFORE, "old.py")))
    assert [at for at, entry in enumerate(matched) if entry is None] == new
    assert len(list(matcher.left("old.py"))) == len(new)


def test_what_is_put_before_a_finding_looks_like_what_was_before_it() -> None:
    one, two, new = (f"When «teh» {word} ends, it is kept.\n" for word in ("reader", "field of a very long", "field"))
    before, after = (marked(f"# A\n\n{text}", "a.md", "markdown") for text in (one + two, one + new + two))
    matched = EntryMatcher(before).match("a.md", after, OneFile())
    assert [at for at, entry in enumerate(matched) if entry is None] == [1]


def test_a_copy_is_not_the_file_that_has_another_name() -> None:
    one, two = BEFORE.replace("m = find(x)", "return «x».a"), BEFORE.replace("def f", "def k").replace("def g", "def h")
    kept = [*marked(one, "one.py"), *marked(two, "two.py")]
    renamed = one + two.replace("def k", "def new").replace("def h", "def newer")
    now = {path: text.replace("«", "").replace("»", "") for path, text in (("a.py", renamed), ("b.py", two))}
    matcher = EntryMatcher(kept)
    matched = matcher.match("a.py", marked(renamed, "a.py"), Texts(now, kept))
    assert [entry and entry.path for entry in matched] == ["one.py"] * 3 + [None] * 2
    assert None not in matcher.match("b.py", marked(two, "b.py"), Texts(now, kept))


class Texts:
    """Files as they are now, by their texts."""

    def __init__(self, texts: Mapping[str, str], kept: Sequence[Entry]) -> None:
        self._words = {path: f" {' '.join(words_of(text))} " for path, text in texts.items()}
        self._kept = kept

    def is_gone(self, path: str, /) -> bool:
        return path not in self._words

    def has_left(self, entry: Entry, /) -> bool:
        times = sum((each.path, each.words) == (entry.path, entry.words) for each in self._kept)
        return self._words.get(entry.path, "").count(f" {' '.join(entry.words)} ") < times


def unrecognised(project: Project, kept: Sequence[Entry]) -> set[int]:
    """The numbers of the findings that the baseline doesn't have."""
    found = project.findings()
    matcher = EntryMatcher(kept)
    texts = Texts({path: document.text for path, (document, _) in found.items()}, kept)
    numbers = set[int]()
    for path, (document, findings) in found.items():
        matched = matcher.match(path, _entries(path, document, [span for span, _ in findings]), texts)
        numbers |= {number for (_, number), entry in zip(findings, matched, strict=True) if entry is None}
    return numbers


def _entries(path: str, document: Document, spans: Sequence[Span]) -> list[Entry]:
    marked = MarkedDocument(path, document)
    return [marked.entry("r/x", span) for span in spans]


@dataclass(frozen=True)
class EditedFindings:
    """Numbers of findings."""

    old: frozenset[int]
    new: frozenset[int]
    shown: frozenset[int]


def edit_randomly(seed: int) -> EditedFindings:
    """Keep the findings of a project, move, rename and reformat it up to three times, and bring up to two new ones."""
    random = Random(seed)
    project = Project(random)
    before = project.findings()
    old = frozenset(number for _, findings in before.values() for _, number in findings)
    kept = [
        entry
        for path, (document, findings) in before.items()
        for entry in _entries(path, document, [span for span, _ in findings])
    ]
    for _ in range(random.randint(1, 3)):
        project.keep()
    for _ in range(random.randint(0, 2)):
        project.plant()
    now = frozenset(number for _, findings in project.findings().values() for _, number in findings)
    return EditedFindings(old, now - old, frozenset(unrecognised(project, kept)))


def test_edits_bring_no_finding_back_and_hide_none() -> None:
    edited = [edit_randomly(seed) for seed in range(EDITS)]
    assert [at for at, each in enumerate(edited) if each.shown & each.old] == []
    assert [at for at, each in enumerate(edited) if each.new - each.shown] == []
