"""An edited text that takes over what was found before says what a text says that nobody has seen before."""

from __future__ import annotations

import random
import re
import sysconfig
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from breadknife.plugins.nullcheck.core.analysis import FileAnalysis
from breadknife.plugins.nullcheck.core.findings import explained
from breadknife.plugins.nullcheck.languages.ecmascript.outline import home_of as ecmascript
from breadknife.plugins.nullcheck.languages.go.outline import home_of as go
from breadknife.plugins.nullcheck.languages.java.outline import home_of as java
from breadknife.plugins.nullcheck.languages.python.outline import home_of as python
from breadknife.text.syntax import SyntaxTree, parse

HOMES: Mapping[str, Callable[[SyntaxTree], FileAnalysis]] = {
    "python": python, "typescript": ecmascript, "javascript": ecmascript, "go": go, "java": java,
}  # fmt: skip
TESTS = Path(__file__).parents[1]
BLOCKS = [
    (language, re.sub("[«»⟦⟧]", "", text))
    for path in sorted(TESTS.glob("**/cases/*.md"))
    for language, text in re.findall(r"^```(\w+)\n(.*?)^```$", path.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    if language in HOMES
]
HANDED = next(block for block in BLOCKS if "func handed(" in block[1])
LIBRARY = sorted(Path(sysconfig.get_path("stdlib")).glob("*.py"))
LINES = ["x = None", "return None", "pass", "raise E", "return;", "self.x = None", "if (x) {", "}", "assert x", ""]

TWO = """\
class A:
    def __init__(self):
        self.a = make()
    def f(self, s):
        return find(s).start()
    def g(self):
        return self.a.b
def find(s):
    return s
"""


ABOVE = (
    "async def fetch(k):\n    if k:\n        return k\n    return None\nasync def g():\n    return (await fetch(g)).x\n"
)


PRIVATE = """\
class A {
  private el: HTMLElement | null = null;
  #timer?: Timer;
  constructor(private readonly log?: Log) { this.log.info() }
  stop() { this.el.remove(); this.#timer.stop() }
}
"""


def analysed(language: str, text: str) -> FileAnalysis:
    tree = parse(text, language)
    assert tree is not None
    return HOMES[language](tree)


def edited(text: str, line: int, new: str) -> str:
    """The text with a line before another one, as far in as that is."""
    lines = text.split("\n")
    at = line % len(lines)
    indent = lines[at][: len(lines[at]) - len(lines[at].lstrip())]
    return "\n".join([*lines[:at], indent + new, *lines[at:]])


def assert_says_the_same(language: str, texts: list[str]) -> None:
    """Each text takes over from the one before."""
    home = analysed(language, texts[0])
    home.findings()
    for text in texts[1:]:
        before, home = home, analysed(language, text)
        home.inherit(before)
        assert explained(home) == explained(analysed(language, text))


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(BLOCKS), st.lists(st.tuples(st.integers(0, 60), st.sampled_from(LINES)), min_size=1, max_size=3))
@example(("python", ABOVE), [(4, "x = None"), (0, "assert x")])  # the line begins as the one below it does
@example(("typescript", PRIVATE), [(0, "x = None"), (3, "if (x) {")])
@example(HANDED, [(21, "if (x) {")])  # `use` has asked `handed`, which asks what isn't there any more
def test_specification(block: tuple[str, str], edits: list[tuple[int, str]]) -> None:
    language, text = block
    texts = [text]
    for line, new in edits:
        texts.append(edited(texts[-1], line, new))
    assert_says_the_same(language, texts)


@pytest.mark.parametrize("path", random.Random(32).sample(LIBRARY, 12), ids=lambda path: path.name)
def test_files_of_the_standard_library(path: Path) -> None:
    dice, texts = random.Random(path.name), [path.read_text("utf-8")]
    for _ in range(4):
        texts.append(edited(texts[-1], dice.randrange(10_000), dice.choice(LINES[:4])))
    assert_says_the_same("python", texts)


@pytest.mark.parametrize(
    ("old", "new", "followed"),
    [
        ("return s\n", "return s  # or what\n", ["find"]),
        ("return s\n", "return s or None\n", ["f", "find"]),
        ("make()\n", "make()  # it\n", ["__init__"]),
        ("make()\n", "None\n", ["__init__"]),
        ("find(s).start()", "find(s).end()", ["f"]),
        ("def find(s)", "def find(s, t=1)", ["f", "find"]),
        ("def find(s)", "def search(s)", ["f", "search"]),
        ("return self.a.b\ndef find(s):\n    return s\n", "pass\ndef find(s):\n    pass\n", ["", "f", "find", "g"]),
        ("class A:\n", "class A:\n    b = None\n", ["", "g"]),
        ("class A:", "class B:", ["", "__init__", "f", "find", "g"]),
    ],
)
def test_what_is_followed_again(old: str, new: str, followed: list[str]) -> None:
    before = analysed("python", TWO)
    for function in (before.file.main, *before.file.functions):
        before.solution(function)
    after = analysed("python", TWO.replace(old, new))
    after.inherit(before)
    functions = (after.file.main, *after.file.functions)
    for function in functions:
        after.solution(function)
    assert sorted(each.name for each in functions if "body" in vars(each)) == followed  # the others weren't lowered
